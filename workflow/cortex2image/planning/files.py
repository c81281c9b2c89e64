"""Which files a study is made from, and whether those are there that no rule makes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cortex2image.data.open_dataset import check_study, open_betas, open_dataset
from cortex2image.data.paths import pictures_digest
from cortex2image.errors import ConfigError, run_step
from cortex2image.networks.checksums import check_present, sums_file
from cortex2image.networks.registry import ModelSet
from cortex2image.simulation import layout as simulated
from cortex2image.study.readers import READERS, Reader
from cortex2image.study.settings import Study


@dataclass(frozen=True)
class StudyFiles:
    """The files that the jobs of one study read and that come from outside, relative to the working
    directory.

    A file that is missing ends the plan with what is to be done, not with a traceback.
    """

    study: Study
    # Files by subject: every rule of a subject asks for the same.
    listed: dict[str, list[str]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def reader(self) -> Reader:
        """Return the facts of the reader of this study."""
        return READERS[self.study.dataset.reader]

    @property
    def root(self) -> str:
        """Return the folder of the data set."""
        assert self.study.dataset.root is not None  # the config is checked for it
        return self.study.dataset.root

    @property
    def sizes(self) -> simulated.Sizes:
        """Return the sizes of the simulated data set."""
        return simulated.Sizes(**vars(self.study.simulation))

    def of_subject(self, subject: str) -> list[str]:
        """Return every file of a subject, after the check that everything is there that no rule makes."""
        if self.reader.made_by_workflow:
            return simulated.subject_files(self.root, subject, self.sizes)
        if subject not in self.listed:
            self.listed[subject] = run_step(lambda: self._found(subject))
        return self.listed[subject]

    def events(self) -> list[str]:
        """Return the files that say which stimuli any subject saw."""
        files = [file for subject in self.study.subjects for file in self.of_subject(subject)]
        return [file for file in files if file.endswith(self.reader.events)] if self.reader.events else files

    def released_ncsnr(self, subject: str) -> list[str]:
        """Return the noise ceilings that came with the betas, where the study takes these."""
        if self.study.standardise.ncsnr_from != "released":
            return []
        dataset: Any = open_betas(self.study.dataset)
        return [str(file) for file in dataset.released_ncsnr_files(subject)]

    def stimuli_table(self) -> list[str]:
        """Return the table of the pictures, where the user or the simulation writes one."""
        own_table = self.reader.image_identity and not self.reader.pictures_in_one_file
        return [f"{self.root}/stimuli/stimuli.tsv"] if own_table else []

    def pictures_state(self) -> str:
        """Return a text that changes when a picture of the user's own does; rules track those they make."""
        if self.reader.made_by_workflow or not self.stimuli_table():
            return ""
        return pictures_digest(f"{self.root}/stimuli")

    def atlas(self) -> list[str]:
        """Return the atlas volume of a subject with its wildcard, none where the study has none."""
        return [self.study.dataset.rois.atlas] if self.study.dataset.rois.atlas else []

    def _found(self, subject: str) -> list[str]:
        check_study(self.study, subject)
        here = Path.cwd()
        files = map(Path, open_dataset(self.study.dataset).subject_files(subject))
        return [str(f.relative_to(here) if f.is_relative_to(here) else f) for f in files]


def model_sums(model_set: ModelSet) -> str:
    """Return the list of checksums of a model set; missing files end the plan with what is to be done."""
    run_step(lambda: check_present(model_set))
    return sums_file(model_set)


def require_manifest(study: Study) -> None:
    """Refuse to list files of a data set whose files the workflow cannot list, without a traceback."""
    able = [reader.name for reader in READERS.values() if reader.manifest]

    def check() -> None:
        if study.dataset.reader not in able:
            fix = "name a config of such a study with --configfile"
            raise ConfigError("dataset/reader", " or ".join(able), study.dataset.reader, fix)

    run_step(check)
