"""Reader of BOLD5000 release 2: betas of single trials as GLMsingle estimated them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
from pathlib import Path

import numpy as np

from cortex2image.data.bold5000.betas import read_columns, read_volume, table_voxels, volume_voxels
from cortex2image.data.bold5000.layout import DEFAULT_BETAS, REGIONS, SubjectFiles, subject_names
from cortex2image.data.bold5000.trials import (
    read_names,
    repeated_stimuli,
    session_lengths,
    session_runs,
    stimulus_of,
)
from cortex2image.data.paths import root_folder
from cortex2image.data.picture_table import described_stimuli
from cortex2image.data.prepared import BetaSession, BetaVoxels, ShownRun
from cortex2image.data.recording import Stimulus
from cortex2image.data.subjects import check_subjects
from cortex2image.data.whole_files import odd_grids, whole_shape
from cortex2image.errors import ConfigError, DataError
from cortex2image.study.data_settings import Dataset
from cortex2image.study.settings import Study

VOLUME, TABLES = "volume", "roi-tables"


@dataclass(frozen=True)
class VolumeSession(BetaSession):
    """A session whose betas are one volume."""


@dataclass(frozen=True)
class TableSession(BetaSession):
    """A session whose trials are the half-open range `rows` of the `table_trials` rows of each table."""

    rows: tuple[int, int]
    table_trials: int


class Bold5000Dataset:
    """BOLD5000 release 2, see :class:`cortex2image.data.prepared.BetaDataset`.

    ``CSI1`` is called ``sub-CSI1``; a picture is named after its file, without suffix and ``rep_``. Pictures
    that a chosen subject saw repeatedly, in any session, are for testing (113 in the full data), all others
    for training. Chang, Pyles, Marcus, Gupta, Tarr & Aminoff, Scientific Data 6:49 (2019).

    Parameters
    ----------
    root : path of the folder that holds the files of the release
        ``CSI1_imgnames.txt``, ``CSI1_brainmask.nii.gz``, ``CSI1_GLMbetas-{betas}_ses-01.nii.gz``, ...; and
        ``stimuli/stimuli.tsv``, see :func:`cortex2image.data.picture_table.described_stimuli`.
    space : str, optional
        ``volume`` (default), or ``roi-tables`` for the tables of ten regions in
        ``BOLD5000_GLMsingle_ROI_betas/py``. In both cases the length of each session comes from the headers
        of the volumes; tables without any volume count as one session.
    betas : str, optional
        The preparation as the file names spell it; ``TYPED-FITHRF-GLMDENOISE-RR`` by default.
    sessions : int, optional
        Number of sessions to take from the first on; by default all.
    mask : str
        ``brain`` for the whole brain mask (or all tables), ``atlas`` for the regions that `labels` name.
    atlas : path, optional
        Volume of region codes on the grid of the brain mask; ``{root}`` and ``{subject}`` are filled in.
    labels : mapping, optional
        Name of each region to its code; for ``roi-tables`` only the names count.

    Raises
    ------
    ConfigError
        A setting has an unknown value, or two settings contradict each other.
    """

    def __init__(
        self,
        root: str | Path,
        space: str | None = None,
        betas: str | None = None,
        sessions: int | None = None,
        mask: str = "brain",
        atlas: str | Path | None = None,
        labels: Mapping[str, int] | None = None,
    ) -> None:
        self.root = Path(root)
        self.space, self.betas = space or VOLUME, betas or DEFAULT_BETAS
        self.first_sessions = sessions
        self.labelled_only, self.atlas, self.labels = mask == "atlas", atlas, dict(labels or {})
        self.stimuli_table = self.root / "stimuli" / "stimuli.tsv"
        self._check_settings()

    def subjects(self) -> list[str]:
        """Return the subjects whose list of pictures exists, sorted."""
        return [f"sub-{name}" for name in subject_names(self.root)]

    def subject_files(self, subject: str) -> list[Path]:
        """Return every file that the jobs of `subject` read."""
        files = self._files(subject)
        volumes = files.sessions()[: self.first_sessions]
        if self.space == TABLES:
            return [files.names, *files.tables().values(), *volumes]
        atlas = self._atlas_of(subject)
        return [files.names, files.brain_mask, *([atlas] if atlas else []), *volumes]

    def problems(self, subject: str) -> list[str]:
        """Return a line for each session left out or there twice, or one if sessions cannot be told apart."""
        found = self._files(subject).sessions()
        if not found and self.space == TABLES:
            return [f"{subject}: no volumes that tell its sessions apart; its tables count as one session"]
        left_out = found[self.first_sessions :] if self.first_sessions else []
        unpacked = [path.with_suffix("") for path in found if path.with_suffix("").is_file()]
        return [
            *(f"{path.name}: left out by dataset/sessions" for path in left_out),
            *(f"{path.name}: not read, {path.name}.gz is" for path in unpacked),
        ]

    def stimuli(self, subjects: Sequence[str]) -> list[Stimulus]:
        """Return the pictures that at least one of `subjects` saw in the sessions taken, sorted by id.

        Raises
        ------
        DataError
            The table of pictures is unreadable, lacks a picture, names one twice or contradicts its split; a
            caption is empty; or a picture is no file.
        """
        check_subjects(subjects)
        names = {subject: self._names(subject) for subject in subjects}
        test = set().union(*(repeated_stimuli(of_one) for of_one in names.values()))
        seen = {stimulus_of(n) for s in subjects for n in names[s][: sum(self._lengths(s))]}
        return described_stimuli(
            self.stimuli_table, {name: "test" if name in test else "train" for name in seen}
        )

    def runs(self, subject: str) -> list[ShownRun]:
        """Return the runs of 37 pictures each, in order."""
        stimuli = iter([stimulus_of(name) for name in self._names(subject)])
        return [
            run
            for number, length in enumerate(self._lengths(subject), start=1)
            for run in session_runs(_label(number), list(islice(stimuli, length)))
        ]

    def sessions(self, subject: str) -> list[BetaSession]:
        """Return the sessions in order; only headers and the list of pictures are read.

        Raises
        ------
        DataError
            Files are missing, they hold another number of trials than the list of pictures, or a session is
            no whole number of runs.
        """
        files, lengths = self._files(subject), self._lengths(subject)
        if self.space == TABLES:
            return _table_sessions(tuple(files.tables().values()), lengths, len(self._names(subject)))
        return [
            VolumeSession(_label(number), (path,), length)
            for number, (path, length) in enumerate(zip(files.sessions(), lengths, strict=False), start=1)
        ]

    def voxels(self, subject: str) -> BetaVoxels:
        """Return the voxels that the study takes of `subject`.

        Raises
        ------
        DataError
            A file is unreadable, grids or numbers of trials differ, or a label names no voxel.
        """
        files = self._files(subject)
        if self.space == VOLUME:
            atlas = self._atlas_of(subject)
            return volume_voxels(files.brain_mask, atlas, self.labels, self.labelled_only)
        regions = self.labels if self.labelled_only else REGIONS
        return table_voxels(files.tables(), len(self._names(subject)), regions)

    def check(self, subject: str) -> None:
        """Test from heads of files and small volumes that the files of a subject belong together.

        Raises
        ------
        DataError
            As `sessions` and `voxels`; or a volume was cut short, or lies on another grid than most.
        """
        files = self._files(subject)
        self.sessions(subject)
        if self.space == VOLUME:
            atlas = self._atlas_of(subject)
            single = [files.brain_mask, *([atlas] if atlas else [])]
            odd = odd_grids(
                {path: whole_shape(path)[:3] for path in [*single, *files.sessions()[: self.first_sessions]]}
            )
            if odd:
                raise odd[0]
        self.voxels(subject)

    def read(self, session: BetaSession, voxels: BetaVoxels) -> np.ndarray:
        """Read one session; see :meth:`cortex2image.data.prepared.BetaDataset.read`."""
        if isinstance(session, TableSession):
            return read_columns(session.files, session.table_trials, session.rows, voxels)
        if isinstance(session, VolumeSession):
            return read_volume(session.files[0], session.trials, voxels)
        raise TypeError(f"{session} is no session of this reader")

    def pictures(self, stimuli: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield nothing, because every picture is a file of its own."""
        return iter(())

    def _check_settings(self) -> None:
        if self.space not in (VOLUME, TABLES):
            fix = "null takes the volumes"
            raise ConfigError("dataset/space", f"{VOLUME} or {TABLES}", f"'{self.space}'", fix)
        if self.labelled_only and not (self.labels and (self.atlas or self.space == TABLES)):
            found = "dataset/rois without labels" if not self.labels else "dataset/rois without atlas"
            raise ConfigError(
                "dataset/mask: atlas", "regions to take", found, "name them, or set mask: brain"
            )
        unknown = set(self.labels) - set(REGIONS) if self.space == TABLES else set()
        if unknown:
            fix = "correct dataset/rois/labels"
            raise ConfigError("dataset/rois/labels", f"among {', '.join(REGIONS)}", f"{sorted(unknown)}", fix)

    def _files(self, subject: str) -> SubjectFiles:
        files = SubjectFiles(self.root, subject.removeprefix("sub-"), self.betas)
        if not files.names.is_file():
            found = f"no such file; subjects there: {', '.join(self.subjects()) or 'none'}"
            fix = "correct subjects or dataset/root, or put the file of the release there"
            raise DataError(files.names, f"the order in which {subject} saw the pictures", found, fix)
        return files

    def _names(self, subject: str) -> list[str]:
        return read_names(self._files(subject).names)

    def _atlas_of(self, subject: str) -> Path | None:
        filled = str(self.atlas or "").replace("{root}", str(self.root)).replace("{subject}", subject)
        return Path(filled) if filled else None

    def _lengths(self, subject: str) -> list[int]:
        files, trials = self._files(subject), len(self._names(subject))
        volumes = files.sessions()
        if volumes:
            return session_lengths(volumes, files.names, trials, self.first_sessions)
        if self.space == TABLES and self.first_sessions is None:
            return [trials]
        fix = "put them there, correct dataset/betas, or (roi-tables only) leave out dataset/sessions"
        expected = f"volumes {files.name}_GLMbetas-{self.betas}_ses-01.nii.gz and so on"
        raise DataError(self.root, expected, "none", fix)


def _table_sessions(tables: tuple[Path, ...], lengths: Sequence[int], trials: int) -> list[BetaSession]:
    ends = pairwise(accumulate(lengths, initial=0))
    return [
        TableSession(_label(number), tables, last - first, (first, last), trials)
        for number, (first, last) in enumerate(ends, start=1)
    ]


def _label(number: int) -> str:
    return f"ses-{number:02d}"


def open_data(dataset: Dataset) -> Bold5000Dataset:
    """Open the release with all of its voxels."""
    return Bold5000Dataset(root_folder(dataset), dataset.space, dataset.betas, dataset.sessions)


def open_betas(dataset: Dataset) -> Bold5000Dataset:
    """Open the release with the voxels and regions of a study."""
    chosen = dataset.space, dataset.betas, dataset.sessions, dataset.mask
    return Bold5000Dataset(root_folder(dataset), *chosen, dataset.rois.atlas, dataset.rois.labels)


def check_study(study: Study, subject: str) -> None:
    """Test that the files of a subject belong together, see :meth:`Bold5000Dataset.check`."""
    open_betas(study.dataset).check(subject)
