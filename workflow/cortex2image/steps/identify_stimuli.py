"""Identify the stimulus of each decoded feature vector, and say how much any linear decoder could decode.

Reads the trials of a subject, and of all subjects, and of every decoded space features/{space}.parquet and
{subject}/decoded/{space}.parquet. Compares each decoded vector with the true ones of the test stimuli and of
the training stimuli, and true test features with the span of training features. Writes
{subject}/evaluation/features-{space}.parquet, its -nulls.parquet, and {subject}/decoded/span.parquet.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.metrics.decoded_features import UnitScaling, score_vectors, similarity
from cortex2image.metrics.scored import evaluation_columns, null_columns
from cortex2image.metrics.versions import version_facts
from cortex2image.novelty.span import Explained, Span
from cortex2image.novelty.split import Features, Split
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.progress import say
from cortex2image.stats.crossed_intervals import Scores, crossed_interval
from cortex2image.stats.permutation import sets_seen, stimulus_permutations
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import matrix
from cortex2image.tables.feature_rows import read_features
from cortex2image.tables.novelty import SPAN
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import DECODED, EVALUATION, NULLS

READS = ("seed", "decode/rois", "evaluate/permutations")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    inputs=("trials",),
    # After the trials of all subjects, a table of each decoded space, in the order of decode/rois.
    lists=("seen", "features", "decoded"),
    outputs=("span",),
    output_lists=("evaluation", "nulls"),
)
FEWEST = 3


@dataclass(frozen=True)
class Similarities:
    """How similar decoded vectors and projected true ones are to true vectors.

    Attributes
    ----------
    test, train : (n, n) and (m, n) arrays
        Of true vectors of test stimuli, and of training stimuli, with decoded ones. In a cross-validated
        study every training stimulus is a test stimulus too, and m is 0.
    projected : (n, n) array
        Of true vectors with their projections on the span of training features.
    explained : Explained
    train_stimuli, directions : int
        Training stimuli, and dimension of their span; of the smallest fold if cross-validated.
    """

    test: np.ndarray
    train: np.ndarray
    projected: np.ndarray
    explained: Explained
    train_stimuli: int
    directions: int


def compare(decoded: Features, true: Features, splits: Sequence[Split]) -> Similarities:
    """Compare decoded vectors with true ones, fold by fold in the units of its training stimuli.

    Parameters
    ----------
    decoded, true : Features
        Of the test stimuli, and of all stimuli of the subject.
    splits : sequence of Split
        One, or one for each fold; together they test every decoded stimulus once.
    """
    candidates, n = true.rows(decoded.stimuli), len(decoded.stimuli)
    test, projected, train = np.empty((n, n)), np.empty((n, n)), np.empty((0, n))
    explained, spans = [], []
    for split in splits:
        known, own = true.training(split), decoded.places(split.test)
        scaling, span = UnitScaling.fit(known), Span.of(known)
        test[:, own] = similarity(scaling, candidates, decoded.matrix[own])
        if len(splits) == 1:
            train = similarity(scaling, known, decoded.matrix[own])[:, np.argsort(own)]
        truth = candidates[own]
        best = span.project(truth)
        projected[:, own] = similarity(scaling, candidates, best)
        explained.append(Explained.of(span, truth, best))
        spans.append(span)
    total = sum(explained[1:], explained[0])
    sizes = min(len(span.train) for span in spans), min(span.directions for span in spans)
    return Similarities(test, train, projected, total, *sizes)


def span_row(space: str, found: Similarities, order: np.ndarray) -> dict[str, object]:
    """Return the row of span.parquet of a space."""
    scored = score_vectors(found.projected, None, order)
    two_way = scored["features_twoway"]
    assert two_way.rivals is not None
    pairs = Scores(two_way.values.T, two_way.rivals.T)
    low, high = crossed_interval(pairs, (0.0, 1.0))
    of_units = found.explained.of_units
    return {
        "space": space,
        "training_stimuli": found.train_stimuli,
        "units": len(found.explained.total),
        "directions": found.directions,
        "r2": found.explained.r2,
        "unit_r2_median": float(np.median(of_units)) if len(of_units) else 1.0,
        "unit_r2_low": float(np.quantile(of_units, 0.05)) if len(of_units) else 1.0,
        "pattern_correlation": float(scored["pattern_correlation"].values.mean()),
        "twoway": float(two_way.values.mean()),
        "twoway_low": low,
        "twoway_high": high,
    }


def require_tables(args: argparse.Namespace, spaces: Sequence[str]) -> None:
    """Raise ConfigError unless there is one table of each kind for every decoded space."""
    for option in ("features", "decoded", "evaluation", "nulls"):
        given = len(getattr(args, option))
        if given != len(spaces):
            expected, fix = f"a table of each of {', '.join(spaces)}", "name one per space, in this order"
            raise ConfigError(f"--{option}", expected, f"{given} tables", fix)


def read_decoded(path: str, splits: Sequence[Split]) -> Features:
    """Read the decoded features of the test stimuli.

    Raises
    ------
    DataError
        Features of other stimuli than the test stimuli, or of fewer than three.
    """
    table = DECODED.read(path)
    stimuli, tested = table["stimulus_id"].to_pylist(), {name for split in splits for name in split.test}
    apart = sorted(set(stimuli) ^ tested)
    if apart:
        found = f"{len(apart)} that are in one alone, first {apart[0]}"
        fix = "delete the table and run the workflow again"
        raise DataError(path, "the test stimuli of trials.parquet", found, fix)
    if len(stimuli) < FEWEST:
        fix = "score at least three test stimuli: no interval can be made of fewer"
        raise DataError(path, f"{FEWEST} test stimuli", f"{len(stimuli)}", fix)
    return Features(stimuli, matrix(table, "feature"))


def groups_of(stimuli: Sequence[str], seen: Sequence[Sequence[str]], splits: Sequence[Split]) -> np.ndarray:
    """Return the group of each stimulus within which stimuli are permuted: seen by the same, in one fold."""
    fold = {name: number for number, split in enumerate(splits) for name in split.test}
    labels = np.stack([sets_seen(stimuli, seen), [fold[name] for name in stimuli]])
    groups: np.ndarray = np.unique(labels, axis=1, return_inverse=True)[1].ravel()
    return groups


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    spaces = tuple(study.decode.rois)
    require_tables(args, spaces)
    trials = Trials.from_columns(TRIALS.read(args.trials).to_pydict(), args.trials)
    parts = partitions(trials)
    splits = [Split.of(trials.stimulus[part.train], trials.stimulus[part.test]) for part in parts]
    stimuli = np.unique(trials.stimulus).tolist()
    seen = [TRIALS.read(path).column("stimulus_id").to_pylist() for path in args.seen]
    rows = []
    for number, space in enumerate(spaces):
        say(f"identify {space} of {args.subject} among {len(stimuli)} stimuli")
        decoded = read_decoded(args.decoded[number], splits)
        true = Features(stimuli, read_features(args.features[number], stimuli))
        found = compare(decoded, true, splits)
        groups = groups_of(decoded.stimuli, seen, splits)
        draws, alone = study.evaluate.permutations, len(seen) == 1
        order = stimulus_permutations(study.seed, decoded.stimuli, draws, groups, every=alone)
        scored = score_vectors(found.test, found.train, order)
        facts = {"subject": args.subject, "method": f"decoded_{space}"} | version_facts(scored)
        NULLS.write(null_columns(scored), args.nulls[number], **facts)
        EVALUATION.write(evaluation_columns(scored, decoded.stimuli, [0]), args.evaluation[number], **facts)
        rows.append(span_row(space, found, order))
    SPAN.write({name: [row[name] for row in rows] for name in rows[0]}, args.span)


if __name__ == "__main__":
    run_step(main)
