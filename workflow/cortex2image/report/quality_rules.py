"""Rules by which the page of quality calls a number fine, worth a look, or a problem."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cortex2image.report.few import FEW_STIMULI

FINE, LOOK, PROBLEM, UNKNOWN = "fine", "look at", "problem", "not known"
SIGNS = (PROBLEM, LOOK, UNKNOWN, FINE)
"""Signs, the most pressing first."""


@dataclass(frozen=True)
class Rule:
    """One number of a subject that says how good its data are, and from where on it is a worry.

    Attributes
    ----------
    name, title : str
    unit : str
        Unit behind the number; ``%`` shows a share as per cent; empty for counts.
    look, problem : float
        Beyond these values the number is worth a look, or a problem: above them, or, if `least`, below.
    least : bool
        Whether small numbers are the bad ones.
    means : str
        What the number means, and where the limits come from.
    section : str
        Section of the page that shows more.
    """

    name: str
    title: str
    unit: str
    look: float
    problem: float
    means: str
    section: str
    least: bool = False

    def sign(self, value: float | None) -> str:
        """Return what the page calls a number; :data:`UNKNOWN` without one."""
        if value is None or math.isnan(value):
            return UNKNOWN
        if self._beyond(self.problem, value):
            return PROBLEM
        return LOOK if self._beyond(self.look, value) else FINE

    def _beyond(self, limit: float, value: float) -> bool:
        return value < limit if self.least else value > limit

    def shown(self, value: float | None) -> str:
        """Return a number with its unit."""
        if value is None or math.isnan(value):
            return "–"
        if self.unit == "%":
            share = 100 * value
            return f"{share:.1f} %" if 0 < share < 10 else f"{share:.0f} %"
        number = f"{value:,.0f}" if float(value).is_integer() else f"{round(value, 2) + 0.0:.2f}"
        return f"{number} {self.unit}".rstrip().replace("-", "\N{MINUS SIGN}")

    @property
    def limits(self) -> str:
        """Return the limits in words."""
        side = "below" if self.least else "above"
        if self.look == self.problem:
            return f"{PROBLEM} {side} {self.shown(self.problem)}"
        worse = "" if self.problem <= 0 and self.least else f", {PROBLEM} {side} {self.shown(self.problem)}"
        return f"{LOOK} {side} {self.shown(self.look)}{worse if math.isfinite(self.problem) else ''}"


_ALL = (
    Rule(
        "motion",
        "Motion of the worst run",
        "mm",
        0.25,
        0.55,
        "Mean framewise displacement of the run in which the head moved most. Limits: the strict and the "
        "lenient limit that Parkes et al. (2018) compare for resting runs; with a GLM of single trials there "
        "is no agreed one.",
        "motion",
    ),
    Rule(
        "scrubbed",
        "Volumes left out",
        "%",
        0.1,
        0.25,
        "Share of all volumes that glm/scrub leaves out of the model. The responses to their trials rest on "
        "fewer volumes. Limits: this project's.",
        "motion",
    ),
    Rule(
        "ceiling",
        "Noise ceiling",
        "",
        0.05,
        0.01,
        "Mean noise ceiling of the voxels that features are decoded from: the share of variance of a mean "
        "test response that any model could explain. Below 0.05 no number is divided by it.",
        "ceiling",
        least=True,
    ),
    Rule(
        "silent",
        "Silent voxels",
        "%",
        0.5,
        0.9,
        "Share of these voxels whose noise ceiling is 0: repeats of a picture agree no better than chance. "
        "Ridge regression lives with them, they cost a little accuracy. Limits: this project's.",
        "ceiling",
    ),
    Rule(
        "test_stimuli",
        "Test stimuli",
        "",
        FEW_STIMULI,
        20,
        "Stimuli that scores are means over. With few of them intervals are wide, and one odd picture moves "
        "a score. Limits: this project's.",
        "trials",
        least=True,
    ),
    Rule(
        "train_stimuli",
        "Training stimuli",
        "",
        500,
        50,
        "Stimuli that decoders learn from. A linear decoder can only mix what it has seen. Limits: this "
        "project's.",
        "trials",
        least=True,
    ),
    Rule(
        "repeats",
        "Trials per test stimulus",
        "",
        2,
        0,
        "Mean number of trials that a test response averages. Single trials are noisy, and without repeats "
        "there is no noise ceiling.",
        "trials",
        least=True,
    ),
    Rule(
        "overlap",
        "Stimuli on both sides of the split",
        "",
        0,
        0,
        "Stimuli whose trials both train and test, in a cross-validated study those that lie in several "
        "folds. One is too many: its score would be memory.",
        "split",
    ),
    Rule(
        "duplicates",
        "Test pictures that train too",
        "",
        0,
        0,
        "Test pictures that look the same as a training picture under another name.",
        "split",
    ),
    Rule(
        "constant",
        "Decoded units that do not vary",
        "%",
        0.05,
        0.5,
        "Share of the units of decoded features that are the same for all test stimuli: they carry nothing "
        "and have no correlation. Text embeddings have some at their first, fixed token. Limits: this "
        "project's.",
        "pictures",
    ),
    Rule(
        "black",
        "Black pictures",
        "%",
        0,
        0.05,
        "Share of reconstructions that are black in every pixel, which networks in half precision give when "
        "they overflow. They stay in, and lower the scores. Limits: this project's.",
        "pictures",
    ),
    Rule(
        "repeated",
        "Pictures drawn again in float32",
        "%",
        0,
        0.2,
        "Share of reconstructions that came out black or not finite in the study's number format, and were "
        "drawn again in float32. Limits: this project's.",
        "pictures",
    ),
    Rule(
        "left_out",
        "Recordings left out",
        "",
        0,
        math.inf,
        "Lines on runs, files, voxels or trials that are missing or were not used. Each is listed below.",
        "left-out",
    ),
)
RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}
