"""Paths of a study's files for many jobs at once: of every subject, region or method."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cortex2image.errors import or_end
from cortex2image.planning.wildcards import OfJob, Wildcards
from cortex2image.study.readers import READERS
from cortex2image.study.region_checks import require_file_names
from cortex2image.study.run_methods import method_names
from cortex2image.study.settings import Study
from cortex2image.tables.paths import Layout


@dataclass(frozen=True)
class StudyPaths:
    """Paths below the results of a study.

    Attributes
    ----------
    study : Study
    layout : Layout
        Paths one by one; a wildcard without a value stays in the path.
    """

    study: Study
    layout: Layout

    def of_all(self, name: str, **wildcards: Iterable[str]) -> list[str]:
        """Return a path for every subject and combination of other wildcards, subject by subject."""
        chosen = {"subject": self.study.subjects, **wildcards}
        combinations = itertools.product(*chosen.values())
        return [self.layout.path(name, **dict(zip(chosen, values, strict=True))) for values in combinations]

    def of_regions(self, name: str, regions: Sequence[str], **wildcards: Iterable[str]) -> OfJob:
        """Return the paths for every region, and for other wildcards, of the subject of a job.

        A region whose name is no part of a file name ends planning.
        """
        chosen = {"region": regions, **wildcards}
        names = [dict(zip(chosen, values, strict=True)) for values in itertools.product(*chosen.values())]

        def paths(wildcards: Wildcards) -> list[str]:
            or_end(lambda: require_file_names(regions))
            return [self.layout.path(name, subject=wildcards.subject, **values) for values in names]

        return paths

    def of_methods(self, name: str, *others: str) -> list[str]:
        """Return a path for every method of the study, then for others; the wildcard of the subject stays."""
        methods = (*method_names(self.study.reconstruct), *others)
        return [self.layout.path(name, method=method) for method in methods]

    def tables(self, *names: str) -> dict[str, str]:
        """Return the paths of tables by their names."""
        return {name: self.layout.path(name) for name in names}

    @property
    def pictures(self) -> list[str]:
        """Return the folder of extracted pictures if the data set keeps them in one file, else nothing."""
        in_one_file = READERS[self.study.dataset.reader].pictures_in_one_file
        return [self.layout.path("pictures")] if in_one_file else []

    @property
    def listed_stimuli(self) -> str:
        """Return the name of the table of all stimuli, as the data set splits them, left out or not."""
        return "given_stimuli" if self.study.dataset.split.own else "stimuli"

    @property
    def shown_trials(self) -> str:
        """Return the name of the table of all trials, left out by the study's own split or not."""
        return "shown_trials" if self.study.dataset.split.own else "trials"

    def results(self, wildcards: Wildcards) -> str:
        """Return the folder of the results of the study, for steps that find tables in it by name."""
        return self.layout.root
