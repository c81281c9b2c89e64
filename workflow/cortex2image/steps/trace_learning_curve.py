"""Decode every feature space of a subject with the training trials of the first sessions alone.

Reads trials, betas and voxels of a subject and the features of its stimuli. Fits the decoder of
decode_features to the training trials of the first 1, 2, 4, ... sessions, and to all of them, with penalties
chosen among these trials; the test stimuli stay the same. Writes learning_curve.parquet: scores of the
decoded features, with intervals and permutation nulls, beside the amount of training data.
"""

from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace

import numpy as np
import pyarrow as pa

from cortex2image.errors import run_step
from cortex2image.fmri.rois import select_rois
from cortex2image.leakage import TrainingRows
from cortex2image.metrics.decoded_features import UnitScaling, score_vectors, similarity
from cortex2image.metrics.scored import Scored
from cortex2image.metrics.unit_correlation import unit_correlation
from cortex2image.prediction.alignment import Subject, find_features, open_trials
from cortex2image.prediction.decoder import decoder_settings
from cortex2image.prediction.learning_curve import Cut, Scanning, cut_counts, cuts
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import predict_test_trials
from cortex2image.prediction.responses import read_voxels
from cortex2image.progress import say
from cortex2image.ridge.repeats import PerTrial
from cortex2image.stats.crossed_intervals import Scores
from cortex2image.stats.permutation import stimulus_permutations
from cortex2image.stats.summary import summarise
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.study.split_checks import require_one_split
from cortex2image.tables.learning_curve import LEARNING_CURVE
from cortex2image.tables.recordings import TRIALS, VOXELS

READS = (
    "seed",
    "ridge",
    "standardise/average_repeats",
    "decode/rois",
    "dataset/cross_validate",
    "evaluate/permutations",
    "evaluate/learning_curve",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    inputs=("trials", "betas", "voxels"),
    # One table per decoded space, in the order of decode/rois.
    lists=("features",),
    outputs=("curve",),
    counts=("threads",),
)
IDENTIFICATIONS = ("features_twoway", "features_top1")


def main(argv: Sequence[str] | None = None) -> None:
    """Write learning_curve.parquet of one subject."""
    args, study = COMMAND.parse(argv)
    require_one_split(study)
    regions = VOXELS.read(args.voxels).column("roi").to_pylist()
    trials, betas = open_trials(len(regions), vars(args))
    scanning = Scanning.of(TRIALS.read(args.trials), trials)
    counts = cut_counts(study.evaluate.learning_curve, scanning.total)
    say(f"{args.subject}: {scanning.total} {scanning.unit}s with training trials, cut at {counts}")
    chosen = {space: select_rois(regions, rois) for space, rois in study.decode.rois.items()}
    read = np.unique(np.concatenate(list(chosen.values())))
    responses = read_voxels(betas, read)
    rows: list[dict[str, object]] = []
    for (space, voxels), path in zip(chosen.items(), args.features, strict=True):
        subject = Subject(trials, betas, find_features(path, trials))
        own = responses if len(voxels) == len(read) else responses[:, np.searchsorted(read, voxels)]
        for scored in curve(args, study, subject, own, space, cuts(trials, scanning, counts)):
            rows.append({"subject": args.subject, "space": space, "unit": scanning.unit, **scored})
    LEARNING_CURVE.write(pa.Table.from_pylist(rows), args.curve, subject=args.subject)


def curve(
    args: Namespace,
    study: Study,
    data: Subject,
    responses: np.ndarray,
    space: str,
    cuts: Iterable[Cut],
) -> Iterator[dict[str, object]]:
    """Yield the scores of one space by each metric, cut after cut, with the training data of each cut."""
    features = data.features.read()
    rows = [np.unique(features.row[data.trials.split == split]) for split in ("train", "test")]
    scaling = UnitScaling.fit(TrainingRows(features.matrix, *rows))
    for cut in cuts:
        part = replace(data, trials=cut.trials)
        ridge = decoder_settings(study, part, responses.shape[1], args.subject, space, args.threads)
        targets = PerTrial(features.matrix, features.row[cut.kept])
        decoded = predict_test_trials(PerTrial(responses, cut.kept), targets, cut.trials, ridge)
        order = stimulus_permutations(study.seed, decoded.stimuli.tolist(), study.evaluate.permutations)
        patterns = similarity(scaling, decoded.measured, decoded.predicted)
        units = {"unit_correlation": unit_correlation(decoded.predicted, decoded.measured, order)}
        scored = units | score_vectors(patterns, None, order)
        for metric, scores in scored.items():
            yield {"count": cut.count, "hours": cut.hours, **amount(cut.trials), "metric": metric} | summary(
                scores, bounded=metric in IDENTIFICATIONS
            )


def amount(trials: Trials) -> dict[str, int]:
    """Return how many training trials there are, and of how many stimuli."""
    training = trials.stimulus[trials.split == "train"]
    return {"training_trials": len(training), "training_stimuli": len(np.unique(training))}


def summary(scored: Scored, bounded: bool) -> dict[str, object]:
    """Return value, interval, null and p of a metric; `bounded` intervals stay between 0 and 1."""
    rivals = None if scored.rivals is None else scored.rivals.T
    scores = Scores(scored.values.T, rivals)
    return asdict(summarise(scores, scored.null[None], True, (0.0, 1.0) if bounded else None))


if __name__ == "__main__":
    run_step(main)
