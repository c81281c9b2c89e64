"""Tables as data of scripts: columns of few different texts as numbers, six digits of every number."""

import math
from collections.abc import Sequence

import pandas as pd

DIGITS = 6


def packed(frame: pd.DataFrame) -> dict[str, object]:
    """Return a table by columns for JSON; ``unpacked`` of the page's script reads it.

    Returns
    -------
    dict of column to a list of numbers, None for no value; or, for texts, to ``{"levels", "codes"}``: the
    different texts in order of appearance, and the place of each row's text among them (-1 for no text)
    """
    return {str(name): _column(frame[name]) for name in frame}


def _column(values: pd.Series) -> object:
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return numbers(values.astype(float).tolist())
    codes, levels = pd.factorize(values)
    return {"levels": [str(level) for level in levels], "codes": codes.tolist()}


def numbers(values: Sequence[float]) -> list[float | None]:
    """Return numbers with six digits, None where there is none."""
    return [None if math.isnan(value) else _short(value) for value in values]


def _short(value: float) -> float:
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() else short
