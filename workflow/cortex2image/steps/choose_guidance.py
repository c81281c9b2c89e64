"""Try scales of classifier-free guidance on validation scenes: test scenes play no part in the choice.

Reads the folder of the model set. Writes a table with a row per scale: what judges see in paintings of
captions, how near paintings from coarse pictures are to the pictures, how alike paintings of one caption are.
"""

import argparse
import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.miniature.examples import Examples, examples_of
from cortex2image.miniature.held_out_scores import ScoredPainter, distinct, diversity_scores
from cortex2image.miniature.painter import Painter
from cortex2image.progress import say
from cortex2image.scenes.sampling import balanced_scenes

SAMPLES = 8
"""Paintings of one caption, for a caption of each setting."""
JUDGED = ("setting_by_", "object_by_")


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="folder of the model set")
    parser.add_argument("--tried", type=float, nargs="+", required=True, help="scales of guidance")
    parser.add_argument("--scenes", type=int, required=True, help="validation scenes to paint at each scale")
    parser.add_argument("--steps", type=int, required=True, help="denoising steps of DDIM")
    parser.add_argument("--strength", type=float, required=True, help="of image to image, in (0, 1]")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--table", type=Path, required=True, help="output: a row per scale, .csv")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    torch.set_num_threads(args.threads)
    painter = ScoredPainter.load(args.models, Painter.load(args.models, args.steps, args.tried[0], args.seed))
    examples = examples_of(balanced_scenes(args.seed, "validation", args.scenes))
    write_table([row_at(scale, painter, examples, args.strength) for scale in args.tried], args.table)


def row_at(scale: float, loaded: ScoredPainter, examples: Examples, strength: float) -> dict[str, str]:
    """Return the row of one scale of guidance as text."""
    painter = replace(loaded, painter=replace(loaded.painter, guidance=scale))
    values = scores_at(painter, examples, strength)
    row = {"guidance": f"{scale:g}", "n": str(len(examples))}
    row |= {name: f"{value:.4f}" for name, value in values.items()}
    say(" ".join(f"{name} {value}" for name, value in row.items()))
    return row


def scores_at(painter: ScoredPainter, examples: Examples, strength: float) -> dict[str, float]:
    """Return the scores of a painter.

    Noise is drawn under the same names at every scale: the same noise becomes the pictures of all of them.
    """
    seen = painter.from_text("validation, text to image", examples)[1]
    coarse = painter.from_coarse("validation, image to image", examples, strength)
    captions = [examples.captions[row][0] for row in distinct(examples.settings.tolist())]
    alike, _worst = diversity_scores("one caption", painter.again_and_again(captions, SAMPLES))
    return {
        **{score.measure: score.value for score in seen if score.measure.startswith(JUDGED)},
        "image_to_image_correlation": next(s.value for s in coarse if s.measure == "pixel_correlation"),
        "one_caption_correlation": alike.value,
    }


def write_table(rows: Sequence[dict[str, str]], path: Path) -> None:
    with atomic(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    run_step(main)
