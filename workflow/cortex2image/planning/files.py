"""Which files a study starts from, and whether those that no rule makes are there."""

from dataclasses import dataclass, field
from pathlib import Path

from cortex2image.data.open_dataset import check_study, open_betas, open_dataset
from cortex2image.data.paths import pictures_digest
from cortex2image.data.prepared import HasReleasedNcsnr
from cortex2image.errors import ConfigError, run_step
from cortex2image.networks.checksums import check_present, sums_file
from cortex2image.networks.registry import ModelSet
from cortex2image.simulation import layout as simulated
from cortex2image.study.readers import READERS, Reader
from cortex2image.study.settings import Study


@dataclass(frozen=True)
class StudyFiles:
    """The files of a study that jobs read and no job of the study makes; those of the simulation included.

    Paths are relative to the working directory where they lie below it. A file that is missing ends the plan
    with what is to be done, not with a traceback.
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
        """Return every file of a subject's recordings or betas, after a check that all of them are there."""
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
        """Return the files of noise ceilings that came with the betas, where the study takes these."""
        if self.study.standardise.ncsnr_from != "released":
            return []
        dataset = open_betas(self.study.dataset)
        assert isinstance(dataset, HasReleasedNcsnr)  # the config is checked for it
        return [str(file) for file in dataset.released_ncsnr_files(subject)]

    def stimuli_table(self) -> list[str]:
        """Return the table of the pictures, where the user or the simulation writes one."""
        own_table = self.reader.image_identity and not self.reader.pictures_in_one_file
        return [f"{self.root}/stimuli/stimuli.tsv"] if own_table else []

    def pictures_state(self) -> str:
        """Return a text that changes with any picture of the user; other pictures are outputs of rules."""
        if self.reader.made_by_workflow or not self.stimuli_table():
            return ""
        return pictures_digest(f"{self.root}/stimuli")

    def atlas(self) -> list[str]:
        """Return the path of the atlas with the wildcard of the subject; empty in a study without atlas."""
        return [self.study.dataset.rois.atlas] if self.study.dataset.rois.atlas else []

    def _found(self, subject: str) -> list[str]:
        check_study(self.study, subject)
        here = Path.cwd()
        # Which files the jobs read depends on mask and atlas where betas are prepared.
        opened = (open_betas if self.reader.prepared else open_dataset)(self.study.dataset)
        files = map(Path, opened.subject_files(subject))
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
