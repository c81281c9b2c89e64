"""Samplers: outputs of the U-Net take latents from timestep to timestep, with schedulers of diffusers.

DDIM is that of Song, Meng and Ermon (2021, eta = 0); PNDM the pseudo linear multi-step method of Liu et al.
(2022), begun as in CompVis' PLMS; DPM-Solver++ the second order multi-step solver of Lu et al. (2022);
ancestral the sampling of Ho, Jain and Abbeel (2020, algorithm 2), whose last step adds no noise.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch

from cortex2image.errors import ConfigError
from cortex2image.networks.compat import spared
from cortex2image.seeds import seed_for

DDIM, PNDM, DPM_SOLVER, ANCESTRAL = "ddim", "pndm", "dpmsolver++", "ancestral"

_CLASSES: dict[str, tuple[str, dict[str, Any]]] = {
    DDIM: ("DDIMScheduler", {}),
    # PNDM mixes outputs of several timesteps. Mixed v would be of no timestep, so it gets noise, see `begin`.
    PNDM: ("PNDMScheduler", {"skip_prk_steps": True, "prediction_type": "epsilon"}),
    DPM_SOLVER: (
        "DPMSolverMultistepScheduler",
        {"algorithm_type": "dpmsolver++", "solver_order": 2, "final_sigmas_type": "zero"},
    ),
    ANCESTRAL: ("DDPMScheduler", {"variance_type": "fixed_small"}),
}
SAMPLERS = tuple(_CLASSES)

Advance = Callable[[torch.Tensor, int, torch.Tensor], torch.Tensor]
"""Takes the output of a pass, its timestep and x there, and returns x at the timestep of the next pass."""


class Sampler:
    """One sampler with a number of steps, on the noise schedule of a model.

    Parameters
    ----------
    name : str
        One of `SAMPLERS`.
    config : mapping
        Configuration of the model's scheduler: its betas, what its U-Net predicts, how timesteps are spaced.
    steps : int

    Attributes
    ----------
    timesteps : list of int
        Where each step starts, falling, from nearly pure noise.
    alphas_cumprod : tensor (training steps,)
        abar, the share of the signal's variance at each timestep.

    Raises
    ------
    ConfigError
        The sampler is unknown, or the schedule has too few timesteps for so many steps.
    """

    def __init__(self, name: str, config: Mapping[str, Any], steps: int):
        if name not in _CLASSES:
            raise ConfigError(
                "reconstruct/sampler", f"one of {', '.join(SAMPLERS)}", name, "correct the name"
            )
        self.name, self.steps = name, steps
        # Without the record of defaults, by which from_config would swap them for those of another class.
        self._config = {key: value for key, value in config.items() if not key.startswith("_")}
        self._predicts = str(self._config["prediction_type"])
        scheduler = self._scheduler()
        self.alphas_cumprod: torch.Tensor = scheduler.alphas_cumprod
        self.timesteps = [int(t) for t in scheduler.timesteps]
        if name == PNDM:
            self.timesteps = _each_once(self.timesteps)
        self._check()

    def passes(self, first: int) -> list[int]:
        """Return the timesteps of the passes of the U-Net, from step `first`, counted from 0, to the last.

        One each, but PNDM takes its first step twice, the second time with the mean of the noise at both of
        its ends: the timestep after the first is passed twice, wherever in the schedule the way begins.
        """
        kept = self.timesteps[first:]
        return [*kept[:1], *kept[1:2], *kept[1:]] if self.name == PNDM else kept

    def begin(self, seeds: Sequence[int]) -> Advance:
        """Return what takes one batch through :meth:`passes`, from any step on; its state is its own.

        Parameters
        ----------
        seeds : n ints
            Seeds of the pictures. The noise that an ancestral step adds to a picture comes from a generator
            of its own, on the CPU, so that it depends neither on the batch nor on the device.
        """
        scheduler, options = self._scheduler(), dict[str, Any]()
        if self.name == ANCESTRAL:
            options["generator"] = [torch.Generator("cpu").manual_seed(seed_for(s, ANCESTRAL)) for s in seeds]

        def advance(output: torch.Tensor, timestep: int, noisy: torch.Tensor) -> torch.Tensor:
            if self.name == PNDM:
                output = self._noise_in(output, timestep, noisy)
            following: torch.Tensor = scheduler.step(output, timestep, noisy, **options).prev_sample
            return following

        return advance

    def clean(self, output: torch.Tensor, timestep: int, noisy: torch.Tensor) -> torch.Tensor:
        """Return x_0 as the output of a pass predicts it from x_t, by what the U-Net was trained to predict.

        Of noise (Ho, Jain and Abbeel 2020, equation 15), or of v (Salimans and Ho 2022, appendix D).
        """
        signal, noise = self._shares(timestep)
        if self._predicts == "epsilon":
            return (noisy - noise * output) / signal
        return output if self._predicts == "sample" else signal * noisy - noise * output

    def _noise_in(self, output: torch.Tensor, timestep: int, noisy: torch.Tensor) -> torch.Tensor:
        if self._predicts == "epsilon":
            return output
        signal, noise = self._shares(timestep)
        return (noisy - signal * self.clean(output, timestep, noisy)) / noise

    def _shares(self, timestep: int) -> tuple[torch.Tensor, torch.Tensor]:
        kept = self.alphas_cumprod[timestep]
        return kept**0.5, (1 - kept) ** 0.5

    def _scheduler(self) -> Any:
        with spared():
            import diffusers

        name, options = _CLASSES[self.name]
        scheduler = getattr(diffusers, name).from_config({**self._config, **options})
        scheduler.set_timesteps(self.steps)
        return scheduler

    def _check(self) -> None:
        falling = all(t > following for t, following in pairwise(self.timesteps))
        if not (falling and len(self.timesteps) == self.steps):
            expected = f"fewer than the {len(self.alphas_cumprod)} timesteps of the model"
            fix = f"lower steps, for sampler {self.name}"
            raise ConfigError("reconstruct/steps", expected, str(self.steps), fix)


def _each_once(timesteps: Sequence[int]) -> list[int]:
    """Return the timesteps without the repeated second."""
    return list(dict.fromkeys(timesteps))
