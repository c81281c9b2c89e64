"""How well the features were decoded: correlations over test stimuli, unit by unit."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from cortex2image.plots.histograms import correlation_histograms
from cortex2image.plots.style import svg
from cortex2image.report.page import svg_uri


class DecodingRow(TypedDict):
    """One subject and space in numbers; the correlations are NaN where no unit has one."""

    subject: str
    space: str
    units: int
    constant: int
    median_r: float
    top_r: float
    positive: float
    alpha: float


class DecodingFigure(TypedDict):
    """The histogram of one space."""

    space: str
    image: str


def decoding_rows(decoded: Mapping[tuple[str, str], pd.DataFrame]) -> list[DecodingRow]:
    """Summarise the tables `decoded_scores`, keyed by (subject, space)."""
    return [_row(subject, space, table) for (subject, space), table in decoded.items()]


def decoding_figures(
    decoded: Mapping[tuple[str, str], pd.DataFrame], spaces: Sequence[str]
) -> list[DecodingFigure]:
    """Draw one histogram per space, an outline per subject."""
    figures: list[DecodingFigure] = []
    for space in spaces:
        series = {
            subject: table["r"].to_numpy(float) for (subject, name), table in decoded.items() if name == space
        }
        if series:
            drawing = svg(correlation_histograms(series, f"r of decoded and true {space}"))
            figures.append({"space": space, "image": svg_uri(drawing)})
    return figures


def _row(subject: str, space: str, table: pd.DataFrame) -> DecodingRow:
    r = table["r"].to_numpy(float)
    finite = r[np.isfinite(r)]
    median, top = np.percentile(finite, [50, 95]) if len(finite) else (np.nan, np.nan)
    return {
        "subject": subject,
        "space": space,
        "units": len(r),
        "constant": len(r) - len(finite),
        "median_r": float(median),
        "top_r": float(top),
        "positive": float((finite > 0).mean()) if len(finite) else np.nan,
        "alpha": float(np.exp(np.log(table["alpha"]).mean())),
    }
