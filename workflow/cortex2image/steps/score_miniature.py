"""Measure the miniature on held-out scenes.

Reads the folder of the model set and its training pictures. Writes a table with the columns part, measure, n,
value, target, reached.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cortex2image.errors import ConfigError, run_step
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
from cortex2image.miniature.score_table import Conditions, Score, as_rows, scored, write_rows
from cortex2image.miniature.tokenizer import token_ids
from cortex2image.miniature.two_sample import two_sample_scores
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_network
from cortex2image.progress import say
from cortex2image.scenes.captions import captions, category_captions
from cortex2image.scenes.sampling import balanced_scenes, variations
from cortex2image.scenes.scene import Scene, combination_of, sample_scenes
from cortex2image.scenes.vocabulary import CATEGORIES
from cortex2image.seeds import rng_for
from cortex2image.study.command import Command
from cortex2image.study.training import Training

READS = (
    "seed",
    "test_scenes",
    "compared",
    "generated",
    "samples",
    "detector_steps",
    "steps",
    "guidance",
    "strength",
)
COMMAND = Command(
    __doc__,
    Training,
    READS,
    inputs=("models", "training_images"),
    outputs=("scores",),
    counts=("threads",),
)
SAMPLE = 256
"""Number of training pictures that set how near a picture must be to count as a copy."""


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    torch.set_num_threads(args.threads)
    models, seed, number = Path(args.models), training.seed, training.test_scenes
    plain = Painter.load(models, training.steps, training.guidance, seed)
    painter = ScoredPainter.load(models, plain)
    test = sample_scenes(seed, "test", number)
    double = with_objects(test, 2)
    single, new = (balanced_scenes(seed, split, number) for split in ("test", "composition"))
    networks = understanding(plain.pipeline, models, test)
    compared = examples_of(single[: training.compared])
    made, from_captions = painter.from_text("text to image", compared)
    scores = [
        *networks,
        *painter.look_at("judges", examples_of(single)),
        *from_captions,
        combinations("text to image", single[: training.compared]),
        *paintings(painter, new, ", held-out compositions", training.generated),
        *paintings(painter, double, ", two objects", training.generated),
        *other_ways(painter, single[: training.generated], training.strength),
        *one_caption(painter, single, training.samples),
        *against_real(plain.pipeline.vae, made, compared.pictures, args.training_images, training),
        *speed(plain, models, args.threads, training.samples),
    ]
    rows = as_rows(scores, Conditions(training.steps, training.strength, args.threads))
    for row in rows:
        say(" ".join(row.values()))
    write_rows(rows, args.scores)


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
    """Score paintings from mean captions, from coarse pictures, and of bare categories, each in turn."""
    examples, bare, mean = examples_of(single), bare_categories(single), ", mean of five captions"
    return [
        *painter.from_text(f"text to image{mean}", examples, captions=None)[1],
        *painter.from_coarse("image to image", examples, strength),
        *painter.from_coarse(f"image to image{mean}", examples, strength, captions=None),
        *painter.from_text("category to image", bare, captions=None)[1],
    ]


def one_caption(painter: ScoredPainter, single: list[Scene], number: int) -> list[Score]:
    """Score how far paintings of one caption differ, for a caption of each setting; also rendered scenes."""
    scenes = [single[i] for i in distinct([scene.setting for scene in single])]
    made = painter.again_and_again([captions(scene)[0] for scene in scenes], number)
    real = [rendered(variations(scene, painter.painter.seed, number)) for scene in scenes]
    return [
        *diversity_scores("one caption again and again", made),
        *diversity_scores("one caption again and again, real scenes", real),
    ]


def against_real(
    vae: Any, made: NDArray[np.uint8], real: NDArray[np.uint8], training_images: str, training: Training
) -> list[Score]:
    """Score paintings: nearness to training pictures, and how well a classifier tells them from scenes."""
    known = np.load(training_images, mmap_mode="r")
    rows = rng_for(training.seed, "copies").permutation(len(known))[:SAMPLE]
    sample = known[np.sort(rows)]
    steps, seed = training.detector_steps, training.seed
    copies = copy_scores(made, real, known, sample, rebuilt(vae, sample))
    sorted_out = two_sample_scores(real, made, steps, seed, "real or generated")
    decoded = two_sample_scores(real, rebuilt(vae, real), steps, seed, "real or autoencoded")
    return [
        *scored("copies of training pictures", len(made), copies),
        *scored("real or generated", len(made), sorted_out),
        *scored("real or autoencoded", len(made), decoded),
    ]


def speed(painter: Painter, models: Path, threads: int, number: int) -> list[Score]:
    """Measure how fast pictures are painted, in float32, as in studies, and in bfloat16."""
    caption = category_captions(CATEGORIES[0])[0]
    half = Painter.load(models, painter.steps, painter.guidance, painter.seed, torch.bfloat16)
    values = {
        "pictures_per_second_float32": pictures_per_second(painter, caption, number),
        "pictures_per_second_bfloat16": pictures_per_second(half, caption, number),
    }
    return scored("speed", number, values | {"threads": threads})


def with_objects(scenes: list[Scene], number: int) -> list[Scene]:
    """Return the scenes with `number` objects; raise ConfigError if there are none."""
    found = [scene for scene in scenes if len(scene.objects) == number]
    if not found:
        expected = f"scenes with {number} object(s) among those sampled"
        raise ConfigError(
            "score_miniature: test_scenes", expected, f"none of {len(scenes)}", "sample more scenes"
        )
    return found


if __name__ == "__main__":
    run_step(main)
