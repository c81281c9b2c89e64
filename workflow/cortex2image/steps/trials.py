"""List the trials of one subject, in order of session, run and onset.

Reads stimuli.parquet, and the subject's events with the headers of its recordings, or the design of prepared
betas. Counts how often each stimulus had been shown before and, in a cross-validated study, numbers the fold
in which each trial is held out. Writes trials.parquet, whose metadata hold the number of runs with trials
(`runs`), how long each run took where that is known (`run_seconds`, JSON) and what was missing or surplus
(`left_out`, a JSON list). Trials of stimuli that the study's split leaves out are no rows of it
(`left_out_trials`, their number); a second table has them too, since their responses are part of the
recordings.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from cortex2image.data.open_dataset import open_dataset
from cortex2image.data.paths import root_folder
from cortex2image.data.recording import Shown
from cortex2image.errors import DataError, run_step
from cortex2image.progress import say
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI, TRIALS

READS = ("dataset/@source", "dataset/cross_validate")
COMMAND = Command(
    __doc__, Study, READS, labels=("subject",), inputs=("stimuli",), outputs=("trials",), optional=("shown",)
)


@dataclass(frozen=True)
class Splits:
    """The split of every stimulus that subjects saw.

    Attributes
    ----------
    of : dict of stimulus_id to ``train`` or ``test``
    left_out : frozenset of str
        Stimuli on neither side.
    words : str
        The study's own split in words; empty if the split is that of the data set.
    alike : tuple of str
        Lines on stimuli that show the same picture.
    """

    of: dict[str, str]
    left_out: frozenset[str]
    words: str
    alike: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: str) -> "Splits":
        """Return the splits of stimuli.parquet."""
        table = STIMULI.read(path)
        facts = table.schema.metadata
        of = zip(table["stimulus_id"].to_pylist(), table["split"].to_pylist(), strict=True)
        left_out = frozenset(json.loads(facts.get(b"left_out", b"[]")))
        alike = tuple(json.loads(facts.get(b"alike", b"[]")))
        return cls(dict(of), left_out, facts.get(b"split", b"").decode(), alike)

    @property
    def of_shown(self) -> dict[str, str]:
        """Return the splits with stimuli that are left out, which were training stimuli, among training."""
        return self.of | dict.fromkeys(self.left_out, "train")


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
        fix = "name the pictures in the column stim_file of the events, or the categories in trial_type"
        raise DataError(root, f"at least one trial of {subject}", "none in any run", fix)


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


def check_split(subject: str, rows: Sequence[Mapping[str, object]], words: str, source: str) -> None:
    """Test that a subject has trials on both sides of the study's own split.

    Raises
    ------
    DataError
        A subject saw no training stimulus, or no test stimulus.
    """
    sides = Counter(row["split"] for row in rows)
    if len(sides) < 2:
        found = f"{sides['train']} training and {sides['test']} test trials"
        fix = "change dataset/split, or leave the subject out"
        raise DataError(f"{source}, split {words}", f"trials of {subject} on both sides", found, fix)


def say_repeats(subject: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Print how often test stimuli were shown: the mean of a few trials is less noisy than one."""
    times = Counter(row["stimulus_id"] for row in rows if row["split"] == "test")
    shown = "; ".join(f"{count} shown {n} x" for n, count in sorted(Counter(times.values()).items()))
    say(f"{subject}: {len(times)} test stimuli, {shown}")
    once = sum(n == 1 for n in times.values())
    if once:
        say(
            f"warning: {once} test stimuli of {subject} have one trial each: their responses are noisier "
            "than those of stimuli that repeat, and scores are lower for that reason alone"
        )


def left_out_words(
    shown: Sequence[Mapping[str, object]], rows: Sequence[Mapping[str, object]], splits: Splits
) -> list[str]:
    """Return in words what the split leaves out of a subject's trials; nothing if nothing is left out."""
    out = {row["stimulus_id"] for row in shown} & splits.left_out
    if not out:
        return []
    return [f"{len(shown) - len(rows)} trials of {len(out)} stimuli left out by the split ({splits.words})"]


def main(argv: Sequence[str] | None = None) -> None:
    """Write trials.parquet of one subject."""
    args, study = COMMAND.parse(argv)
    splits, dataset = Splits.read(args.stimuli), open_dataset(study.dataset)
    runs, root = dataset.runs(args.subject), root_folder(study.dataset)
    check_trials(args.subject, runs, root)
    check_stimuli(args.subject, runs, splits.of_shown, args.stimuli)
    shown = trial_rows(runs, splits.of_shown, study.dataset.cross_validate)
    check_folds(shown, root)
    rows = [row for row in shown if row["stimulus_id"] not in splits.left_out]
    if splits.words:
        check_split(args.subject, rows, splits.words, args.stimuli)
        say_repeats(args.subject, rows)
    problems = [*dataset.problems(args.subject), *left_out_words(shown, rows, splits), *splits.alike]
    seconds = {f"{run.session} {run.run}": run.seconds for run in runs if run.seconds is not None}
    used = sum(bool(run.events) for run in runs)
    facts = {"runs": used, "run_seconds": json.dumps(seconds), "left_out": json.dumps(problems)}
    facts |= {"subject": args.subject, "left_out_trials": len(shown) - len(rows)}
    write(shown, args.shown, facts | {"left_out_trials": 0})
    write(rows, args.trials, facts)


def write(rows: Sequence[dict[str, object]], path: str | None, facts: Mapping[str, object]) -> None:
    """Write a table of trials, if it is asked for."""
    if path is not None:
        TRIALS.write(pa.Table.from_pylist(list(rows)), path, **facts)


if __name__ == "__main__":
    run_step(main)
