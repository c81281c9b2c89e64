"""Measure the miniature on held-out scenes.

Reads the folder of the model set and the pictures it was trained on. Writes a table: part, measure, n, value,
target, reached.
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cortex2image.errors import ConfigError, run_step
from cortex2image.files import atomic
from cortex2image.miniature.copies import copy_scores
from cortex2image.miniature.examples import bare_categories, examples_of, rendered
from cortex2image.miniature.held_out_scores import (
    ScoredPainter,
    autoencoder_scores,
    clip_scores,
    distinct,
    diversity_scores,
    rebuilt,
)
from cortex2image.miniature.painter import Painter, pictures_per_second
from cortex2image.miniature.score_table import COLUMNS, Conditions, Score, as_rows, scored
from cortex2image.miniature.tokenizer import token_ids
from cortex2image.miniature.two_sample import two_sample_scores
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_network
from cortex2image.progress import say
from cortex2image.scenes.captions import captions, category_captions
from cortex2image.scenes.sampling import balanced_scenes, variations
from cortex2image.scenes.scene import Scene, combination_of, sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES
from cortex2image.seeds import rng_for

SAMPLE = 256
"""Training pictures that set what is as near as a copy."""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="folder of the model set")
    parser.add_argument("--training-images", type=Path, required=True, help="training pictures, .npy")
    parser.add_argument("--scenes", type=int, required=True, help="number of scenes of each kind")
    parser.add_argument("--generated", type=int, required=True, help="pictures to generate per measure")
    parser.add_argument("--compared", type=int, required=True, help="pictures to compare with real scenes")
    parser.add_argument("--samples", type=int, required=True, help="pictures painted from one caption")
    parser.add_argument("--detector-steps", type=int, required=True, help="batches of two-sample training")
    parser.add_argument("--steps", type=int, required=True, help="denoising steps of DDIM")
    parser.add_argument("--guidance", type=float, required=True, help="scale of classifier-free guidance")
    parser.add_argument("--strength", type=float, required=True, help="of image to image, in (0, 1]")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--scores", type=Path, required=True, help="output: table, .csv")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    torch.set_num_threads(args.threads)
    plain = Painter.load(args.models, args.steps, args.guidance, args.seed)
    painter = ScoredPainter.load(args.models, plain)
    test = [sample_scene(args.seed, "test", index) for index in range(args.scenes)]
    double = with_objects(test, 2)
    single, new = (balanced_scenes(args.seed, split, args.scenes) for split in ("test", "composition"))
    networks = understanding(plain.pipeline, args.models, test)
    compared = examples_of(single[: args.compared])
    made, from_captions = painter.from_text("text to image", compared)
    scores = [
        *networks,
        *painter.look_at("judges", examples_of(single)),
        *from_captions,
        combinations("text to image", single[: args.compared]),
        *paintings(painter, new, ", held-out compositions", args.generated),
        *paintings(painter, double, ", two objects", args.generated),
        *other_ways(painter, single[: args.generated], args.strength),
        *one_caption(painter, single, args.samples),
        *against_real(plain.pipeline.vae, made, compared.pictures, args),
        *speed(plain, args.models, args.threads, args.samples),
    ]
    write_table(as_rows(scores, Conditions(args.steps, args.strength, args.threads)), args.scores)


def understanding(pipeline: Any, models: Path, scenes: list[Scene]) -> list[Score]:
    """Score the autoencoder and the CLIP on rendered scenes."""
    ensure_torchvision()
    from transformers import CLIPModel

    clip = read_network(CLIPModel, models / "clip", torch.device("cpu"))
    different = [scenes[i] for i in distinct([combination_of(scene) for scene in scenes])]
    tokens = np.array(token_ids(pipeline.tokenizer, [captions(scene)[0] for scene in different]))
    return [
        *scored("autoencoder", len(scenes), autoencoder_scores(pipeline.vae, rendered(scenes))),
        *scored("clip", len(different), clip_scores(clip, rendered(different), tokens)),
    ]


def paintings(painter: ScoredPainter, scenes: list[Scene], kind: str, number: int) -> list[Score]:
    """Score the judges on the real pictures of one kind of scenes, then paintings of `number` captions."""
    part, examples = f"text to image{kind}", examples_of(scenes)
    return [
        *painter.look_at(f"judges{kind}", examples),
        *painter.from_text(part, examples.first(number))[1],
        combinations(part, scenes[:number]),
    ]


def combinations(part: str, scenes: list[Scene]) -> Score:
    """Count the different combinations of setting, categories and colours."""
    different = len({combination_of(scene) for scene in scenes})
    return Score(part, "distinct_combinations", len(scenes), different)


def other_ways(painter: ScoredPainter, single: list[Scene], strength: float) -> list[Score]:
    """Score paintings from mean captions, from coarse pictures, and of bare categories taken in turn."""
    examples, bare, mean = examples_of(single), bare_categories(single), ", mean of five captions"
    return [
        *painter.from_text(f"text to image{mean}", examples, captions=None)[1],
        *painter.from_coarse("image to image", examples, strength),
        *painter.from_coarse(f"image to image{mean}", examples, strength, captions=None),
        *painter.from_text("category to image", bare, captions=None)[1],
    ]


def one_caption(painter: ScoredPainter, single: list[Scene], number: int) -> list[Score]:
    """Score how far paintings of one caption differ, for a caption of each setting, and how far scenes do."""
    scenes = [single[i] for i in distinct([scene.setting for scene in single])]
    made = painter.again_and_again([captions(scene)[0] for scene in scenes], number)
    real = [rendered(variations(scene, painter.painter.seed, number)) for scene in scenes]
    return [
        *diversity_scores("one caption again and again", made),
        *diversity_scores("one caption again and again, real scenes", real),
    ]


def against_real(
    vae: Any, made: NDArray[np.uint8], real: NDArray[np.uint8], args: argparse.Namespace
) -> list[Score]:
    """Score pictures by how near they are to training pictures, and how well they can be told from scenes."""
    training = np.load(args.training_images, mmap_mode="r")
    rows = rng_for(args.seed, "copies").permutation(len(training))[:SAMPLE]
    sample = training[np.sort(rows)]
    steps, seed = args.detector_steps, args.seed
    copies = copy_scores(made, real, training, sample, rebuilt(vae, sample))
    sorted_out = two_sample_scores(real, made, steps, seed, "real or generated")
    decoded = two_sample_scores(real, rebuilt(vae, real), steps, seed, "real or autoencoded")
    return [
        *scored("copies of training pictures", len(made), copies),
        *scored("real or generated", len(made), sorted_out),
        *scored("real or autoencoded", len(made), decoded),
    ]


def speed(painter: Painter, models: Path, threads: int, number: int) -> list[Score]:
    """Measure how fast pictures are painted, in float32 as by studies, and in bfloat16."""
    caption = category_captions(CATEGORIES[0])[0]
    half = Painter.load(models, painter.steps, painter.guidance, painter.seed, torch.bfloat16)
    values = {
        "pictures_per_second_float32": pictures_per_second(painter, caption, number),
        "pictures_per_second_bfloat16": pictures_per_second(half, caption, number),
    }
    return scored("speed", number, values | {"threads": threads})


def with_objects(scenes: list[Scene], number: int) -> list[Scene]:
    """Return the scenes of one object, or of two."""
    found = [scene for scene in scenes if len(scene.objects) == number]
    if not found:
        expected = f"scenes with {number} object(s) among those sampled"
        raise ConfigError(
            "score_miniature: --scenes", expected, f"none of {len(scenes)}", "sample more scenes"
        )
    return found


def write_table(rows: Sequence[dict[str, str]], path: Path) -> None:
    with atomic(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            say(" ".join(row.values()))
            writer.writerow(row)


if __name__ == "__main__":
    run_step(main)
