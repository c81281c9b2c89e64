"""The functional runs of one subject: each preprocessed recording with its events, mask and confounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from cortex2image.data.bids.entities import BidsFile, applies, by_inheritance, closest, files_of, natural_key
from cortex2image.data.bids.recordings import NIFTI, RUN_KEYS, Kind, Wanted, check_shown_once, of_kind
from cortex2image.data.subjects import check_folders, subject_key
from cortex2image.errors import DataError

# (desc, suffix) of each kind of file; the last pair of a line is the spelling of fMRIPrep <= 1.1.
BRAIN_MASK: Kind = frozenset({("brain", "mask"), (None, "bold_brainmask")})
CONFOUNDS: Kind = frozenset(
    {("confounds", "timeseries"), ("confounds", "regressors"), (None, "bold_confounds")}
)
EVENTS: Kind = frozenset({(None, "events")})


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
    root: Path,
    derivatives: Path,
    subject: str,
    task: str | None,
    space: str | None,
    entities: Mapping[str, str] = MappingProxyType({}),
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
        As in fMRIPrep's ``--output-spaces``: ``T1w``, ``MNI152NLin2009cAsym:res-2``,
        ``MNIInfant:cohort-1``, ``func`` for the grid of the recording itself. Needed where there are several.
    entities : mapping of key to label, optional
        Labels that recordings must have, ``none`` for an entity that they must not have. Needed where there
        are several recordings of one run.

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
        There are several tasks, spaces or recordings of one run, and the config chooses none.
    """
    raw = files_of(root, _folder(root, subject))
    processed = files_of(derivatives, _folder(derivatives, subject))
    wanted = Wanted(task, space, entities)
    bolds = wanted.recordings(processed, derivatives)
    events = [f for f in of_kind(raw, EVENTS, (".tsv",)) if wanted.may_accompany(f)]
    problems = [
        f"{event.path.name}: no preprocessed recording belongs to it; ignored"
        for event in events
        if "sub" in event.entities and not any(applies(event, bold) for bold in bolds)
    ]
    runs, matched = [], []
    for bold in bolds:
        event = closest(events, bold)
        if event is None:
            problems.append(f"{bold.path.name}: no events belong to it; the run is left out")
        else:
            matched.append((bold, event))
            runs.append(_assemble(bold, event, raw, processed, wanted))
            problems += _gaps(runs[-1])
    check_shown_once(matched)
    _check_any(runs, derivatives, subject, [*problems, *wanted.not_taken(processed)])
    return sorted(runs, key=lambda run: (natural_key(run.session), natural_key(run.run))), problems


def _folder(root: Path, subject: str) -> str | None:
    matching = [name for name in subject_folders(root) if subject_key(name) == subject_key(subject)]
    return matching[0] if matching else None


def _assemble(
    bold: BidsFile, event: BidsFile, raw: list[BidsFile], processed: list[BidsFile], wanted: Wanted
) -> RunFiles:
    space = bold.entities.get("space")
    masks = [f for f in of_kind(processed, BRAIN_MASK, NIFTI) if f.entities.get("space") == space]
    mask = closest(masks, bold)
    confounds = closest(of_kind(processed, CONFOUNDS, (".tsv",)), bold)
    sidecar = frozenset({(bold.entities.get("desc"), "bold"), (None, "bold")})
    sidecars = [
        file.path
        for files in (raw, processed)
        for file in by_inheritance(of_kind(files, sidecar, (".json",)), bold)
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
        fix = "check the subject's label, dataset/task, space and entities, and that fMRIPrep finished"
        raise DataError(derivatives, expected, found, fix)
