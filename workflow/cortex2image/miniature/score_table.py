"""Table of held-out scores of the miniature, with the targets that they should reach."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cortex2image.files import atomic

COLUMNS = ("part", "measure", "n", "value", "target", "reached")
BY = "_by_"
"""Separator between measure and judge in the name of a score."""


class Score(NamedTuple):
    """A value measured on `n` pictures, captions or scenes; an int is a count."""

    part: str
    measure: str
    n: int
    value: float


class Conditions(NamedTuple):
    """How pictures were painted: denoising steps, image-to-image strength and number of threads."""

    steps: int
    strength: float
    threads: int


ASKED = Conditions(steps=20, strength=0.8, threads=2)
"""Conditions for which the targets were set."""


class Target(NamedTuple):
    """A bound on a value: at least (`>=`), at most (`<=`) or below (`<`) `bound`.

    The target applies if the conditions named in `under` equal those of :data:`ASKED`.
    """

    relation: str
    bound: float
    under: tuple[str, ...] = ()

    def reached(self, value: float) -> bool:
        """Return whether a value reaches the target."""
        relations = {">=": value >= self.bound, "<=": value <= self.bound, "<": value < self.bound}
        return relations[self.relation]

    def holds(self, conditions: Conditions) -> bool:
        """Return whether the target applies under these conditions."""
        return all(getattr(conditions, name) == getattr(ASKED, name) for name in self.under)

    def __str__(self) -> str:
        return f"{self.relation} {self.bound:g}"


Key = tuple[str, str]
PAINTED = ("steps",)
FROM_IMAGES = ("steps", "strength")
TIMED = ("steps", "threads")
TARGETS: dict[Key, Target] = {
    ("autoencoder", "psnr_db"): Target(">=", 28),
    ("autoencoder", "ssim"): Target(">=", 0.90),
    ("clip", "two_way"): Target(">=", 0.995),
    ("clip", "image_to_text_64_way"): Target(">=", 0.85),
    ("judges", "setting"): Target(">=", 0.99),
    ("judges", "object"): Target(">=", 0.97),
    ("text to image", "setting"): Target(">=", 0.98, PAINTED),
    ("text to image", "object"): Target(">=", 0.85, PAINTED),
    ("text to image, held-out compositions", "setting"): Target(">=", 0.75, PAINTED),
    ("text to image, held-out compositions", "object"): Target(">=", 0.75, PAINTED),
    ("image to image", "object"): Target(">=", 0.85, FROM_IMAGES),
    ("image to image", "pixel_correlation"): Target(">=", 0.7, FROM_IMAGES),
    ("speed", "pictures_per_second_float32"): Target(">=", 8, TIMED),
    ("speed", "pictures_per_second_bfloat16"): Target(">=", 8, TIMED),
    ("one caption again and again", "pixel_correlation_mean"): Target("<", 0.6, PAINTED),
    ("one caption again and again", "pixel_correlation_worst"): Target("<", 0.6, PAINTED),
    ("copies of training pictures", "share_copied"): Target("<=", 0, PAINTED),
}


def scored(part: str, n: int, values: Mapping[str, float]) -> list[Score]:
    """Return one score per measure of a part."""
    return [Score(part, measure, n, value) for measure, value in values.items()]


def target_of(score: Score, conditions: Conditions) -> Target | None:
    """Return the target of a score, which is the same for all judges.

    None if the measure has no target, or none under these conditions.
    """
    target = TARGETS.get(_key(score.part, score.measure))
    return target if target and target.holds(conditions) else None


def as_rows(scores: Iterable[Score], conditions: Conditions) -> list[dict[str, str]]:
    """Return the rows of the table as text by `COLUMNS`; the last two are empty without a target.

    Targets are compared with exact values, not with values rounded to the four digits of the table.
    """
    return [_row(score, target_of(score, conditions)) for score in scores]


def missed(rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return the rows that miss their target."""
    return [row for row in rows if row["reached"] == "no"]


def not_measured(rows: Iterable[Mapping[str, str]]) -> dict[Key, Target]:
    """Return the targets with which no row of the table was compared."""
    compared = {_key(row["part"], row["measure"]) for row in rows if row["target"]}
    return {key: target for key, target in TARGETS.items() if key not in compared}


def write_rows(rows: Sequence[Mapping[str, str]], path: str | Path) -> None:
    """Write rows of the same columns as CSV; there must be one at least."""
    with atomic(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read_rows(path: str | Path) -> list[dict[str, str]]:
    """Read the rows of a CSV table, every cell as text."""
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def _key(part: str, measure: str) -> Key:
    return part, measure.partition(BY)[0]


def _row(score: Score, target: Target | None) -> dict[str, str]:
    value = str(score.value) if isinstance(score.value, int) else f"{score.value:.4f}"
    reached = ("yes" if target.reached(score.value) else "no") if target else ""
    cells = (score.part, score.measure, str(score.n), value, str(target or ""), reached)
    return dict(zip(COLUMNS, cells, strict=True))
