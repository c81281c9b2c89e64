"""The files that a study starts from, and a check that those which no rule makes exist."""

from dataclasses import dataclass, field
from pathlib import Path

from cortex2image.data.open_dataset import check_study, open_betas, open_dataset
from cortex2image.data.paths import pictures_digest
from cortex2image.data.prepared import HasReleasedNcsnr
from cortex2image.errors import ConfigError, or_end
from cortex2image.networks.checksums import check_present, sums_file
from cortex2image.networks.registry import ModelSet
from cortex2image.simulation import layout as simulated
from cortex2image.study.methods import Method, ids_file
from cortex2image.study.path_keys import require_no_braces
from cortex2image.study.readers import READERS, Reader
from cortex2image.study.settings import Study
from cortex2image.study.surfaces import to_mni_file


@dataclass(frozen=True)
class StudyFiles:
    """The files of a data set that the jobs of a study read; simulated files included.

    Paths below the working directory are relative to it. A missing file ends planning with a message that
    says what to do, without a traceback.
    """

    study: Study
    # Files by subject, kept because several rules ask for the files of a subject.
    listed: dict[str, list[str]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def reader(self) -> Reader:
        """Return the facts of the reader of this study."""
        return READERS[self.study.dataset.reader]

    @property
    def root(self) -> str:
        """Return the folder of the data set."""
        assert self.study.dataset.root is not None  # study.checks refuses other configs
        return self.study.dataset.root

    @property
    def sizes(self) -> simulated.Sizes:
        """Return the sizes of the simulated data set."""
        return simulated.Sizes(**vars(self.study.simulation))

    def of_subject(self, subject: str) -> list[str]:
        """Return every file of a subject's recordings or betas, after a check that all of them exist."""
        if self.reader.made_by_workflow:
            return simulated.subject_files(self.root, subject, self.sizes)
        if subject not in self.listed:
            self.listed[subject] = or_end(lambda: self._found(subject))
        return self.listed[subject]

    def recorded(self, subject: str) -> list[str]:
        """Return the files that trials and betas of a subject are made of: no pictures, no captions."""
        return [file for file in self.of_subject(subject) if not file.endswith(self.reader.stimuli)]

    def of_stimuli(self) -> list[str]:
        """Return the files of pictures, captions and their sources that come with the recordings."""
        files = (file for subject in self.study.subjects for file in self.of_subject(subject))
        return sorted({file for file in files if file.endswith(self.reader.stimuli)})

    def events(self) -> list[str]:
        """Return the files that say which stimuli any subject saw."""
        files = [file for subject in self.study.subjects for file in self.of_subject(subject)]
        return [file for file in files if file.endswith(self.reader.events)] if self.reader.events else files

    def released_ncsnr(self, subject: str) -> list[str]:
        """Return the files of noise ceilings released with the betas; empty if the study uses none."""
        if self.study.standardise.ncsnr_from != "released":
            return []
        dataset = open_betas(self.study.dataset)
        assert isinstance(dataset, HasReleasedNcsnr)  # study.checks refuses other readers
        return [str(file) for file in dataset.released_ncsnr_files(subject)]

    def stimuli_table(self) -> list[str]:
        """Return the table of pictures that the user or the simulation writes; empty for other data sets."""
        own_table = self.reader.image_identity and not self.reader.pictures_in_one_file
        return [f"{self.root}/stimuli/stimuli.tsv"] if own_table else []

    def pictures_state(self) -> str:
        """Return a text that changes with any picture of the user; empty if the user has no pictures."""
        if self.reader.made_by_workflow or not self.stimuli_table():
            return ""
        return pictures_digest(f"{self.root}/stimuli")

    def atlas(self) -> list[str]:
        """Return the path of the atlas with the wildcard of the subject; empty in a study without atlas."""
        return [self.study.dataset.rois.atlas] if self.study.dataset.rois.atlas else []

    def to_mni(self, subject: str) -> list[str]:
        """Return the file of a subject's matrix to MNI152, checked to exist; empty in a study without."""
        file = to_mni_file(self.study, subject)

        def check() -> None:
            if file is not None and not Path(file).is_file():
                fix = "write the file, or correct the key"
                raise ConfigError("encode/to_mni", f"the matrix of {subject}", f"no file {file}", fix)

        or_end(check)
        return [] if file is None else [file]

    def _found(self, subject: str) -> list[str]:
        check_study(self.study, subject)
        here = Path.cwd()
        # With prepared betas, mask and atlas decide which files the jobs read.
        opened = (open_betas if self.reader.prepared else open_dataset)(self.study.dataset)
        files = map(Path, opened.subject_files(subject))
        found = [str(f.relative_to(here) if f.is_relative_to(here) else f) for f in files]
        for file in found:
            require_no_braces(file, "a file")
        return found


def predictions(method: Method, space: str, subject: str) -> str:
    """Return the file of another decoder's predictions for a subject; end planning if it does not exist."""
    file = method.files[space].replace("{subject}", subject)
    needed = [file, *([ids_file(file)] if file.endswith(".npy") else [])]

    def check() -> None:
        missing = [name for name in needed if not Path(name).is_file()]
        if missing:
            where = f"reconstruct/external/{method.name.removeprefix('external-')}/{space}"
            fix = "write the file, or correct the key; see docs/own-decoder.md"
            raise ConfigError(where, f"predictions for {subject}", f"no file {missing[0]}", fix)

    or_end(check)
    return file


def model_sums(model_set: ModelSet) -> str:
    """Return the path of a model set's SHA256SUMS; missing files end planning and say what to do."""
    or_end(lambda: check_present(model_set))
    return sums_file(model_set)


def require_manifest(study: Study) -> None:
    """End planning, without a traceback, if the workflow cannot list the files of the study's data set."""
    able = [reader.name for reader in READERS.values() if reader.manifest]

    def check() -> None:
        if study.dataset.reader not in able:
            fix = "name a config of such a study with --configfile"
            raise ConfigError("dataset/reader", " or ".join(able), study.dataset.reader, fix)

    or_end(check)
