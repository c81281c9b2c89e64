"""The figures of docs/diffusion.md: what the diffusion model does, shown with the model itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio

from cortex2image.diffusion.denoise import Denoiser, Sampling, Stage, noised
from cortex2image.metrics.pixels import pixcorr_matrix
from cortex2image.miniature.examples import coarsened
from cortex2image.networks.codec import decode_latents, encode_images, encode_text, noise_for
from cortex2image.networks.load import Diffusion
from cortex2image.networks.pixels import squares
from cortex2image.networks.unet_layers import blocks
from cortex2image.plots.gallery import TileRow, tiles
from cortex2image.seeds import seed_for
from cortex2image.tutorial.attention import tokens_of, word_map
from cortex2image.tutorial.markov_chain import markov_chain
from cortex2image.tutorial.noise_schedule import schedule_curves
from cortex2image.tutorial.unet_drawing import unet_schematic

Pictures = NDArray[np.uint8]

TIMESTEPS = (0, 50, 200, 400, 600, 800, 999)
STEP_COUNTS, MANY_STEPS = (2, 5, 10, 20, 50), 200
STRENGTHS = (0.2, 0.4, 0.6, 0.8, 1.0)
WEIGHTS = (0.0, 1.0, 2.0, 3.0, 6.0)
"""Guidance weights compared in a figure, beside the one the other figures are drawn with."""
STAGES = 7
"""Steps of the reverse process that are shown, of however many are taken."""
STOP_WORDS = ("a", "an", "the", "in", "on")
"""Words of captions whose attention is not shown."""
CHANNEL_LIMIT = 3.0
"""Values of a latent at which its grey picture ends; its channels have mean 0 and deviation 1."""


@dataclass(frozen=True)
class Lesson:
    """What the figures are made with.

    Attributes
    ----------
    diffusion : Diffusion
    scenes : uint8 (n, image_size, image_size, 3)
        Pictures the model was not trained on.
    captions : n texts
        One of each scene.
    slice_ : uint8 (side, side)
        A slice of an MR image.
    prompts : texts
        To be painted from one and the same noise.
    sampling : Sampling
        How every picture is drawn, but for what a figure varies.
    seed : int
        Of all noise.
    """

    diffusion: Diffusion
    scenes: Pictures
    captions: Sequence[str]
    slice_: Pictures
    prompts: Sequence[str]
    sampling: Sampling
    seed: int

    def denoiser(self, **changes: Any) -> Denoiser:
        """Return a denoiser whose sampling differs from that of the others in what is given."""
        return Denoiser(self.diffusion, replace(self.sampling, **changes))

    def seeds(self, count: int, figure: str) -> list[int]:
        return [seed_for(self.seed, "lesson", figure, index) for index in range(count)]


def latent_space(lesson: Lesson) -> Figure:
    """Pictures, the channels of their latents, and the pictures decoded from these."""
    size = lesson.diffusion.model_set.image_size
    scan = squares(lesson.slice_[None, :, :, None].repeat(3, axis=-1), size)
    pictures = np.concatenate([lesson.scenes, scan])
    latents = encode_images(lesson.diffusion, pictures)
    decoded = decode_latents(lesson.diffusion, latents)
    rows = []
    for label, picture, latent, back in zip(
        [*lesson.captions, "a slice of an MR image"], pictures, latents, decoded, strict=True
    ):
        channels = grey(latent / CHANNEL_LIMIT)
        notes = [""] * (1 + len(channels)) + [f"{peak_signal_noise_ratio(picture, back):.1f} dB"]
        rows.append(TileRow(label, [picture, *channels, back], notes))
    return tiles(rows, ["picture", *(f"z, channel {i + 1}" for i in range(latents.shape[1])), "decoded"])


def forward_process(lesson: Lesson) -> Figure:
    """A scene and a slice at some timesteps, by the Markov chain and by the closed form."""
    rows = [*noisier(lesson, "scene", lesson.scenes[0]), *noisier(lesson, "MR slice", lesson.slice_)]
    return tiles(rows, [f"t = {t}" for t in TIMESTEPS])


def schedule(lesson: Lesson) -> Figure:
    """Weights of signal and noise against the timestep."""
    denoiser = lesson.denoiser()
    return schedule_curves(denoiser.scheduler.alphas_cumprod.numpy(), denoiser.timesteps)


def step_counts(lesson: Lesson) -> Figure:
    """Pictures from one noise in few and in many steps."""
    made = [
        painted(lesson, lesson.denoiser(steps=count), lesson.captions) for count in (*STEP_COUNTS, MANY_STEPS)
    ]
    many = made[-1]
    rows = []
    for i, caption in enumerate(lesson.captions):
        notes = [f"{mean_squared_error(few[i], many[i]) ** 0.5:.1f} levels" for few in made[:-1]]
        rows.append(TileRow(caption, [pictures[i] for pictures in made], notes))
    return tiles(rows, [f"{count} steps" for count in (*STEP_COUNTS, MANY_STEPS)])


def reverse_process(lesson: Lesson) -> Figure:
    """From noise to a picture without guidance: x_t, and the x_0 predicted from it."""
    states = encode_text(lesson.diffusion, lesson.captions[:1])
    # Guidance would sharpen what is predicted; the regression itself is shown here.
    stages = lesson.denoiser(guidance_scale=1.0).trajectory(states, lesson.seeds(1, "reverse"))
    shown = [stages[i] for i in np.linspace(0, len(stages) - 1, min(STAGES, len(stages))).round().astype(int)]
    rows = [
        TileRow(label, list(decode_latents(lesson.diffusion, torch.cat(latents))))
        for label, latents in (
            ("$x_t$, decoded", [stage.noisy for stage in shown]),
            ("predicted $x_0$, decoded", [stage.predicted for stage in shown]),
        )
    ]
    return tiles(rows, [f"t = {stage.timestep}" for stage in shown])


def guidance(lesson: Lesson) -> Figure:
    """Several captions and the empty one from one noise, with less and more guidance."""
    weights = sorted({*WEIGHTS, lesson.sampling.guidance_scale})
    made = [painted(lesson, lesson.denoiser(guidance_scale=weight), lesson.prompts) for weight in weights]
    rows = [
        TileRow(prompt or "(empty caption)", [pictures[i] for pictures in made])
        for i, prompt in enumerate(lesson.prompts)
    ]
    return tiles(rows, [f"w = {weight:g}" for weight in weights])


def unet(lesson: Lesson) -> Figure:
    """The U-Net of the model set, drawn from its configuration."""
    config = lesson.diffusion.unet.config
    return unet_schematic(blocks(config), config.in_channels)


def attention(lesson: Lesson) -> Figure:
    """Where the U-Net reads each word of a caption while it paints."""
    prompt = lesson.prompts[0]
    words = [word for word in prompt.split() if word not in STOP_WORDS]
    states = encode_text(lesson.diffusion, [prompt])
    stages = lesson.denoiser().trajectory(states, lesson.seeds(1, "attention"))
    shown = [stages[int(part * len(stages))] for part in (0.25, 0.75)]
    rows = [read_at(lesson, prompt, words, stage) for stage in shown]
    return tiles(rows, ["predicted $x_0$", *words], width=5.0)


def strengths(lesson: Lesson) -> Figure:
    """Pictures from coarse ones under their captions, the more redrawn the higher the strength."""
    coarse = np.stack([coarsened(scene) for scene in lesson.scenes])
    latents, states = encode_images(lesson.diffusion, coarse), encode_text(lesson.diffusion, lesson.captions)
    seeds = lesson.seeds(len(coarse), "strength")
    made = [
        decode_latents(lesson.diffusion, lesson.denoiser(strength=s).from_latents(latents, states, seeds))
        for s in STRENGTHS
    ]
    rows = []
    for i, caption in enumerate(lesson.captions):
        pictures = [coarse[i], *(drawn[i] for drawn in made)]
        (r,) = pixcorr_matrix(lesson.scenes[[i]], np.stack(pictures))
        notes = ["", *(f"r = {value:.2f}" for value in r)]
        rows.append(TileRow(caption, [lesson.scenes[i], *pictures], notes))
    return tiles(rows, ["seen", "coarse", *(f"s = {s:g}" for s in STRENGTHS)])


FIGURES: dict[str, Callable[[Lesson], Figure]] = {
    "latent-space": latent_space,
    "forward-process": forward_process,
    "schedule": schedule,
    "step-counts": step_counts,
    "reverse-process": reverse_process,
    "guidance": guidance,
    "unet": unet,
    "attention": attention,
    "strengths": strengths,
}
"""In the order of the page."""


def painted(lesson: Lesson, denoiser: Denoiser, texts: Sequence[str]) -> Pictures:
    """Return a picture of each text from pure noise, the same noise for all."""
    seeds = lesson.seeds(1, "one noise") * len(texts)
    return decode_latents(lesson.diffusion, denoiser.from_noise(encode_text(lesson.diffusion, texts), seeds))


def noisier(lesson: Lesson, name: str, picture: Pictures) -> tuple[TileRow, TileRow]:
    """Return `picture` at each timestep, by the Markov chain and by the closed form."""
    scheduler = lesson.diffusion.scheduler
    start, centre, deviation = standardised(picture)
    generator = torch.Generator().manual_seed(seed_for(lesson.seed, "lesson", "chain", name))
    chain = markov_chain(start, scheduler.betas, TIMESTEPS, generator)
    noises = noise_for(lesson.seeds(len(TIMESTEPS), name), tuple(start.shape))
    jumps = [noised(start, noises[i], t, scheduler.alphas_cumprod) for i, t in enumerate(TIMESTEPS)]

    def shown(draws: Sequence[torch.Tensor]) -> list[Pictures]:
        return [(draw * deviation + centre).round().clamp(0, 255).byte().numpy() for draw in draws]

    return TileRow(f"{name}, step by step", shown(chain)), TileRow(f"{name}, in one step", shown(jumps))


def read_at(lesson: Lesson, prompt: str, words: Sequence[str], stage: Stage) -> TileRow:
    """Return the picture predicted at a stage and, per word, where the U-Net reads it there."""
    diffusion, states = lesson.diffusion, encode_text(lesson.diffusion, [prompt])
    places = [tokens_of(diffusion, prompt, word) for word in words]
    maps = [word_map(diffusion, stage.noisy, stage.timestep, states, tokens)[0] for tokens in places]
    notes = ["", *(f"{float(paid.min()):.2f} to {float(paid.max()):.2f}" for paid in maps)]
    picture = decode_latents(diffusion, stage.predicted)[0]
    return TileRow(f"t = {stage.timestep}", [picture, *map(stretched, maps)], notes)


def standardised(picture: Pictures) -> tuple[torch.Tensor, float, float]:
    """Return `picture` with mean 0 and deviation 1, as latents have, and the mean and deviation it had."""
    values = torch.from_numpy(np.ascontiguousarray(picture)).float()
    centre, deviation = float(values.mean()), float(values.std())
    return (values - centre) / deviation, centre, deviation


def grey(values: torch.Tensor) -> Pictures:
    """Turn values in [-1, 1] after clamping into uint8."""
    return ((values.clamp(-1, 1) + 1) * 127.5).round().byte().numpy()


def stretched(values: torch.Tensor) -> Pictures:
    """Return a map as a grey picture from its own least (black) to its own greatest value (white)."""
    low, high = values.min(), values.max()
    # A constant map has no range; it is its own least value everywhere.
    extent = high - low if high > low else 1.0
    return grey(2 * (values - low) / extent - 1)
