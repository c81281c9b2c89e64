"""List the trials of one subject, in order of session, run and onset.

Reads stimuli.parquet, and the subject's events with the headers of its recordings, or the design of prepared
betas. Counts how often each stimulus had been shown before and, in a cross-validated study, numbers the fold
in which each trial is held out. Writes trials.parquet, whose metadata hold the number of runs (`runs`) and
what was missing or surplus (`left_out`, a JSON list).
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa

from cortex2image.data.open_dataset import open_dataset
from cortex2image.data.paths import root_folder
from cortex2image.data.recording import Shown
from cortex2image.errors import DataError, run_step
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI, TRIALS

READS = ("dataset/@source", "dataset/cross_validate")
COMMAND = Command(__doc__, Study, READS, labels=("subject",), inputs=("stimuli",), outputs=("trials",))


def read_splits(path: str) -> dict[str, str]:
    """Return the split of each stimulus of stimuli.parquet."""
    table = STIMULI.read(path)
    return dict(zip(table.column("stimulus_id").to_pylist(), table.column("split").to_pylist(), strict=True))


def trial_rows(
    runs: Sequence[Shown], splits: Mapping[str, str], cross_validate: str
) -> list[dict[str, object]]:
    """Return one row of trials.parquet per event.

    Parameters
    ----------
    runs : sequence of Shown, in order
    splits : mapping of stimulus_id to ``train`` or ``test``
    cross_validate : ``none``, ``run`` or ``session``
        What a fold holds out. Folds are numbered from 0 in order, and every trial has the split train. With
        ``none`` there are no folds, and trials have the split of their stimulus.
    """
    held_out = [run.session if cross_validate == "session" else (run.session, run.run) for run in runs]
    folds = {unit: fold for fold, unit in enumerate(dict.fromkeys(held_out))}
    seen: Counter[str] = Counter()
    rows: list[dict[str, object]] = []
    for run, unit in zip(runs, held_out, strict=True):
        for place, event in enumerate(run.events):
            number = place if event.number is None else event.number
            rows.append(
                {
                    "trial_id": f"{run.session}_{run.run}_trial-{number:03d}",
                    "stimulus_id": event.stimulus_id,
                    "session": run.session,
                    "run": run.run,
                    "repetition": seen[event.stimulus_id],
                    "split": splits[event.stimulus_id] if cross_validate == "none" else "train",
                    "fold": None if cross_validate == "none" else folds[unit],
                    "onset": event.onset,
                    "duration": event.duration,
                }
            )
            seen[event.stimulus_id] += 1
    return rows


def check_stimuli(subject: str, runs: Sequence[Shown], splits: Mapping[str, str], path: str) -> None:
    """Test that stimuli.parquet lists everything the subject saw.

    Raises
    ------
    DataError
        Events name a stimulus that stimuli.parquet lacks, since they changed after it was made.
    """
    unknown = sorted({e.stimulus_id for run in runs for e in run.events} - set(splits))
    if unknown:
        found = f"{len(unknown)} are missing, first {unknown[0]}"
        fix = "the events changed since it was made: rerun with --forcerun stimuli"
        raise DataError(path, f"every stimulus that {subject} saw", found, fix)


def check_trials(subject: str, runs: Sequence[Shown], root: object) -> None:
    """Test that the subject has at least one trial.

    Raises
    ------
    DataError
        No run shows a stimulus.
    """
    if not any(run.events for run in runs):
        fix = "name the pictures in the column stim_file of the events"
        raise DataError(root, f"at least one trial of {subject}", "stim_file n/a throughout", fix)


def check_folds(rows: Sequence[Mapping[str, object]], source: object) -> None:
    """Test that all trials of a stimulus lie in one fold; otherwise test trials would enter a fit.

    Raises
    ------
    DataError
        A stimulus was shown in several folds.
    """
    folds: dict[object, set[object]] = {}
    for row in rows:
        folds.setdefault(row["stimulus_id"], set()).add(row["fold"])
    shared = sorted(str(name) for name, found in folds.items() if len(found) > 1)
    if shared:
        found = f"{len(shared)} stimuli in several folds, first {shared[0]}"
        fix = (
            "set dataset/cross_validate: none and hold out stimuli by the column split of the stimulus table"
        )
        raise DataError(source, "each stimulus in one fold of a cross-validated study", found, fix)


def main(argv: Sequence[str] | None = None) -> None:
    """Write trials.parquet of one subject."""
    args, study = COMMAND.parse(argv)
    splits, dataset = read_splits(args.stimuli), open_dataset(study.dataset)
    runs, root = dataset.runs(args.subject), root_folder(study.dataset)
    check_trials(args.subject, runs, root)
    check_stimuli(args.subject, runs, splits, args.stimuli)
    rows = trial_rows(runs, splits, study.dataset.cross_validate)
    check_folds(rows, root)
    facts = {"runs": len(runs), "left_out": json.dumps(dataset.problems(args.subject))}
    TRIALS.write(pa.Table.from_pylist(rows), args.trials, subject=args.subject, **facts)


if __name__ == "__main__":
    run_step(main)
