"""Section of choices by people: which method they prefer, how sure that is, and whether they agree."""

from typing import TypedDict

import pandas as pd

from cortex2image.rating.trials import IDENTIFICATION, METHODS
from cortex2image.report.study import StudyResults

ALL = "all"


class RatingSection(TypedDict):
    """What people chose, as rows of tables; all are empty before their files were read."""

    preferred: list[dict[str, object]]
    identified: list[dict[str, object]]
    strengths: list[dict[str, object]]
    raters: list[dict[str, object]]


def rating_section(study: StudyResults) -> RatingSection:
    """Return the tables of choices of a study, pooled over subjects; empty lists without any."""
    if not study.folder.has("preferences"):
        return {"preferred": [], "identified": [], "strengths": [], "raters": []}
    pairs, scores = study.folder.table("preferences"), study.folder.table("preference_scores")
    pooled = pairs[pairs["subject"] == ALL]
    ranked = scores[scores["subject"] == ALL].sort_values("score", ascending=False)
    return {
        "preferred": _rows(pooled[pooled["design"] == METHODS]),
        "identified": _rows(pooled[pooled["design"] == IDENTIFICATION].sort_values("share", ascending=False)),
        "strengths": _rows(ranked),
        "raters": _rows(study.folder.table("raters")),
    }


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
