"""Draw the figures of docs/diffusion.md with the shipped miniature.

Reads the model set, renders scenes of the test split, which no network was trained on, and takes a slice of
the MR template that nilearn ships. Writes one PNG per figure, with the hash of the model set as text.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from cortex2image.diffusion.denoise import Sampling
from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import model_set
from cortex2image.plots.style import paletted_png
from cortex2image.progress import track
from cortex2image.scenes.captions import captions
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import Scene, sample_scene
from cortex2image.study.command import Command
from cortex2image.study.training import Training
from cortex2image.tutorial.figures import FIGURES
from cortex2image.tutorial.lesson import Lesson, template_slice

READS = ("seed", "steps", "guidance")
COMMAND = Command(__doc__, Training, READS, outputs=tuple(FIGURES))
SHOWN = ("house", "cat", "boat")
"""Categories of the scenes: two that Haxby et al. (2001) showed, and one that they did not."""
MODEL_TEXT = "model"
"""Keyword under which a PNG holds the hash of its model set."""
PROMPTS = ("a red house in the snow", "a blue car on a beach", "in the snow", "")


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    chosen, scenes = model_set("miniature"), list(chosen_scenes(training.seed))
    lesson = Lesson(
        diffusion=load_diffusion(chosen, "cpu"),
        scenes=np.stack([render(scene) for scene in scenes]),
        captions=[captions(scene)[0] for scene in scenes],
        slice_=template_slice(),
        prompts=PROMPTS,
        sampling=Sampling(training.steps, 1.0, training.guidance, noising="matched", latent="mean"),
        seed=training.seed,
    )
    made_with = {MODEL_TEXT: model_hash(chosen)}
    for name, draw in track(FIGURES.items(), "figures"):
        with atomic(getattr(args, name.replace("-", "_"))) as temporary:
            temporary.write_bytes(paletted_png(draw(lesson), made_with))


def chosen_scenes(seed: int) -> Iterator[Scene]:
    """Yield the first scene of the test split with each shown category and nothing else."""
    for category in SHOWN:
        index = 0
        while [item.category for item in sample_scene(seed, "test", index).objects] != [category]:
            index += 1
        yield sample_scene(seed, "test", index)


if __name__ == "__main__":
    run_step(main)
