"""The held-out table of the miniature: what was measured, and what it was to reach."""

from collections.abc import Iterable
from typing import NamedTuple

COLUMNS = ("part", "measure", "n", "value", "target", "reached")
BY = "_by_"
"""Stands between what is measured and the judge that measures it."""


class Score(NamedTuple):
    """One measured value over `n` pictures, captions or scenes."""

    part: str
    measure: str
    n: int
    value: float


class Target(NamedTuple):
    """A bound that a value has to keep: at least (`>=`), at most (`<=`) or below (`<`)."""

    relation: str
    bound: float

    def reached(self, value: float) -> bool:
        relations = {">=": value >= self.bound, "<=": value <= self.bound, "<": value < self.bound}
        return relations[self.relation]


TARGETS: dict[tuple[str, str], Target] = {
    ("autoencoder", "psnr_db"): Target(">=", 28),
    ("autoencoder", "ssim"): Target(">=", 0.90),
    ("clip", "two_way"): Target(">=", 0.995),
    ("clip", "image_to_text_64_way"): Target(">=", 0.85),
    ("judges", "setting"): Target(">=", 0.99),
    ("judges", "object"): Target(">=", 0.97),
    ("text to image", "setting"): Target(">=", 0.98),
    ("text to image", "object"): Target(">=", 0.85),
    ("text to image, held-out compositions", "setting"): Target(">=", 0.75),
    ("text to image, held-out compositions", "object"): Target(">=", 0.75),
    ("image to image", "object"): Target(">=", 0.85),
    ("image to image", "pixel_correlation"): Target(">=", 0.7),
    ("speed on 2 threads", "pictures_per_second_float32"): Target(">=", 8),
    ("speed on 2 threads", "pictures_per_second_bfloat16"): Target(">=", 8),
    ("one caption again and again", "pixel_correlation_mean"): Target("<", 0.6),
    ("one caption again and again", "pixel_correlation_worst"): Target("<", 0.6),
    ("copies of training pictures", "share_copied"): Target("<=", 0),
}


def scored(part: str, n: int, values: dict[str, float]) -> list[Score]:
    """Return a score per measure of one part."""
    return [Score(part, measure, n, value) for measure, value in values.items()]


def target_of(score: Score) -> Target | None:
    """Return what a score was to reach, whichever judge gave it; None where nothing was asked."""
    return TARGETS.get((score.part, score.measure.partition(BY)[0]))


def as_rows(scores: Iterable[Score]) -> list[dict[str, str]]:
    """Return the rows of the table as text, under `COLUMNS`; without a target the last two are empty.

    A target is compared with the value as measured, not as rounded to the four digits of the table.
    """
    return [_row(score, target_of(score)) for score in scores]


def _row(score: Score, target: Target | None) -> dict[str, str]:
    wanted = f"{target.relation} {target.bound:g}" if target else ""
    reached = ("yes" if target.reached(score.value) else "no") if target else ""
    cells = (score.part, score.measure, str(score.n), f"{score.value:.4f}", wanted, reached)
    return dict(zip(COLUMNS, cells, strict=True))
