"""Reader of the Haxby 2001 data as distributed: blocks of eight categories, single pictures unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from cortex2image.data.grids import grid_of_runs
from cortex2image.data.paths import root_folder, subject_atlas
from cortex2image.data.recording import Event, Run, Stimulus
from cortex2image.data.subjects import check_subjects, subject_key
from cortex2image.data.volumes import read_bold_header
from cortex2image.errors import DataError
from cortex2image.given_files import read_bytes
from cortex2image.progress import say
from cortex2image.scenes.captions import category_captions
from cortex2image.study.data_settings import Dataset
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study

CATEGORIES = ("bottle", "cat", "chair", "face", "house", "scissors", "scrambledpix", "shoe")
REST = "rest"
# As published; the headers of the distributed files are not relied on.
TR_SECONDS = 2.5
# labels.txt marks the volumes that show the response, not those during which pictures were shown. A fit of
# "pictures or rest" without categories (SPM response, subject 1, mean R squared of the 50 best of 530 voxels)
# gives 0.06 with onsets at the labels, and 0.18, 0.34, 0.38 and 0.27 with onsets 1 to 4 volumes earlier.
LABEL_LAG_VOLUMES = 2
SUBJECTS = range(1, 7)
PLACEMENT = (
    "place mask.nii.gz, subjN/bold.nii.gz and subjN/labels.txt there, as nilearn.datasets.fetch_haxby "
    "downloads them"
)


@dataclass(frozen=True)
class Block:
    """Consecutive volumes of one category, as a half-open range of volumes of the whole recording."""

    category: str
    volumes: tuple[int, int]


@dataclass(frozen=True)
class Chunk:
    """One run: its number in ``labels.txt``, its volumes, and its blocks (a corrupted run has none)."""

    number: int
    volumes: tuple[int, int]
    blocks: tuple[Block, ...]

    def stimulus_id(self, subject: str, block: Block) -> str:
        """Return the stimulus of a block; no two runs share one, because the pictures are unknown."""
        return f"{subject}_run-{self.number:02d}_{block.category}"


def parse_labels(path: Path) -> list[Chunk]:
    """Read ``labels.txt``: a header line, then per volume its condition and the number of its run.

    Raises
    ------
    DataError
        The file is missing, a row is malformed, a category is unknown, or a run is not in one piece.
    """
    try:
        rows = [line.split() for line in read_bytes(path).decode().splitlines()[1:] if line.strip()]
        labels = [(condition, int(chunk)) for condition, chunk in rows]
    except (OSError, ValueError) as error:
        fix = "put labels.txt of the public distribution there"
        raise DataError(path, "rows of condition and run number", str(error), fix) from None
    _check_conditions(path, {condition for condition, _ in labels})
    chunks = [_chunk(list(group)) for _, group in groupby(enumerate(labels), key=lambda item: item[1][1])]
    if len({chunk.number for chunk in chunks}) < len(chunks):
        raise DataError(path, "each run in one piece", "a run number that comes back", "restore the file")
    return chunks


def _check_conditions(path: Path, conditions: set[str]) -> None:
    unknown = conditions - {*CATEGORIES, REST}
    if unknown or not conditions:
        found = ", ".join(sorted(unknown)) or "no rows"
        fix = "put labels.txt of the public distribution there"
        raise DataError(path, f"{REST} or one of {', '.join(CATEGORIES)}", found, fix)


def _chunk(rows: list[tuple[int, tuple[str, int]]]) -> Chunk:
    blocks = []
    for condition, group in groupby(rows, key=lambda row: row[1][0]):
        volumes = [volume for volume, _ in group]
        if condition != REST:
            blocks.append(Block(condition, (volumes[0], volumes[-1] + 1)))
    return Chunk(rows[0][1][1], (rows[0][0], rows[-1][0] + 1), tuple(blocks))


class Haxby2001Dataset:
    """The Haxby 2001 distribution, see :class:`cortex2image.data.recording.RecordedDataset`.

    Each block of pictures is one trial of a stimulus of its own, whose captions come from its category.
    ``subj1`` is called ``sub-1``. Haxby, Gobbini, Furey, Ishai, Schouten & Pietrini, Science 293:2425 (2001).

    Parameters
    ----------
    root : path of the folder that holds ``mask.nii.gz`` and ``subj1``, ``subj2``, ...
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def subjects(self) -> list[str]:
        """Return the subjects whose folders exist, sorted."""
        return [f"sub-{number}" for number in SUBJECTS if (self.root / f"subj{number}").is_dir()]

    def subject_files(self, subject: str) -> list[Path]:
        """Return every file that the jobs of `subject` read, whether it exists or is yet to be fetched."""
        folder = self._folder(subject)
        return [folder / "bold.nii.gz", folder / "labels.txt", self._mask(subject)]

    def runs(self, subject: str) -> list[Run]:
        """Return the runs of `subject`; a run with rest only is corrupted and left out with a warning.

        Raises
        ------
        DataError
            Files are missing or unreadable, labels and volumes differ in number, or no run has a block.
        """
        bold, labels, mask = self.subject_files(subject)
        self.check_present(subject)
        chunks = parse_labels(labels)
        volumes = read_bold_header(bold).volumes
        if volumes != chunks[-1].volumes[1]:
            found = f"{chunks[-1].volumes[1]} rows, {volumes} volumes in {bold}"
            raise DataError(labels, "one row per volume", found, "take both from one distribution")
        for problem in self.problems(subject):
            say(f"warning: {problem}")
        return [_run(subject, chunk, bold, mask) for chunk in _usable(labels, chunks)]

    def problems(self, subject: str) -> list[str]:
        """Return a line for each corrupted run of `subject`, which is left out."""
        labels = self._folder(subject) / "labels.txt"
        name = labels.relative_to(self.root)
        return [
            f"{name}: run {chunk.number} is rest throughout (corrupted); left out"
            for chunk in parse_labels(labels)
            if not chunk.blocks
        ]

    def stimuli(self, subjects: Sequence[str]) -> list[Stimulus]:
        """Return a stimulus per run and category, sorted by id; all belong to the training set."""
        check_subjects(subjects)
        stimuli = {s.stimulus_id: s for subject in subjects for s in self._stimuli_of(subject)}
        return [stimuli[identity] for identity in sorted(stimuli)]

    def _stimuli_of(self, subject: str) -> list[Stimulus]:
        self.check_present(subject)
        labels = self._folder(subject) / "labels.txt"
        return [
            Stimulus(
                stimulus_id=chunk.stimulus_id(subject, block),
                split="train",
                captions=tuple(category_captions(block.category)),
                image_path=None,
                category=block.category,
            )
            for chunk in parse_labels(labels)
            for block in chunk.blocks
        ]

    def _folder(self, subject: str) -> Path:
        return self.root / f"subj{subject_key(subject)}"

    def _mask(self, subject: str) -> Path:
        """Return the brain mask of the distribution, or the copy that the step fetch_haxby makes."""
        shared = self.root / "mask.nii.gz"
        return shared if shared.exists() else self._folder(subject) / "mask.nii.gz"

    def check_present(self, subject: str) -> None:
        """Raise DataError unless every file of `subject` exists."""
        missing = [path for path in self.subject_files(subject) if not path.exists()]
        if missing:
            raise DataError(
                self.root,
                f"the Haxby 2001 distribution with {subject}; subjects are sub-1 to sub-6",
                f"missing {', '.join(map(str, missing))}",
                PLACEMENT,
            )


