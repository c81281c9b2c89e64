"""What the page of quality shows: signs by subject, motion, noise ceilings, trials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cortex2image.plots.quality import EDGES, ceiling_histograms, motion_chart
from cortex2image.plots.style import svg
from cortex2image.report.figures import Figure
from cortex2image.report.quality_measures import EVERY, UNLABELLED, ceiling_rows, measures
from cortex2image.report.quality_rules import FINE, RULES, SIGNS, Rule
from cortex2image.report.study import StudyResults

MOST_PANELS = 12
"""Regions that are drawn: all voxels together, those that are decoded from, then the largest."""


@dataclass(frozen=True)
class Cell:
    """A number of a subject in words, and what the page calls it."""

    shown: str
    sign: str


@dataclass(frozen=True)
class Row:
    """A rule with the cells of all subjects; `worst` is their most pressing sign."""

    rule: Rule
    cells: tuple[Cell, ...]
    worst: str


def sign_rows(study: StudyResults) -> list[Row]:
    """Return a row for every rule, those with the most pressing signs first."""
    values = [measures(study, subject) for subject in study.subjects]
    rows = [_row(rule, [value[name] for value in values]) for name, rule in RULES.items()]
    return sorted(rows, key=lambda row: SIGNS.index(row.worst))


def _row(rule: Rule, values: Sequence[float | None]) -> Row:
    cells = tuple(Cell(rule.shown(value), rule.sign(value)) for value in values)
    return Row(rule, cells, min((cell.sign for cell in cells), key=SIGNS.index))


def verdict(rows: Sequence[Row]) -> str:
    """Return in a sentence how many rules are not kept, and which."""
    pressing = [(sign, [r.rule.title for r in rows if r.worst == sign]) for sign in SIGNS if sign != FINE]
    parts = [f"{sign}: {', '.join(titles)}" for sign, titles in pressing if titles]
    return "; ".join(parts) if parts else f"all {len(rows)} checks are fine"


def motion_figure(runs: Mapping[str, pd.DataFrame], target: str) -> Figure | None:
    """Return the figure of the motion of all runs; None where no confounds tell."""
    known = {subject: table for subject, table in runs.items() if table["mean_fd"].notna().any()}
    if not known:
        return None
    rule = RULES["motion"]
    limits = {f"look at above {rule.look} mm": rule.look, f"problem above {rule.problem} mm": rule.problem}
    drawn = motion_chart({subject: table["mean_fd"] for subject, table in known.items()}, limits)
    table = pd.concat([table.assign(subject=subject) for subject, table in known.items()])
    columns = ["subject", *(name for name in table.columns if name != "subject")]
    worst = {subject: table["mean_fd"].max() for subject, table in known.items()}
    words = ", ".join(f"{subject} at most {value:.2f} mm" for subject, value in worst.items())
    alt = f"Mean framewise displacement of each run: {words}. The table has every run."
    return Figure("motion", svg(drawn), alt, table[columns], target)


def ceiling_table(study: StudyResults) -> pd.DataFrame:
    """Return the noise ceilings of all subjects by region, see :func:`ceiling_rows`."""
    tables = [ceiling_rows(s, study.voxels[s], study.decoded_from) for s in study.subjects]
    return pd.concat(tables, ignore_index=True)


def ceiling_figure(study: StudyResults, table: pd.DataFrame, unit: str, target: str) -> Figure | None:
    """Return the histograms of noise ceilings by region; None where no voxel has one.

    Parameters
    ----------
    table : DataFrame
        Of :func:`ceiling_table`.
    unit : what voxels are called
    """
    if not len(table):
        return None
    values = {region: _ceilings(study, region) for region in panel_regions(table)}
    panels = {f"all {unit}" if region == EVERY else region: series for region, series in values.items()}
    means = table[table["region"] == EVERY].set_index("subject")["mean"]
    words = ", ".join(f"{subject} {mean:.2f}" for subject, mean in means.items())
    alt = f"Histograms of the noise ceilings by region. Mean of all {unit}: {words}."
    return Figure("noise-ceiling", svg(ceiling_histograms(panels)), alt, _counts(values), target)


def panel_regions(table: pd.DataFrame) -> list[str]:
    """Return the regions that are drawn, in order."""
    regions = table[table["region"] != UNLABELLED].drop_duplicates("region")
    order = regions.sort_values("decoded", ascending=False, kind="stable")["region"].tolist()
    return [EVERY, *(region for region in order if region != EVERY)][:MOST_PANELS]


def _ceilings(study: StudyResults, region: str) -> dict[str, np.ndarray]:
    found = {}
    for subject in study.subjects:
        voxels = study.voxels[subject]
        inside = voxels["noise_ceiling"].notna() & ((region == EVERY) | (voxels["roi"] == region))
        if inside.any():
            found[subject] = voxels.loc[inside, "noise_ceiling"].to_numpy(float)
    return found


def _counts(values: Mapping[str, Mapping[str, np.ndarray]]) -> pd.DataFrame:
    """Return the drawn numbers: voxels in every bin of each region and subject."""
    rows = [
        (region, subject, low, high, count)
        for region, series in values.items()
        for subject, ceilings in series.items()
        for low, high, count in zip(EDGES[:-1], EDGES[1:], np.histogram(ceilings, EDGES)[0], strict=True)
    ]
    return pd.DataFrame(rows, columns=["region", "subject", "from", "to", "voxels"]).round(
        {"from": 3, "to": 3}
    )
