"""Jobs that score: tables of every evaluation, and what comes from other studies, people and programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cortex2image.errors import or_end
from cortex2image.planning.comparison import compared_tables
from cortex2image.planning.ratings import rating_files
from cortex2image.planning.study_paths import StudyPaths
from cortex2image.planning.wildcards import OfJob, Wildcards
from cortex2image.scoring.matching import match
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.methods import SEEN
from cortex2image.study.rating_checks import rated_methods
from cortex2image.study.readers import READERS
from cortex2image.study.run_methods import method_names
from cortex2image.study.scored import require_scored, scored_name
from cortex2image.study.settings import Study
from cortex2image.study.split_checks import require_one_split


@dataclass(frozen=True)
class EvaluationJobs:
    """Files of the jobs that score pictures and decoded features."""

    study: Study
    paths: StudyPaths

    def evaluated(self, kind: str) -> list[str]:
        """Return a table of every evaluation of the study, subject by subject.

        Parameters
        ----------
        kind : {"evaluation", "nulls"}
            Values of each picture or decoded vector, or the permutation nulls of their means.
        """
        return [
            path
            for name, wildcards in self._evaluations
            for path in self.paths.of_all(f"{name}{kind}", **wildcards)
        ]

    @property
    def _evaluations(self) -> list[tuple[str, dict[str, Sequence[str]]]]:
        """Return what is evaluated: the prefix of the names of its two tables, and their wildcards."""
        methods, spaces = method_names(self.study.reconstruct), tuple(self.study.decode.rois)
        if READERS[self.study.dataset.reader].image_identity:
            by_brain = (*methods, SEEN.name) if brain_spaces(self.study) else ()
            return [
                ("", {"method": methods}),
                ("brain_", {"method": by_brain}),
                ("features_", {"space": spaces}),
            ]
        return [("decoded_", {"space": spaces}), ("category_", {"method": methods})]

    def learning_curves(self, wildcards: Wildcards) -> list[str]:
        """Return the learning curve of every subject; a cross-validated study ends planning."""
        or_end(lambda: require_one_split(self.study))
        return self.paths.of_all("learning_curve")

    def compared(self, table: str) -> OfJob:
        """Return a table of every study that is compared; studies that have not run end planning."""
        return lambda wildcards: or_end(lambda: compared_tables(self.study, table))

    def ratings(self, wildcards: Wildcards) -> list[str]:
        """Return the files of choices by people; a study without any ends planning."""
        return or_end(lambda: rating_files(self.study))

    def rated(self, name: str) -> list[str]:
        """Return a file of every subject and method whose pictures people compare."""
        return self.paths.of_all(name, method=rated_methods(self.study))

    @property
    def scored(self) -> str:
        """Return the name of the folder of scores of pictures made elsewhere."""
        return or_end(lambda: scored_name(self.study))

    def scored_pictures(self, wildcards: Wildcards) -> list[str]:
        """Return the pictures made elsewhere and their stimuli; what does not match ends planning.

        Results of this study are left out, which jobs of the study would make anew, and names with braces,
        which Snakemake would take for wildcards. :meth:`scored_state` speaks for them.
        """
        results = Path(self.paths.layout.root).resolve()
        files = or_end(lambda: list(match(*require_scored(self.study)).files()))
        own = (file for file in files if Path(file).resolve().is_relative_to(results))
        return sorted({file for file in files if not {"{", "}"} & set(file)} - set(own))

    def scored_state(self, wildcards: Wildcards) -> str:
        """Return a text that changes with any picture made elsewhere or its stimulus."""
        return or_end(lambda: match(*require_scored(self.study)).state())
