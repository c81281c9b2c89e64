"""Reader of the Kamitani laboratory's files: Generic Object Decoding, Deep Image Reconstruction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from cortex2image.data.bdpy.files import SubjectFiles, find_files, read_metadata, read_samples, subject_labels
from cortex2image.data.bdpy.samples import Sample, read_samples_of
from cortex2image.data.bdpy.voxels import columns_of, place_problems, study_voxels
from cortex2image.data.paths import root_folder
from cortex2image.data.picture_table import described_stimuli
from cortex2image.data.prepared import BetaSession, BetaVoxels, ShownRun, mark_invalid
from cortex2image.data.recording import Event, Stimulus
from cortex2image.data.subjects import check_subjects
from cortex2image.errors import ConfigError, DataError
from cortex2image.study.data_settings import Dataset
from cortex2image.study.settings import Study

UNKNOWN = float("nan")


@dataclass(frozen=True)
class BdpySession(BetaSession):
    """A session whose trials are the `rows` of its file, in order of run."""

    rows: tuple[int, ...]


@dataclass(frozen=True)
class _Session:
    label: str
    path: Path
    samples: tuple[Sample, ...]


class BdpyDataset:
    """A data set in files of bdpy, see :class:`cortex2image.data.prepared.BetaDataset`.

    The values are amplitudes as the laboratory preprocessed them, in percent signal change if it says so.
    Training and test pictures were shown in separate sessions. Sessions are therefore called ``ses-train01``
    and ``ses-test01``, and betas are to be standardised over all training trials (``standardise/by: all``).
    The files do not say when in its run a picture was shown: onsets and durations are NaN.
    Horikawa & Kamitani, Nature Communications 8:15037 (2017); Shen, Horikawa, Majima & Kamitani, PLoS
    Computational Biology 15:e1006633 (2019).

    Parameters
    ----------
    root : path of the folder that holds the files, see :func:`cortex2image.data.bdpy.files.find_files`
        It also holds ``stimuli/stimuli.tsv``, see :mod:`cortex2image.data.picture_table`; a picture is called
        ``n01518878_5958``, or as the file names it.
    betas : str, optional
        Piece of the file names that chooses a version.
    sessions : int, optional
        Number of training sessions to take from the first on; by default all. Test sessions are all taken.
    mask : str
        ``brain`` for all voxels of the file, ``atlas`` for the voxels of the regions in `labels`.
    labels : mapping, optional
        Names of regions of the file, see :func:`cortex2image.data.bdpy.voxels.study_voxels`.

    Raises
    ------
    ConfigError
        `mask` is ``atlas`` and there are no labels.
    """

    def __init__(
        self,
        root: str | Path,
        betas: str | None = None,
        sessions: int | None = None,
        mask: str = "brain",
        labels: Mapping[str, int] | None = None,
    ) -> None:
        self.root = Path(root)
        self.betas, self.first_sessions = betas, sessions
        self.labelled_only, self.labels = mask == "atlas", dict(labels or {})
        self.stimuli_table = self.root / "stimuli" / "stimuli.tsv"
        if self.labelled_only and not self.labels:
            fix = "give them, or set dataset/mask: brain"
            raise ConfigError("dataset/mask: atlas", "regions to take", "dataset/rois without labels", fix)

    def subjects(self) -> list[str]:
        """Return the subjects that have a file, sorted; ``Subject1.h5`` is the file of ``sub-01``."""
        return subject_labels(self.root)

    def subject_files(self, subject: str) -> list[Path]:
        """Return every file that the jobs of `subject` read."""
        return list(self._files(subject).files.values())

    def problems(self, subject: str) -> list[str]:
        """Return a line for each file and kind of rows left out, and for voxels of unknown position."""
        files = self._files(subject)
        problems = [f"{path.name}: another experiment, left out" for path in files.others]
        for split, path in files.files.items():
            problems += read_samples_of(read_metadata(path), split)[1]
        return problems + place_problems(read_metadata(next(iter(files.files.values()))))

    def stimuli(self, subjects: Sequence[str]) -> list[Stimulus]:
        """Return the pictures that at least one of `subjects` saw, sorted by id.

        Raises
        ------
        DataError
            A picture trains with one subject (or session) and tests with another; the table of pictures is
            unreadable, lacks a picture, names one twice or contradicts its split; a caption is empty; or a
            picture is no file.
        """
        check_subjects(subjects)
        splits: dict[str, str] = {}
        for subject in subjects:
            for session in self._sessions(subject):
                for sample in session.samples:
                    _check_split(session.path, sample, splits.setdefault(sample.stimulus, sample.split))
        return described_stimuli(self.stimuli_table, splits)

    def runs(self, subject: str) -> list[ShownRun]:
        """Return the runs in order; training sessions come before test sessions."""
        runs = []
        for session in self._sessions(subject):
            for number, samples in groupby(session.samples, key=lambda sample: sample.run):
                events = tuple(Event(UNKNOWN, UNKNOWN, sample.stimulus) for sample in samples)
                runs.append(ShownRun(session.label, f"run-{number:02d}", events))
        return runs

    def sessions(self, subject: str) -> list[BetaSession]:
        """Return the sessions in order; training sessions come before test sessions."""
        return [
            BdpySession(s.label, (s.path,), len(s.samples), tuple(sample.row for sample in s.samples))
            for s in self._sessions(subject)
        ]

    def voxels(self, subject: str) -> BetaVoxels:
        """Return the voxels that the study takes, on the grid of their coordinates, or else in one row."""
        first = next(iter(self._files(subject).files.values()))
        return study_voxels(read_metadata(first), self.labels, self.labelled_only)

    def check(self, subject: str) -> None:
        """Test from the metadata that the files of a subject have the regions of the study and one grid.

        Raises
        ------
        ConfigError, DataError
            A file is missing, cut short or no bdpy file, lacks a region, or has other voxels than the first.
        """
        voxels = self.voxels(subject)
        for path in self._files(subject).files.values():
            columns_of(read_metadata(path), voxels)

    def read(self, session: BetaSession, voxels: BetaVoxels) -> np.ndarray:
        """Read one session; see :meth:`cortex2image.data.prepared.BetaDataset.read`."""
        if not isinstance(session, BdpySession):
            raise TypeError(f"{session} is no session of this reader")
        path = session.files[0]
        return mark_invalid(read_samples(path, session.rows, columns_of(read_metadata(path), voxels)))

    def pictures(self, stimuli: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield nothing, because every picture is a file of its own."""
        return iter(())

    def _files(self, subject: str) -> SubjectFiles:
        return find_files(self.root, subject, self.betas)

    def _sessions(self, subject: str) -> list[_Session]:
        sessions = [
            session
            for split, path in self._files(subject).files.items()
            for session in _split_sessions(path, read_samples_of(read_metadata(path), split)[0])
        ]
        train = [session for session in sessions if session.samples[0].split == "train"]
        test = [session for session in sessions if session.samples[0].split == "test"]
        return train[: self.first_sessions] + test


def _split_sessions(path: Path, samples: Sequence[Sample]) -> list[_Session]:
    ordered = sorted(samples, key=lambda s: (s.split, s.session, s.run, s.row))
    groups = groupby(ordered, key=lambda s: (s.split, s.session))
    return [_Session(f"ses-{split}{number:02d}", path, tuple(group)) for (split, number), group in groups]


def _check_split(path: Path, sample: Sample, split: str) -> None:
    if sample.split != split:
        expected = "every picture either for training or for testing"
        found = f"{sample.stimulus} for both"
        raise DataError(path, expected, found, "leave one of them out of the files")


def open_data(dataset: Dataset) -> BdpyDataset:
    """Open the files with all of their voxels."""
    return BdpyDataset(root_folder(dataset), dataset.betas, dataset.sessions)


def open_betas(dataset: Dataset) -> BdpyDataset:
    """Open the files with the voxels and regions of a study."""
    chosen = dataset.betas, dataset.sessions, dataset.mask
    return BdpyDataset(root_folder(dataset), *chosen, dataset.rois.labels)


def check_study(study: Study, subject: str) -> None:
    """Test that the files of a subject belong together, see :meth:`BdpyDataset.check`."""
    open_betas(study.dataset).check(subject)
