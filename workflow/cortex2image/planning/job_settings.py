"""What the jobs of a study are told, and what makes them run again: code, settings, words of registries."""

import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cortex2image.errors import or_end
from cortex2image.planning.code import code_files, declared_reads, entries
from cortex2image.planning.files import require_manifest
from cortex2image.planning.wildcards import OfJob, Wildcards
from cortex2image.study.config import slice_json
from cortex2image.study.methods import SEEN
from cortex2image.study.run_methods import run_methods
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.training import Training, read_training


@dataclass(frozen=True)
class JobSettings:
    """Code and settings of the jobs of a study, by the name of their step.

    Settings are functions of the wildcards, because Snakemake would fill wildcards into the braces of a JSON
    text.

    Attributes
    ----------
    study : Study
    training_file : Path
        The config file that says how the miniature model set is trained.
    """

    study: Study
    training_file: Path

    def code(self, step: str) -> OfJob:
        """Return the source files of a step, and of the registry entries that its job uses."""
        return lambda wildcards: or_end(lambda: code_files(step, self.study, dict(wildcards.items())))

    def entry(self, step: str) -> OfJob:
        """Return a text on the registry entries of a step's job that changes when an entry changes."""

        def facts(wildcards: Wildcards) -> str:
            used = or_end(lambda: entries(step, self.study, dict(wildcards.items())))
            return "; ".join(entry.facts for entry in used)

        return facts

    def of_step(self, step: str) -> OfJob:
        """Return the settings that a step reads, as JSON; a job without an entry in them ends planning."""
        return lambda wildcards: self._slice(declared_reads(step), wildcards)

    def of_method(self, step: str) -> OfJob:
        """Return the settings that a step reads for the method of its job, as JSON.

        Of `reconstruct/external` they hold the entry of that method alone, so that one more decoder runs
        nothing again.
        """

        def settings(wildcards: Wildcards) -> str:
            drawing = self.study.reconstruct
            own = {n: files for n, files in drawing.external.items() if f"external-{n}" == wildcards.method}
            study = replace(self.study, reconstruct=replace(drawing, external=own))
            return or_end(lambda: slice_json(study, declared_reads(step), **dict(wildcards.items())))

        return settings

    def of_space(self, step: str) -> OfJob:
        """Return the settings that a step and the feature space of its job read, as JSON.

        A space that the step cannot compute ends planning.
        """

        def settings(wildcards: Wildcards) -> str:
            space = parse_space(wildcards.space)
            or_end(lambda: space.require_extractable("features"))
            of_space = space.reads(self.study.features.latent)
            return self._slice((*declared_reads(step), *of_space), wildcards)

        return settings

    def of_manifest(self, step: str) -> OfJob:
        """Return the settings of a step that lists the data set's files; end planning if it cannot."""

        def settings(wildcards: Wildcards) -> str:
            require_manifest(self.study)
            return slice_json(self.study, declared_reads(step))

        return settings

    def of_training(self, step: str) -> OfJob:
        """Return the settings of config/miniature.yaml that a step reads, as JSON."""
        return lambda wildcards: slice_json(self.training, declared_reads(step))

    @functools.cached_property
    def training(self) -> Training:
        """Return the training settings, read only if a job needs them: their errors stop no other plan."""
        return or_end(lambda: read_training(self.training_file))

    def words(self, wildcards: Wildcards) -> str:
        """Return the words of the report on methods and decoded spaces, which change when a registry does."""
        methods = (*run_methods(self.study.reconstruct), SEEN)
        words = [f"{m.name}: {m.title}, {m.meaning}, control: {m.control}" for m in methods]
        return "; ".join([*words, *(f"{s}: {parse_space(s).facts.meaning}" for s in self.study.decode.rois)])

    def standards(self, wildcards: Wildcards) -> str:
        """Return the ceilings and floors that methods are measured by, which change when a registry does."""
        methods = run_methods(self.study.reconstruct)
        return "; ".join(f"{m.name}: {m.ceiling}, {', '.join(m.floors) or 'no floor'}" for m in methods)

    def _slice(self, keys: Sequence[str], wildcards: Wildcards) -> str:
        return or_end(lambda: slice_json(self.study, keys, **dict(wildcards.items())))


def asked_now(wildcards: Wildcards) -> int:
    """Return another value each time, so that the rule runs whenever it is asked for."""
    return time.time_ns()
