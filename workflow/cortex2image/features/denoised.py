"""Features of the diffusion model at work: latents z_c, and activity of its U-Net, all from one pass.

Noise is added to the latent of a picture and taken away under its own captions (Takagi and Nishimoto 2023).
The latent after t steps is `denoised` of step t; the activity of a layer at step t is what it gives in the
pass of step t with the caption. Every noise level adds the same noise to a stimulus.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from cortex2image.diffusion.activity import recorded
from cortex2image.diffusion.denoise import Denoiser, Stage, check_finite
from cortex2image.errors import ConfigError
from cortex2image.features.captions import caption_states
from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.unet_layers import layers
from cortex2image.study.spaces import FeatureSpace

PURPOSE = "zc"  # of the seeds of noise


def sampled_features(
    stimuli: Stimuli, denoiser: Denoiser, spaces: Sequence[FeatureSpace]
) -> Iterator[tuple[FeatureSpace, np.ndarray]]:
    """Yield the features of stimuli in every space as the sampler passes it, each once.

    The sampler runs once, and no further than the last step that a space needs.

    Parameters
    ----------
    stimuli : Stimuli
    denoiser : Denoiser
        Its sampling says how much noise, how many steps, how much guidance.
    spaces : sequence of FeatureSpace
        Latents and layers at the noise level of the denoiser.

    Yields
    ------
    space : FeatureSpace
    features : float32 (n, d)
        Flattened in C order.

    Raises
    ------
    ConfigError
        A space has another noise level, a step outside the schedule, or a layer that the U-Net lacks.
    DataError
        A latent is not finite.
    """
    due = _due(denoiser, spaces)
    unet, last = denoiser.diffusion.unet, max(due)
    modules = {layer.name: layer.module for layer in layers(denoiser.diffusion.model_set.unet)}
    with recorded(unet, {modules[space.layer] for space in spaces if space.layer}) as activity:
        for step, stage in enumerate(_stages(stimuli, denoiser), start=1):
            for space in due.get(step, ()):
                if not space.layer:
                    check_finite(stage.denoised)
                given = activity[modules[space.layer]] if space.layer else stage.denoised
                # The rows with the caption come last.
                yield space, given[-len(stimuli.ids) :].flatten(1).float().cpu().numpy()
            if step == last:
                return


def _due(denoiser: Denoiser, spaces: Sequence[FeatureSpace]) -> dict[int, list[FeatureSpace]]:
    """Return the spaces by the step that gives them, after a check that the schedule has this step."""
    sampling, due = denoiser.sampling, dict[int, list[FeatureSpace]]()
    for space in spaces:
        space.width(denoiser.diffusion.model_set)
        step = space.last_step(sampling.steps, sampling.strength)
        fits = step <= denoiser.kept_steps and space.noise in (None, sampling.strength)
        if not (space.sampled and fits):
            expected = (
                f"a space at noise level {sampling.strength:g}, whose steps are 1 to {denoiser.kept_steps}"
            )
            raise ConfigError("feature space", expected, str(space), "correct the name")
        due.setdefault(step, []).append(space)
    return due


def _stages(stimuli: Stimuli, denoiser: Denoiser) -> Iterator[Stage]:
    seeds = stimuli.seeds(PURPOSE)
    images = stimuli.pictures(denoiser.diffusion.model_set.image_size)
    states = denoiser.states(caption_states(denoiser.diffusion, stimuli.captions))
    yield from denoiser.stages(denoiser.encode(images, seeds), states, seeds)
