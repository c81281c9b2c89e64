"""Reader of any BIDS data set whose events name pictures, with its fMRIPrep derivatives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cortex2image.data.bids.runs import RunFiles, find_runs, subject_folders
from cortex2image.data.bids.tables import read_confounds, read_events, read_stimuli
from cortex2image.data.bids.timing import read_timing
from cortex2image.data.grids import grid_of_runs
from cortex2image.data.paths import root_folder, subject_atlas
from cortex2image.data.picture_folder import PictureFolder
from cortex2image.data.recording import Event, Run, Sources, Stimulus
from cortex2image.data.subjects import check_subjects, subject_key
from cortex2image.data.volumes import read_bold_header
from cortex2image.errors import DataError
from cortex2image.progress import say
from cortex2image.study.data_settings import Dataset
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study


class BidsDataset:
    """A BIDS data set with fMRIPrep derivatives, see :class:`cortex2image.data.recording.RecordedDataset`.

    Parameters
    ----------
    root : path of the BIDS data set
    derivatives : path, optional
        Folder of the fMRIPrep output; ``{root}/derivatives/fmriprep`` by default. The older layout, with one
        more folder ``fmriprep`` inside, is found too.
    task, space : str, optional
        Needed where the data set has several, see :func:`cortex2image.data.bids.runs.find_runs`.
    stimuli_table : str
        Path, below `root`, of the table that lists the pictures: stim_file (relative to ``{root}/stimuli``),
        split, captions (joined by ``|``), and category and setting if there are any.
    entities : mapping, optional
        Entities by which recordings of one run are chosen, see :func:`cortex2image.data.bids.runs.find_runs`.
    """

    SHOWN = "picture"  # what events name, in words

    def __init__(
        self,
        root: str | Path,
        derivatives: str | Path | None = None,
        task: str | None = None,
        space: str | None = None,
        stimuli_table: str = "stimuli/stimuli.tsv",
        entities: Mapping[str, str] | None = None,
    ) -> None:
        self.root = Path(root)
        self.derivatives = _derivatives_folder(Path(derivatives or self.root / "derivatives" / "fmriprep"))
        self.task, self.space, self.entities = task, space, dict(entities or {})
        self.stimuli_table = self.root / stimuli_table

    def subjects(self) -> list[str]:
        """Return the labels of the subjects that fMRIPrep preprocessed, sorted by number."""
        return subject_folders(self.derivatives)

    def subject_files(self, subject: str) -> list[Path]:
        """Return every file that the jobs of `subject` read, each once; no file is opened."""
        runs, _ = self._find(subject)
        return list(dict.fromkeys(path for run in runs for path in run.paths()))

    def files_with_grid(self, subject: str) -> list[tuple[Path, Path | None]]:
        """Return recording and mask of every run of `subject`; no file is opened."""
        return [(run.bold, run.mask) for run in self._find(subject)[0]]

    def runs(self, subject: str) -> list[Run]:
        """Return the runs of `subject` in order of session and run; warn of each of its `problems`."""
        for problem in self.problems(subject):
            say(f"warning: {problem}")
        return [_read_run(subject, files, self.events_of(subject, files)) for files in self._find(subject)[0]]

    def events_of(self, subject: str, files: RunFiles) -> tuple[Event, ...]:
        """Return the trials of one run in order of onset, see :mod:`cortex2image.data.bids.tables`."""
        return read_events(files.events)

    def problems(self, subject: str) -> list[str]:
        """Return a line per run left out or without trials, events ignored, and missing mask or confounds."""
        runs, problems = self._find(subject)
        empty = [run for run in runs if not self.events_of(subject, run)]
        words = f"names no {self.SHOWN}; not used:"
        return [*problems, *(f"{run.events.name}: {words} {run.bold.name}" for run in empty)]

    def stimuli(self, subjects: Sequence[str]) -> list[Stimulus]:
        """Return the pictures that at least one of `subjects` saw, sorted by id; only tables are read.

        Raises
        ------
        DataError
            A picture is not in the table, is no file, or lies outside of the stimuli folder.
        """
        check_subjects(subjects)
        table = read_stimuli(self.stimuli_table)
        shown = self._shown(subjects)
        for identity, events in shown.items():
            if identity not in table:
                found = f"no picture '{identity}'"
                fix = f"add it to {self.stimuli_table}, or set its stim_file to n/a"
                raise DataError(events, f"stim_files of {self.stimuli_table}", found, fix)
        # In a data set of git-annex (DataLad) every picture is a link into a store inside the data set.
        folder = PictureFolder(self.root / "stimuli", (self.root / ".git" / "annex",))
        return [self._with_image(folder, *table[identity]) for identity in sorted(shown)]

    def _find(self, subject: str) -> tuple[list[RunFiles], list[str]]:
        for folder in (self.root, self.derivatives):
            if not folder.is_dir():
                beside = sorted(path.name for path in folder.parent.glob("*") if path.is_dir())
                there = f"; folders beside it: {', '.join(beside[:10])}" if beside else ""
                fix = f"correct dataset/root or dataset/derivatives{there}"
                raise DataError(folder, "the folder of a data set", "no such folder", fix)
        return find_runs(self.root, self.derivatives, subject, self.task, self.space, self.entities)

    def _shown(self, subjects: Iterable[str]) -> dict[str, Path]:
        shown: dict[str, Path] = {}
        for subject in subjects:
            for run in self._find(subject)[0]:
                for event in self.events_of(subject, run):
                    shown.setdefault(event.stimulus_id, run.events)
        return shown

    def _with_image(self, folder: PictureFolder, stim_file: str, stimulus: Stimulus) -> Stimulus:
        return replace(stimulus, image_path=str(folder.find(stim_file, self.stimuli_table)))


def _derivatives_folder(given: Path) -> Path:
    nested = given / "fmriprep"
    return nested if not any(given.glob("sub-*")) and nested.is_dir() else given


def _read_run(subject: str, files: RunFiles, events: tuple[Event, ...]) -> Run:
    header = read_bold_header(files.bold)
    timing = read_timing(files.bold, header, files.sidecars)
    return Run(
        subject=subject,
        session=files.session,
        run=files.run,
        bold=files.bold,
        volumes=(0, header.volumes),
        tr=timing.tr,
        slice_time_reference=timing.slice_time_reference,
        mask=files.mask,
        events=events,
        confounds=read_confounds(files.confounds, header.volumes) if files.confounds else None,
        sources=Sources(files.events, files.confounds, timing.source),
    )


def open_data(dataset: Dataset) -> BidsDataset:
    """Open the BIDS data set of a study."""
    chosen = dataset.derivatives, dataset.task, dataset.space
    return BidsDataset(root_folder(dataset), *chosen, entities=dataset.entities)


def check_study(study: Study, subject: str) -> None:
    """Test that a subject is spelt as its folder is, that atlas and table of pictures exist, and the grids.

    Of recordings, masks and atlas only headers are read.

    Nothing is tested of a data set that the workflow simulates, since it is not there before the first run.

    Raises
    ------
    DataError
        The label is spelt otherwise, one of the files does not exist, a run has no mask, or a recording, a
        mask or the atlas lies on another grid than the others.
    """
    if READERS[study.dataset.reader].made_by_workflow is None:
        check_files(open_data(study.dataset), subject, subject_atlas(study.dataset.rois, subject))


def check_files(dataset: BidsDataset, subject: str, atlas: str | None) -> None:
    """Test what :func:`check_study` does; `atlas` is a path, or None for no atlas."""
    check_spelling(dataset, subject)
    if not dataset.stimuli_table.is_file():
        fix = (
            "write it: stim_file, split (train or test), captions joined by ' | '; if the events name kinds "
            "of pictures alone, set dataset/reader: bids_categories"
        )
        raise DataError(dataset.stimuli_table, "the table of the pictures", "no such file", fix)
    check_grids(dataset, subject, atlas)


def check_spelling(dataset: BidsDataset, subject: str) -> None:
    """Raise DataError if the folder of a subject is spelt otherwise, such as sub-01 for sub-1."""
    spelt = [label for label in dataset.subjects() if subject_key(label) == subject_key(subject)]
    if spelt and subject not in spelt:
        fix = f"write {spelt[0]} under subjects in the config"
        raise DataError(dataset.derivatives, f"a folder {subject}", f"a folder {spelt[0]}", fix)


def check_grids(dataset: BidsDataset, subject: str, atlas: str | None) -> None:
    """Raise DataError unless recordings, masks and atlas (a path, or None) exist and share one grid."""
    if atlas is not None and not Path(atlas).is_file():
        fix = "put the volume there, or correct dataset/rois/atlas in the config (null for none)"
        raise DataError(atlas, f"the atlas of {subject}", "no such file", fix)
    grid_of_runs(dataset.files_with_grid(subject), atlas)
