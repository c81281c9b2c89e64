"""Score scales of classifier-free guidance on validation scenes; test scenes play no part in the choice.

Reads the folder of the model set. Writes a table with a row per scale: how often judges find setting and
object in paintings of captions, how paintings from coarse pictures correlate with the original pictures, and
how paintings of one caption correlate with each other.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from cortex2image.errors import run_step
from cortex2image.miniature.examples import Examples, examples_of
from cortex2image.miniature.held_out_scores import ScoredPainter, distinct, diversity_scores
from cortex2image.miniature.painter import Painter
from cortex2image.miniature.score_table import write_rows
from cortex2image.progress import say
from cortex2image.scenes.sampling import balanced_scenes
from cortex2image.study.command import Command
from cortex2image.study.training import Training

READS = ("seed", "validation_scenes", "steps", "strength", "guidance_tried")
COMMAND = Command(__doc__, Training, READS, inputs=("models",), outputs=("table",), counts=("threads",))
SAMPLES = 8
"""Number of paintings of one caption, for a caption of each setting."""
JUDGED = ("setting_by_", "object_by_")


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    torch.set_num_threads(args.threads)
    models, tried = Path(args.models), training.guidance_tried
    painter = ScoredPainter.load(models, Painter.load(models, training.steps, tried[0], training.seed))
    examples = examples_of(balanced_scenes(training.seed, "validation", training.validation_scenes))
    write_rows([row_at(scale, painter, examples, training.strength) for scale in tried], args.table)


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

    Noise has the same seeds at every scale, so that scales differ in guidance alone.
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


if __name__ == "__main__":
    run_step(main)
