"""Measure the miniature on held-out scenes.

Reads the folder of the model set and the number of scenes and the seed of the test split. Writes a table
(part, measure, n, value) and a contact sheet of pictures generated from captions.
"""

import argparse
import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

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
from cortex2image.models.tokenizer import token_ids
from cortex2image.progress import say, track
from cortex2image.scenes.captions import captions, category_captions
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import Scene, combination_of, sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS
from cortex2image.seeds import seed_for

Row = tuple[str, str, int, float]
BATCH, STEPS, GUIDANCE, STRENGTH = 32, 20, 3.0, 0.8
COARSE = 8
"""Side in pixels of the coarse pictures that image-to-image starts from."""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="folder of the model set")
    parser.add_argument("--scenes", type=int, required=True, help="number of test scenes")
    parser.add_argument(
        "--generated", type=int, required=True, help="number of pictures to generate per test"
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--scores", type=Path, required=True, help="output: table, .csv")
    parser.add_argument("--sheet", type=Path, required=True, help="output: contact sheet, .png")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    ensure_torchvision()
    from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(args.models, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    judge = JudgeCNN.load(args.models / "judges" / "cnn")
    scenes = [sample_scene(args.seed, "test", index) for index in range(args.scenes)]
    single = [scene for scene in scenes if len(scene.objects) == 1]
    rows = understanding(pipeline, args.models, judge, scenes, single)
    chosen = single[: args.generated]
    made, text_rows = from_text(pipeline, judge, chosen, args.seed)
    coarse_rows = from_coarse(StableDiffusionImg2ImgPipeline(**pipeline.components), judge, chosen, args.seed)
    rows += text_rows + coarse_rows + from_categories(pipeline, judge, args.seed)
    write_table(rows, args.scores)
    write_sheet(made, args.sheet)


def understanding(
    pipeline: Any, models: Path, judge: JudgeCNN, scenes: list[Scene], single: list[Scene]
) -> list[Row]:
    """Score the autoencoder, the CLIP and the judge on rendered scenes."""
    from transformers import CLIPModel

    clip = CLIPModel.from_pretrained(models / "clip", dtype=torch.float32).eval()
    images = rendered(scenes)
    different = [scenes[i] for i in distinct([combination_of(scene) for scene in scenes])]
    tokens = np.array(token_ids(pipeline.tokenizer, [captions(scene)[0] for scene in different]))
    return [
        *table("autoencoder", len(scenes), autoencoder_scores(pipeline.vae, images)),
        *table("clip", len(different), clip_scores(clip, rendered(different), tokens)),
        *table("judge", len(single), judged(judge, rendered(single), *truth(single))),
    ]


def from_text(
    pipeline: Any, judge: JudgeCNN, scenes: list[Scene], seed: int
) -> tuple[NDArray[np.uint8], list[Row]]:
    """Score pictures made from one caption each, from the mean of five, and repeatedly from one."""
    started = time.monotonic()
    made = generate(pipeline, [embedded(pipeline, captions(scene)[:1]) for scene in scenes], seed, "caption")
    speed = len(made) / (time.monotonic() - started)
    means = generate(
        pipeline, [embedded(pipeline, captions(scene)) for scene in scenes], seed, "mean caption"
    )
    same = generate(pipeline, [embedded(pipeline, captions(scenes[0])[:1])] * 64, seed, "same caption")
    one = judged(judge, made, *truth(scenes)) | {"pictures_per_second": speed}
    return made, [
        *table("text to image", len(scenes), one),
        *table("text to image, mean of five captions", len(scenes), judged(judge, means, *truth(scenes))),
        *table("text to image, one caption 64 times", 64, {"pixel_correlation": diversity(same)}),
    ]


def from_coarse(pipeline: Any, judge: JudgeCNN, scenes: list[Scene], seed: int) -> list[Row]:
    """Score image-to-image from pictures of 8 x 8 pixels with the right caption."""
    pipeline.set_progress_bar_config(disable=True)
    targets = rendered(scenes)
    coarse = [shrunk(target) for target in targets]
    embeddings = [embedded(pipeline, captions(scene)) for scene in scenes]
    made = generate(pipeline, embeddings, seed, "image to image", image=coarse, strength=STRENGTH)
    scores = judged(judge, made, *truth(scenes)) | {"pixel_correlation": pixel_correlation(targets, made)}
    return table("image to image", len(scenes), scores)


def from_categories(pipeline: Any, judge: JudgeCNN, seed: int) -> list[Row]:
    """Score pictures of bare categories, four of each."""
    wanted = [category for category in CATEGORIES for _ in range(4)]
    embeddings = [embedded(pipeline, category_captions(category)) for category in wanted]
    made = generate(pipeline, embeddings, seed, "category")
    objects = np.array([CATEGORIES.index(category) for category in wanted])
    scores = judged(judge, made, np.full(len(wanted), SETTINGS.index("studio")), objects)
    return table("category to image", len(wanted), scores)


def embedded(pipeline: Any, texts: list[str]) -> torch.Tensor:
    """Return the mean state of the text encoder over captions, (tokens, width)."""
    with torch.no_grad():
        states: torch.Tensor = pipeline.text_encoder(torch.tensor(token_ids(pipeline.tokenizer, texts)))[0]
    return states.mean(dim=0)


def generate(
    pipeline: Any, embeddings: list[torch.Tensor], seed: int, label: str, **start: Any
) -> NDArray[np.uint8]:
    """Return pictures by DDIM with guidance; `start` is what image-to-image starts from."""
    empty, pictures = embedded(pipeline, [""]), []
    for first in track(range(0, len(embeddings), BATCH), label):
        rows = slice(first, first + BATCH)
        prompts = torch.stack(embeddings[rows])
        own = {key: value[rows] if isinstance(value, list) else value for key, value in start.items()}
        seeds = [seed_for(seed, label, first + offset) for offset in range(len(prompts))]
        made = pipeline(
            prompt_embeds=prompts,
            negative_prompt_embeds=empty.expand_as(prompts),
            num_inference_steps=STEPS,
            guidance_scale=GUIDANCE,
            generator=[torch.Generator().manual_seed(value) for value in seeds],
            output_type="np",
            **own,
        ).images
        pictures.append((made * 255).round().astype(np.uint8))
    return np.concatenate(pictures)


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
    rows, side = len(images) // columns, images.shape[1]
    grid = images[: rows * columns].reshape(rows, columns, side, side, 3).transpose(0, 2, 1, 3, 4)
    with atomic(path) as temporary:
        Image.fromarray(grid.reshape(rows * side, columns * side, 3)).save(temporary)


if __name__ == "__main__":
    main()