def _usable(labels: Path, chunks: Sequence[Chunk]) -> list[Chunk]:
    usable = [chunk for chunk in chunks if chunk.blocks]
    if not usable:
        raise DataError(labels, "at least one run with blocks", "rest throughout", "restore the file")
    return usable


def _run(subject: str, chunk: Chunk, bold: Path, mask: Path) -> Run:
    start = chunk.volumes[0]
    events = tuple(
        Event(
            onset=max(0, block.volumes[0] - start - LABEL_LAG_VOLUMES) * TR_SECONDS,
            duration=(block.volumes[1] - block.volumes[0]) * TR_SECONDS,
            stimulus_id=chunk.stimulus_id(subject, block),
        )
        for block in chunk.blocks
    )
    return Run(
        subject=subject,
        session="ses-1",
        run=f"run-{chunk.number:02d}",
        bold=bold,
        volumes=chunk.volumes,
        tr=TR_SECONDS,
        slice_time_reference=0.0,
        mask=mask,
        events=events,
        confounds=None,
    )


def open_data(dataset: Dataset) -> Haxby2001Dataset:
    """Open the distribution that a study uses."""
    return Haxby2001Dataset(root_folder(dataset))


def check_study(study: Study, subject: str) -> None:
    """Test that the files of a subject exist on one grid, unless the workflow itself fetches them.

    Raises
    ------
    DataError
        A file is missing, or lies on another grid than the others.
    """
    if study.dataset.root != READERS[study.dataset.reader].fetched_into:
        dataset = open_data(study.dataset)
        dataset.check_present(subject)
        bold, _, mask = dataset.subject_files(subject)
        grid_of_runs([(bold, mask)], subject_atlas(study.dataset.rois, subject))
