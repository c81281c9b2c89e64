"""Measure the miniature on held-out scenes.

Reads the folder of the model set. Writes a table (part, measure, n, value) and a contact sheet of pictures
generated from captions of scenes of the test split.
"""

import argparse
import csv
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.models.compat import ensure_torchvision
from cortex2image.models.held_out import (
    autoencoder_scores,
    clip_scores,
    distinct,
    diversity,
    judged,
    pixel_correlation,
)
from cortex2image.models.judge_cnn import JudgeCNN
from cortex2image.models.painter import Painter
from cortex2image.models.tokenizer import token_ids
from cortex2image.progress import say
from cortex2image.scenes.captions import captions, category_captions
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import Scene, combination_of, sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS

Row = tuple[str, str, int, float]
GUIDANCE, STRENGTH = 3.0, 0.8
COARSE = 8
"""Side in pixels of the coarse pictures that image-to-image starts from."""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="folder of the model set")
    parser.add_argument("--scenes", type=int, required=True, help="number of test scenes")
    parser.add_argument("--generated", type=int, required=True, help="pictures to generate per measure")
    parser.add_argument("--steps", type=int, required=True, help="denoising steps of DDIM")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--scores", type=Path, required=True, help="output: table, .csv")
    parser.add_argument("--sheet", type=Path, required=True, help="output: contact sheet, .png")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    ensure_torchvision()
    from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline

    pipeline: Any = StableDiffusionPipeline.from_pretrained(args.models, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    repaint: Any = StableDiffusionImg2ImgPipeline(**pipeline.components, requires_safety_checker=False)
    repaint.set_progress_bar_config(disable=True)
    painter = Painter(pipeline, args.steps, GUIDANCE, args.seed)
    judge = JudgeCNN.load(args.models / "judges" / "cnn")
    scenes = [sample_scene(args.seed, "test", index) for index in range(args.scenes)]
    single = [scene for scene in scenes if len(scene.objects) == 1]
    chosen = single[: args.generated]
    made, rows = from_text(painter, judge, chosen)
    rows += from_coarse(replace(painter, pipeline=repaint), judge, chosen)
    rows += from_categories(painter, judge, args.generated)
    write_table(understanding(pipeline, args.models, judge, scenes, single) + rows, args.scores)
    write_sheet(made, args.sheet)


def understanding(
    pipeline: Any, models: Path, judge: JudgeCNN, scenes: list[Scene], single: list[Scene]
) -> list[Row]:
    """Score the autoencoder, the CLIP and the judge on rendered scenes."""
    from transformers import CLIPModel

    clip = CLIPModel.from_pretrained(models / "clip", dtype=torch.float32).eval()
    different = [scenes[i] for i in distinct([combination_of(scene) for scene in scenes])]
    tokens = np.array(token_ids(pipeline.tokenizer, [captions(scene)[0] for scene in different]))
    return [
        *table("autoencoder", len(scenes), autoencoder_scores(pipeline.vae, rendered(scenes))),
        *table("clip", len(different), clip_scores(clip, rendered(different), tokens)),
        *table("judge", len(single), judged(judge, rendered(single), *truth(single))),
    ]


def from_text(painter: Painter, judge: JudgeCNN, scenes: list[Scene]) -> tuple[NDArray[np.uint8], list[Row]]:
    """Score pictures made from one caption each, from the mean of five, and repeatedly from one."""
    number, started = len(scenes), time.monotonic()
    made = painter.paint([painter.embed(captions(scene)[:1]) for scene in scenes], "caption")
    speed = number / (time.monotonic() - started)
    means = painter.paint([painter.embed(captions(scene)) for scene in scenes], "mean caption")
    same = painter.paint([painter.embed(captions(scenes[0])[:1])] * number, "same caption")
    one = judged(judge, made, *truth(scenes)) | {"pictures_per_second": speed}
    return made, [
        *table("text to image", number, one),
        *table("text to image, mean of five captions", number, judged(judge, means, *truth(scenes))),
        *table("text to image, one caption again and again", number, {"pixel_correlation": diversity(same)}),
    ]


def from_coarse(painter: Painter, judge: JudgeCNN, scenes: list[Scene]) -> list[Row]:
    """Score image-to-image from pictures of 8 x 8 pixels with the right captions."""
    targets = rendered(scenes)
    coarse = [shrunk(target) for target in targets]
    embeddings = [painter.embed(captions(scene)) for scene in scenes]
    made = painter.paint(embeddings, "image to image", image=coarse, strength=STRENGTH)
    scores = judged(judge, made, *truth(scenes)) | {"pixel_correlation": pixel_correlation(targets, made)}
    return table("image to image", len(scenes), scores)


def from_categories(painter: Painter, judge: JudgeCNN, number: int) -> list[Row]:
    """Score pictures of bare categories, taken in turn."""
    wanted = np.arange(number) % len(CATEGORIES)
    embeddings = [painter.embed(category_captions(CATEGORIES[index])) for index in wanted]
    made = painter.paint(embeddings, "category")
    scores = judged(judge, made, np.full(number, SETTINGS.index("studio")), wanted)
    return table("category to image", number, scores)


def rendered(scenes: list[Scene]) -> NDArray[np.uint8]:
    return np.stack([render(scene) for scene in scenes])


def shrunk(image: NDArray[np.uint8]) -> Image.Image:
    """Return a picture shrunk to 8 x 8 pixels and enlarged again."""
    small = Image.fromarray(image).resize((COARSE, COARSE), Image.Resampling.BOX)
    return small.resize(image.shape[:2], Image.Resampling.BICUBIC)


def truth(scenes: list[Scene]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the indices of the settings and of the first categories of scenes."""
    settings = [SETTINGS.index(scene.setting) for scene in scenes]
    return np.array(settings), np.array([CATEGORIES.index(scene.objects[0].category) for scene in scenes])


def table(part: str, number: int, scores: dict[str, float]) -> list[Row]:
    return [(part, measure, number, value) for measure, value in scores.items()]


def write_table(rows: list[Row], path: Path) -> None:
    with atomic(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["part", "measure", "n", "value"])
        for part, measure, number, value in rows:
            say(f"{part}: {measure} {value:.3f}")
            writer.writerow([part, measure, number, f"{value:.4f}"])


def write_sheet(images: NDArray[np.uint8], path: Path, columns: int = 12) -> None:
    """Write pictures as rows of a contact sheet; an incomplete last row is left out."""
    columns, side = min(columns, len(images)), images.shape[1]
    rows = len(images) // columns
    grid = images[: rows * columns].reshape(rows, columns, side, side, 3).transpose(0, 2, 1, 3, 4)
    with atomic(path) as temporary:
        Image.fromarray(grid.reshape(rows * side, columns * side, 3)).save(temporary)


if __name__ == "__main__":
    run_step(main)
