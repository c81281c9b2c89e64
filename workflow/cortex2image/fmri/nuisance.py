"""Nuisance of a run: drift, confounds, and volumes to leave out."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from cortex2image.errors import ConfigError, DataError, require_known

DRIFTS = ("cosine", "polynomial", "none")
POLYNOMIAL_SPAN = 150.0  # s per order beyond the first, the rule of AFNI's 3dDeconvolve -polort A


def drift_regressors(volumes: int, tr: float, drift: str, high_pass_hz: float) -> np.ndarray:
    """Return drift regressors, without the constant.

    Parameters
    ----------
    volumes : int
    tr : float
        Repetition time in seconds.
    drift : one of :data:`DRIFTS`
        ``cosine``: SPM's discrete cosine set of all frequencies up to `high_pass_hz`. ``polynomial``:
        Legendre polynomials up to order 1 + duration / 150 s. ``none``: no regressor.
    high_pass_hz : float
        Cut-off frequency in Hz; used by ``cosine`` only.

    Returns
    -------
    (volumes, regressors) float64 array

    Raises
    ------
    ConfigError
        `drift` has an unknown name.
    """
    require_known("glm/drift", drift, DRIFTS)
    if drift == "cosine":
        order = int(np.floor(2 * volumes * tr * high_pass_hz))
        phase = np.pi * (np.arange(volumes) + 0.5) / volumes
        cosines: np.ndarray = np.cos(np.outer(phase, np.arange(1, min(order, volumes - 1) + 1)))
        return cosines
    if drift == "polynomial":
        order = 1 + int(volumes * tr / POLYNOMIAL_SPAN)
        return np.polynomial.legendre.legvander(np.linspace(-1, 1, volumes), order)[:, 1:]
    return np.empty((volumes, 0))


def confound_regressors(
    confounds: pd.DataFrame | None, names: Sequence[str], keep: np.ndarray, where: str
) -> np.ndarray:
    """Return the chosen confounds of a run, (volumes, names) float64.

    fMRIPrep leaves the first row of derivatives and displacements empty; it becomes 0, no change. Values that
    are not finite become 0 in volumes that are left out of the model.

    Parameters
    ----------
    confounds : DataFrame or None
        A row per volume.
    names : columns to use
    keep : (volumes,) bool array
        Volumes that stay in the model, from :func:`kept_volumes`.
    where : the run and its table, for errors

    Raises
    ------
    ConfigError
        A name is not among the run's confounds, or the run has none.
    DataError
        The table has another number of rows than the run has volumes, a name stands over several columns, a
        cell is text, or a value of a volume that stays is missing (beyond the first row) or infinite.
    """
    if not names:
        return np.empty((len(keep), 0))
    columns = [] if confounds is None else list(confounds.columns)
    missing = [name for name in names if name not in columns]
    if confounds is None or missing:
        found = f"no {', '.join(missing)}; the columns are {', '.join(columns) or '(no confounds table)'}"
        fix = "correct glm/confounds in the config; an empty list uses none"
        raise ConfigError(where, f"confounds {', '.join(names)}", found, fix)
    _check_rows(confounds, len(keep), where)
    _check_single(names, columns, where)
    values = _numbers(confounds, names, where)
    values[0, np.isnan(values[0])] = 0.0
    unusable = ~np.isfinite(values)
    _check_finite(unusable & keep[:, None], names, where)
    return np.where(unusable, 0.0, values)


def kept_volumes(
    confounds: pd.DataFrame | None, prefixes: Sequence[str], volumes: int, where: str
) -> np.ndarray:
    """Return the mask of the volumes that stay in the model, (volumes,) bool.

    A volume is left out if a confound whose name starts with one of `prefixes` (fMRIPrep's spike columns,
    such as ``non_steady_state_outlier00``) is not 0. This gives the same estimates as a regressor for that
    volume.

    Raises
    ------
    DataError
        The table has another number of rows than the run has volumes, or a cell of these columns is text.
    """
    keep = np.ones(volumes, bool)
    if confounds is None:
        return keep
    spikes = [name for name in confounds.columns if name.startswith(tuple(prefixes))]
    if spikes:
        _check_rows(confounds, volumes, where)
        marks = _numbers(confounds, dict.fromkeys(spikes), where)
        keep &= ~(np.nan_to_num(marks) != 0).any(axis=1)
    return keep


def _numbers(confounds: pd.DataFrame, names: Iterable[str], where: str) -> np.ndarray:
    """Return columns as (volumes, columns) float64; raise if one holds text."""
    columns = confounds[list(names)]
    for place, name in enumerate(columns):
        cells = columns.iloc[:, place]
        if not pd.api.types.is_numeric_dtype(cells):
            text = pd.to_numeric(cells, errors="coerce").isna() & ~cells.isin(["n/a", "", np.nan])
            row = int(text.to_numpy().argmax())
            found = f"'{cells.iloc[row]}' in row {row + 2} of the table"
            fix = "correct the table (n/a for a value that is missing), or do not use this confound"
            raise DataError(where, f"numbers in confound {name}", found, fix)
    values: np.ndarray = columns.to_numpy(np.float64, copy=True)
    return values


def _check_single(names: Sequence[str], columns: Sequence[str], where: str) -> None:
    double = [name for name in names if columns.count(name) > 1]
    if double:
        found = f"{columns.count(double[0])} columns {double[0]}"
        fix = "rename or remove all but one of them in the table"
        raise DataError(where, "confounds of different names", found, fix)


def _check_rows(confounds: pd.DataFrame, volumes: int, where: str) -> None:
    if len(confounds) != volumes:
        fix = "use the confounds table that was made with this BOLD file"
        raise DataError(where, f"confounds with {volumes} rows, one per volume", f"{len(confounds)}", fix)


def _check_finite(unusable: np.ndarray, names: Sequence[str], where: str) -> None:
    for name, rows in zip(names, unusable.T, strict=True):
        if rows.any():
            expected = f"a finite number in confound {name} for every volume that stays in the model"
            found = f"{rows.sum()} missing or infinite, first in row {rows.argmax() + 2} of the table"
            fix = "drop it from glm/confounds, mark these volumes by a column of glm/scrub, or mend the table"
            raise DataError(where, expected, found, fix)
