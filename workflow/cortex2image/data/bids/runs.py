"""The functional runs of one subject: each preprocessed recording with its events, mask and confounds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cortex2image.data.bids.entities import BidsFile, applies, by_inheritance, closest, files_of, natural_key
from cortex2image.data.subjects import check_folders, plain_label, subject_key
from cortex2image.errors import ConfigError, DataError

Kind = frozenset[tuple[str | None, str]]

# (desc, suffix) of each kind of file; the last pair of a line is the spelling of fMRIPrep <= 1.1.
BOLD: Kind = frozenset({("preproc", "bold"), (None, "bold_preproc")})
BRAIN_MASK: Kind = frozenset({("brain", "mask"), (None, "bold_brainmask")})
CONFOUNDS: Kind = frozenset(
    {("confounds", "timeseries"), ("confounds", "regressors"), (None, "bold_confounds")}
)
EVENTS: Kind = frozenset({(None, "events")})
SIDECAR: Kind = frozenset({("preproc", "bold"), (None, "bold")})
NIFTI = (".nii.gz", ".nii")
RUN_KEYS = ("acq", "ce", "rec", "dir", "run")
# Names of the recording's own grid in fMRIPrep's option --output-spaces.
NATIVE_SPACES = ("func", "bold", "run", "boldref", "sbref")


@dataclass(frozen=True)
class RunFiles:
    """The files of one run; in `sidecars` later files overrule earlier ones."""

    session: str
    run: str
    bold: Path
    events: Path
    mask: Path | None
    confounds: Path | None
    sidecars: tuple[Path, ...]

    def paths(self) -> list[Path]:
        """Return every file that the run has."""
        optional = [path for path in (self.mask, self.confounds) if path is not None]
        return [self.bold, self.events, *optional, *self.sidecars]


def subject_folders(root: Path) -> list[str]:
    """Return the names of the folders of all subjects, sorted by number.

    Raises
    ------
    DataError
        Two folders hold one subject, e.g. ``sub-1`` and ``sub-01``.
    """
    names = sorted((path.name for path in root.glob("sub-*") if path.is_dir()), key=natural_key)
    check_folders(root, names)
    return names


def find_runs(
    root: Path, derivatives: Path, subject: str, task: str | None, space: str | None
) -> tuple[list[RunFiles], list[str]]:
    """Find the runs of one subject: recordings matched with their events, masks, confounds and sidecars.

    Parameters
    ----------
    root, derivatives : paths of the BIDS data set and of the fMRIPrep output
    subject : str
        Label, its number padded with zeros or not.
    task : str, optional
        Needed where the subject did several tasks.
    space : str, optional
        As in fMRIPrep's ``--output-spaces``: ``T1w``, ``MNI152NLin2009cAsym:res-2``, ``func`` for the grid
        of the recording itself. Needed where there are several.

    Returns
    -------
    runs : list of RunFiles, in order of session and run
    problems : list of str
        One line for each thing that is missing or surplus, with the name of the file.

    Raises
    ------
    DataError
        The subject has no complete run, or two files claim to be the same run.
    ConfigError
        There are several tasks or spaces, and the config chooses none.
    """
    raw = files_of(root, _folder(root, subject))
    processed = files_of(derivatives, _folder(derivatives, subject))
    bolds = _recordings(processed, task, space, derivatives)
    events = [f for f in _of_kind(raw, EVENTS, (".tsv",)) if _in_task(f, task)]
    problems = [
        f"{event.path.name}: no preprocessed recording belongs to it; ignored"
        for event in events
        if "sub" in event.entities and not any(applies(event, bold) for bold in bolds)
    ]
    runs = []
    for bold in bolds:
        event = closest(events, bold)
        if event is None:
            problems.append(f"{bold.path.name}: no events belong to it; the run is left out")
        else:
            runs.append(_assemble(bold, event, raw, processed))
            problems += _gaps(runs[-1])
    _check_any(runs, derivatives, subject, problems)
    return sorted(runs, key=lambda run: (natural_key(run.session), natural_key(run.run))), problems


def _folder(root: Path, subject: str) -> str | None:
    matching = [name for name in subject_folders(root) if subject_key(name) == subject_key(subject)]
    return matching[0] if matching else None


def _of_kind(files: Iterable[BidsFile], kind: Kind, extensions: Sequence[str]) -> list[BidsFile]:
    return [f for f in files if (f.entities.get("desc"), f.suffix) in kind and f.extension in extensions]


def _in_task(file: BidsFile, task: str | None) -> bool:
    return task is None or file.entities.get("task") == plain_label(task)


def _grid(file: BidsFile) -> tuple[str, ...]:
    return tuple(f"{key}-{file.spelled[key]}" for key in ("space", "res") if key in file.spelled)


def _in_space(file: BidsFile, space: str | None) -> bool:
    if space is None:
        return True
    if space in NATIVE_SPACES:
        return "space" not in file.entities
    name, *modifiers = space.split(":")
    wanted = {"space": name, **dict(modifier.split("-", 1) for modifier in modifiers if "-" in modifier)}
    return {key: plain_label(label) for key, label in wanted.items()}.items() <= file.entities.items()


def _recordings(
    files: Sequence[BidsFile], task: str | None, space: str | None, derivatives: Path
) -> list[BidsFile]:
    found = _of_kind(files, BOLD, NIFTI)
    bolds = [f for f in found if _in_task(f, task) and _in_space(f, space)]
    # On request, fMRIPrep writes single echoes beside their combination, which is the one to use.
    bolds = [f for f in bolds if "echo" not in f.entities] or bolds
    tasks = sorted({f.spelled.get("task", "none") for f in bolds})
    grids = sorted({" ".join(_grid(f)) or "func" for f in bolds})
    for key, values in (("task", tasks), ("space", grids)):
        if len(values) > 1:
            fix = f"set dataset/{key} to one of them (a resolution as in 'MNI152NLin2009cAsym:res-2')"
            raise ConfigError(derivatives, f"recordings of one {key}", ", ".join(values), fix)
    _check_distinct(bolds, derivatives)
    return bolds


def _check_distinct(bolds: Iterable[BidsFile], derivatives: Path) -> None:
    seen: dict[tuple[str | None, ...], Path] = {}
    for bold in bolds:
        key = tuple(bold.entities.get(name) for name in ("ses", *RUN_KEYS))
        if key in seen:
            fix = "remove one of the two, it was probably left over from an earlier fMRIPrep run"
            raise DataError(derivatives, "one recording per run", f"{seen[key]} and {bold.path}", fix)
        seen[key] = bold.path


def _assemble(bold: BidsFile, event: BidsFile, raw: list[BidsFile], processed: list[BidsFile]) -> RunFiles:
    masks = [f for f in _of_kind(processed, BRAIN_MASK, NIFTI) if _grid(f) == _grid(bold)]
    mask = closest(masks, bold)
    confounds = closest(_of_kind(processed, CONFOUNDS, (".tsv",)), bold)
    sidecars = [
        file.path
        for files in (raw, processed)
        for file in by_inheritance(_of_kind(files, SIDECAR, (".json",)), bold)
    ]
    run = "_".join(f"{key}-{bold.spelled[key]}" for key in RUN_KEYS if key in bold.spelled)
    return RunFiles(
        session=f"ses-{bold.spelled.get('ses', '1')}",
        run=run or "run-1",
        bold=bold.path,
        events=event.path,
        mask=mask.path if mask else None,
        confounds=confounds.path if confounds else None,
        sidecars=tuple(sidecars),
    )


def _gaps(run: RunFiles) -> list[str]:
    gaps = {"brain mask": run.mask, "confounds": run.confounds}
    return [f"{run.bold.name}: no {name} beside it" for name, path in gaps.items() if path is None]


def _check_any(runs: Sequence[RunFiles], derivatives: Path, subject: str, problems: Sequence[str]) -> None:
    if not runs:
        found = "none" + "".join(f"\n    {problem}" for problem in problems)
        expected = f"at least one run of {subject}: *_desc-preproc_bold.nii.gz and its *_events.tsv"
        fix = "check the subject's label, dataset/task and dataset/space, and that fMRIPrep finished"
        raise DataError(derivatives, expected, found, fix)
