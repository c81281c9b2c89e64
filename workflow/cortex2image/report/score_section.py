"""What all tables of scores share: methods in order, the rows of all subjects, the arrow of a metric."""

from collections.abc import Sequence

import pandas as pd

from cortex2image.report.study import POOLED


def methods_of(scores: pd.DataFrame, methods: Sequence[str]) -> list[str]:
    """Return the methods that have scores: first `methods` in their order, then other methods by name."""
    present = set(scores["method"])
    return [m for m in methods if m in present] + sorted(present - set(methods))


def arrow(higher_is_better: bool) -> str:
    """Return the arrow that says which direction of a metric is better."""
    return "↑" if higher_is_better else "↓"


def pooled_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of all subjects pooled; where there is one subject alone, its rows serve.

    There are none of what some of several subjects lack: no subject stands for all.
    """
    pooled = rows[rows["subject"] == POOLED]
    return pooled if len(pooled) or rows["subject"].nunique() != 1 else rows
