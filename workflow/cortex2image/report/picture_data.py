"""What the pages of pictures load: stimuli, methods and where their tiles lie, and scores to sort by."""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from cortex2image.metrics.registry import METRICS, metric_facts
from cortex2image.report.headlines import headline_metrics
from cortex2image.report.picture_scores import PictureScores, picture_scores
from cortex2image.report.strips import Strips, read_strips
from cortex2image.report.study import StudyResults
from cortex2image.report.words import term
from cortex2image.seeds import seed_for
from cortex2image.study.methods import described
from cortex2image.study.run_methods import run_methods

DIGITS = 4
"""Decimals of scores, more than any page shows."""


class PictureData:
    """The pictures of a study and their scores, as pages show them.

    Parameters
    ----------
    study : StudyResults
    """

    def __init__(self, study: StudyResults):
        self.study = study

    @cached_property
    def strips(self) -> Mapping[str, Strips]:
        """Return subject -> its strips of tiles."""
        folder = self.study.folder
        return {s: read_strips(folder.open("report_pictures", subject=s)) for s in self.study.subjects}

    @cached_property
    def stimuli(self) -> list[str]:
        """Return every test stimulus of any subject, sorted: its place is its number on all pages."""
        return sorted(set[str]().union(*(strips.stimuli for strips in self.strips.values())))

    @cached_property
    def known(self) -> Mapping[str, Mapping[str, Any]]:
        """Return stimulus -> row of the table `stimuli`."""
        rows = self.study.stimuli.to_dict("records")
        return {str(row["stimulus_id"]): {str(k): v for k, v in row.items()} for row in rows}

    @property
    def categories(self) -> list[str | None]:
        """Return the category of each stimulus, None where the data set states none."""
        found = (self.known[name]["category"] for name in self.stimuli)
        return [category if isinstance(category, str) else None for category in found]

    @cached_property
    def metrics(self) -> list[str]:
        """Return the metrics of single pictures, headline metrics first; none without pictures to score."""
        present = set[str]()
        for subject in self.study.subjects:
            for method in self.study.methods:
                if self._has_scores(subject, method):
                    table = self.study.folder.arrow("evaluation", subject=subject, method=method)
                    present |= set(table["metric"].unique().to_pylist())
        first = headline_metrics(present) if present else []
        order = {name: place for place, name in enumerate(METRICS)}
        rest = sorted(present - set(first), key=lambda name: (order.get(name, len(order)), name))
        return [*first, *rest]

    @cached_property
    def headlines(self) -> int:
        """Return how many of :attr:`metrics` are headline metrics."""
        return len(headline_metrics(set(self.metrics))) if self.metrics else 0

    @cached_property
    def scores(self) -> Mapping[tuple[str, str], PictureScores]:
        """Return (subject, method) -> scores of its pictures; methods without scores are left out."""
        higher = [metric_facts(name).higher_is_better for name in self.metrics]
        return {
            (s, m): picture_scores(
                self.study.folder.table("evaluation", subject=s, method=m), self.metrics, higher
            )
            for s in self.study.subjects
            for m in self.study.methods
            if self._has_scores(s, m)
        }

    def _has_scores(self, subject: str, method: str) -> bool:
        return self.study.folder.has("evaluation", subject=subject, method=method)

    def control_of(self, method: str) -> str | None:
        """Return the first control without the stimulus' brain data that the study ran for a method."""
        floors = {m.name: m.floors for m in run_methods(self.study.settings.reconstruct)}[method]
        return next((floor for floor in floors if floor in self.study.methods), None)


@lru_cache(maxsize=1)
def pictures_of(study: StudyResults) -> PictureData:
    """Return the pictures of a study, whose tables are read once for all pages."""
    return PictureData(study)


def gallery_data(data: PictureData) -> dict[str, object]:
    """Return what the gallery shows before any score is asked for: words, and the places of tiles."""
    study = data.study
    rows = [data.known[name] for name in data.stimuli]
    return {
        "identity": study.with_images,
        # As text, since JavaScript has no whole numbers above 2**53; and as a seed of its own draws.
        "seed": str(study.settings.seed),
        "start": study.settings.seed % 2**32,
        "shuffled": shuffled(data.stimuli, study.settings.seed),
        "ids": data.stimuli,
        "captions": [list(row["captions"]) for row in rows] if study.with_images else [],
        "categories": data.categories,
        "methods": [_method(name) for name in study.methods],
        "metrics": [_metric(name) for name in data.metrics],
        "headlines": data.headlines,
        "subjects": [_subject(name, strips, data.stimuli) for name, strips in data.strips.items()],
    }


def shuffled(stimuli: Sequence[str], seed: int) -> list[int]:
    """Return the places of stimuli in random order, from the seed of the study and each one's name."""
    keys = [seed_for(seed, "gallery", name) for name in stimuli]
    return [int(place) for place in np.argsort(keys, kind="stable")]


def gallery_scores(data: PictureData) -> dict[str, object]:
    """Return subject -> method -> headline metric -> mean score of each stimulus, None without one."""
    of_subjects: dict[str, dict[str, dict[str, list[float | None]]]] = {}
    place = {name: i for i, name in enumerate(data.stimuli)}
    for (subject, method), scores in data.scores.items():
        of_method: dict[str, list[float | None]] = {}
        for j, metric in enumerate(scores.metrics):
            if metric in data.metrics[: data.headlines]:
                found: list[float | None] = [None] * len(place)
                for name, value in zip(scores.stimuli, rounded(scores.means[:, j]), strict=True):
                    found[place[name]] = value
                of_method[metric] = found
        of_subjects.setdefault(subject, {})[method] = of_method
    return dict(of_subjects)


def rounded(values: np.ndarray) -> list[Any]:
    """Return numbers as nested lists that JSON can hold: with :data:`DIGITS` decimals, None for NaN."""
    numbers = np.round(np.asarray(values, dtype=float), DIGITS).astype(object)
    numbers[np.isnan(np.asarray(values, dtype=float))] = None
    listed: list[Any] = numbers.tolist()
    return listed


def _method(name: str) -> dict[str, object]:
    word, method = term(name, "method"), described(name)
    control = method is not None and method.control
    return {"name": name, "title": word.title, "explanation": word.explanation, "control": control}


def _metric(name: str) -> dict[str, object]:
    word, facts = term(name, "metric"), metric_facts(name)
    # Only two-way identification among all originals says at which place the right one stands.
    places = facts.kind == "identification" and facts.needs is None and name.startswith("twoway_")
    return {
        "name": name,
        "title": word.title,
        "explanation": word.explanation,
        "higher": facts.higher_is_better,
        "places": places and facts.direction is not None and "among the originals" in facts.direction,
    }


def _subject(name: str, strips: Strips, stimuli: Sequence[str]) -> dict[str, object]:
    number = {stimulus: i for i, stimulus in enumerate(strips.stimuli)}
    names = dict.fromkeys(what for what, _ in strips.columns)
    return {
        "name": name,
        "tile": strips.tile,
        "across": strips.across,
        "lines": strips.lines,
        "tiles": {what: strips.tiles_of(what) for what in names},
        "strips": [number.get(stimulus) for stimulus in stimuli],
    }
