"""Figures of a study, one call each. They return Matplotlib figures, which notebooks draw."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from cortex2image.notebook.names import require_name
from cortex2image.plots.canvas import slice_canvas
from cortex2image.plots.dots import region_dots, score_dots
from cortex2image.plots.gallery import TileRow, tiles
from cortex2image.plots.panels import (
    Scale,
    draw_panels,
    ends,
    number_panel,
    rounded_end,
    slices_that_fit,
    words_instead,
)
from cortex2image.plots.style import png
from cortex2image.report.study import POOLED
from cortex2image.report.words import term
from cortex2image.seeds import seed_for
from cortex2image.study.methods import title_of

if TYPE_CHECKING:
    from cortex2image.notebook.open_study import OpenStudy

INCHES = 1.05
"""Side of a picture in a figure."""


class Plot:
    """Figures of a study; see docs/notebook.md."""

    def __init__(self, study: "OpenStudy"):
        self._study = study

    def scores(self, metric: str | None = None) -> Figure:
        """Draw one metric: per method the score of all subjects together with its 95 % interval.

        Small dots are single subjects; grey is the permutation null, mean and two standard deviations.

        Parameters
        ----------
        metric : str, optional
            A metric of ``study.scores``; by default its first.
        """
        scores = self._study.table("scores")
        known = list(dict.fromkeys(scores["metric"]))
        metric = known[0] if metric is None else require_name(metric, known, "metric")
        own = scores[scores["metric"] == metric]
        together = own[own["subject"] == POOLED]
        single = own[own["subject"] != POOLED]
        together = together if len(together) else single[single["subject"] == single["subject"].iloc[0]]
        methods = [name for name in self._study.methods if name in set(together["method"])]
        methods += sorted(set(together["method"]) - set(methods))
        counts, arrow = sorted(set(own["n"])), "↑" if own["higher_is_better"].iloc[0] else "↓"
        n = f"n = {counts[0]}" if len(counts) == 1 else f"n = {counts[0]} to {counts[-1]}"
        label = f"{term(metric, 'metric').title} {arrow} ({n} stimuli)"
        titles = {name: term(name, "method").title for name in methods}
        return _shown(score_dots(together, single, titles, label))

    def pictures(self, stimulus: str, subject: str | None = None, methods: Sequence[str] = ()) -> Figure:
        """Draw what was seen beside every sample of every method.

        Parameters
        ----------
        stimulus : id of a test stimulus
        subject : str, optional
            By default the first one.
        methods : optional
            By default all, controls included, in their order.
        """
        who = self._subject(subject)
        drawn = {name: self._samples(who, name, [stimulus])[0] for name in methods or self._study.methods}
        most = max(map(len, drawn.values()))
        seen = self._seen([stimulus], next(iter(drawn.values())).shape[1])
        rows = [TileRow("seen", seen)] if len(seen) else []
        rows += [TileRow(title_of(name), list(samples)) for name, samples in drawn.items()]
        return _shown(tiles(rows, width=1.15 + INCHES * most))

    def gallery(self, n: int = 8, subject: str | None = None, methods: Sequence[str] = ()) -> Figure:
        """Draw what was seen beside the first sample of every method, for `n` stimuli.

        Which stimuli follows from the seed of the study, never from their scores: the same number always
        draws the same stimuli.

        Parameters
        ----------
        n : int
        subject, methods : optional
            As in :meth:`pictures`.
        """
        who, names = self._subject(subject), list(methods or self._study.methods)
        known = set.intersection(*(self._known(who, name) for name in names))
        seed = self._study.results.settings.seed
        ids = sorted(known, key=lambda stimulus: seed_for(seed, "gallery", stimulus))[: max(1, n)]
        columns = [self._samples(who, name, ids)[:, 0] for name in names]
        seen = self._seen(ids, columns[0].shape[1])
        heads = [*(["seen"] if len(seen) else []), *map(title_of, names)]
        every: list[Sequence[np.ndarray]] = [*([seen] if len(seen) else []), *map(list, columns)]
        rows = [TileRow(name, [column[row] for column in every]) for row, name in enumerate(ids)]
        return _shown(tiles(rows, heads, width=1.15 + INCHES * len(every)))

    def encoding(
        self, subject: str | None = None, models: Sequence[str] = (), significant: bool = False
    ) -> Figure:
        """Draw how well encoding models predict each voxel, on slices of the subject's own brain.

        Parameters
        ----------
        subject : str, optional
            By default the first one.
        models : optional
            By default those of ``encode/models``.
        significant : bool
            Whether voxels that are not significant are grey.
        """
        who, fdr = self._subject(subject), self._study.results.settings.encode.fdr
        grid = self._study.grid(who)
        if not grid.has_places:
            return _shown(words_instead("The data set does not say where its voxels lie on slices."))
        names = list(models or self._study.results.models)
        tables = {name: self._study.table("encoding", subject=who, model=name) for name in names}
        r = {name: table["r"].to_numpy() for name, table in tables.items()}
        found = {name: table["q"].to_numpy() < fdr for name, table in tables.items()}
        # Of significant voxels, lest a whole brain of silent ones decides it.
        predicted = [values[found[name]] for name, values in r.items() if found[name].any()]
        end = rounded_end(predicted or [np.maximum(values, 0) for values in r.values()])
        scale = Scale(f"r on test stimuli; {ends(end)}", "viridis", 0.0, end)
        every = np.ones(len(grid), bool)
        panels = [
            number_panel(
                f"r of {name}",
                f"{found[name].sum():,} of {len(grid):,} voxels with q < {fdr:g}",
                r[name],
                scale,
                found[name] if significant else every,
            )
            for name in names
        ]
        canvas, below = slice_canvas(grid, slices_that_fit(1)), f"q of {fdr:g} or more" if significant else ""
        return _shown(draw_panels(canvas, panels, 1, [scale], {}, below))

    def regions(self, models: Sequence[str] = ()) -> Figure:
        """Draw the mean accuracy of encoding models by region, all subjects together, with 95 % intervals.

        Parameters
        ----------
        models : optional
            By default those of ``encode/models``.
        """
        table = self._study.table("encoding_scores")
        own = table[table["subject"] == POOLED]
        own = own if len(own) else table[table["subject"] == self._study.subjects[0]]
        names = list(models or self._study.results.models)
        known = list(dict.fromkeys(table["model"]))
        for name in names:
            require_name(name, known, "encoding model")
        return _shown(region_dots(own[own["model"].isin(names)], names))

    def _subject(self, subject: str | None) -> str:
        known = self._study.subjects
        return known[0] if subject is None else require_name(subject, known, "subject")

    def _known(self, subject: str, method: str) -> set[str]:
        require_name(method, self._study.methods, "method")
        return set(self._study.table("reconstructions", subject=subject, method=method)["stimulus_id"])

    def _samples(self, subject: str, method: str, ids: list[str]) -> np.ndarray:
        return self._study.pictures(subject, method, ids).pictures

    def _seen(self, ids: list[str], side: int) -> Sequence[np.ndarray]:
        """Return what was seen at the size of the reconstructions; nothing where nobody knows."""
        if not self._study.results.with_images:
            return []
        return list(self._study.seen(ids, size=side).pictures)


def _shown(figure: Figure) -> Figure:
    """Let notebooks draw a figure that pyplot does not know."""
    vars(figure)["_repr_png_"] = partial(png, figure, 110)
    return figure
