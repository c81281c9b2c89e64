"""Score the reconstructions of one subject and method against the pictures that were seen.

Reads stimuli.parquet, the trials of all subjects of the study, {subject}/reconstructions/{method}.parquet,
their pictures, the features of the stimuli in features/judged, and the networks that these metrics take.
Computes the metrics of `evaluate/metrics` of each picture, and of each caption where captions were decoded,
and the permutation null of each metric's mean.
Writes {subject}/evaluation/{method}.parquet and {subject}/evaluation/{method}-nulls.parquet.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from cortex2image.errors import DataError, run_step
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.captions import decoded_captions, score_captions
from cortex2image.metrics.choice import chosen_metrics, layers_read, serving
from cortex2image.metrics.chosen_rules import StimulusSet, open_rules, stated_groups
from cortex2image.metrics.judged import open_distances, open_judges
from cortex2image.metrics.originals import original_paths
from cortex2image.metrics.pictures import Grid, picture_grid, read_originals, read_pictures
from cortex2image.metrics.reconstruction import score_reconstructions
from cortex2image.metrics.registry import METRICS
from cortex2image.metrics.scored import evaluation_columns, null_columns
from cortex2image.metrics.stimulus_features import features_of, open_stimulus_features
from cortex2image.metrics.versions import judge_facts, version_facts
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import track
from cortex2image.stats.permutation import sets_seen
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS

READS = ("models/set", "models/folder", "evaluate/metrics", "evaluate/permutations", "seed")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "method"),
    inputs=("stimuli", "reconstructions", "judged"),
    lists=("trials",),
    outputs=("evaluation", "nulls"),
)


def check_size(grid: Grid, models: ModelSet) -> None:
    """Raise DataError unless one reconstruction of each sample has the size that the model set makes."""
    side = read_pictures(grid.paths[0]).shape[1]
    if side != models.image_size:
        expected = f"{models.image_size} x {models.image_size} px, as model set {models.name} makes them"
        fix = "delete the pictures of this method and run the workflow again"
        raise DataError(grid.paths[0][0], expected, f"{side} x {side} px", fix)


def stimulus_captions(stimuli: Sequence[str], table: str) -> list[list[str]]:
    """Return the captions of each stimulus; all are in the table."""
    rows = STIMULI.read(table).to_pydict()
    known = dict(zip(rows["stimulus_id"], rows["captions"], strict=True))
    return [known[stimulus] for stimulus in stimuli]


def held_out(trials: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the test stimuli of a subject's trials; of a cross-validated study, all stimuli."""
    by_trial = zip(trials["stimulus_id"], trials["split"], strict=True)
    return {stimulus for stimulus, split in by_trial if split == "test"} or set(trials["stimulus_id"])


def stimulus_set(
    study: Study, subject: str, stimuli: Sequence[str], table: str, trials: Sequence[str]
) -> StimulusSet:
    """Return the test stimuli, and how they are permuted: within sets that the same subjects saw.

    In a cross-validated study they are permuted within the subject's folds, too: a decoder that was fitted
    without the stimuli of a fold is drawn away from all of them, whatever it knows.

    Parameters
    ----------
    study : Study
    subject : str
    stimuli : n ids
    table : path of stimuli.parquet
    trials : paths of the trials of every subject
    """
    tables = [TRIALS.read(path) for path in trials]
    shown = [of_subject.to_pydict() for of_subject in tables]
    sets = sets_seen(stimuli, [of_subject["stimulus_id"] for of_subject in shown])
    folds = folds_of(subject, tables)
    if folds:
        of_stimuli = [folds[stimulus] for stimulus in stimuli]
        sets = np.unique(np.stack([sets, of_stimuli]), axis=1, return_inverse=True)[1].ravel()
    return StimulusSet(
        stimuli,
        sets,
        stated_groups(STIMULI.read(table).to_pydict(), stimuli),
        study.seed,
        study.evaluate.permutations,
        every=all(held_out(of_subject) == set(stimuli) for of_subject in shown)
        and (len(shown) == 1 or not folds),
    )


def folds_of(subject: str, tables: Sequence[pa.Table]) -> dict[str, int]:
    """Return the fold of each stimulus of a subject; of a study that is split once, nothing.

    Parameters
    ----------
    subject : str
    tables : trials of every subject, whose metadata name them
    """
    folds: dict[str, int] = {}
    for table in tables:
        if (table.schema.metadata or {}).get(b"subject", b"").decode() == subject:
            pairs = zip(table["stimulus_id"].to_pylist(), table["fold"].to_pylist(), strict=True)
            folds |= {stimulus: fold for stimulus, fold in pairs if fold is not None}
    return folds


def main(
    argv: Sequence[str] | None = None,
    judges: Callable[[ModelSet, str], list[Judge]] = open_judges,
    distances: Callable[[ModelSet, str], list[Distance]] = open_distances,
) -> None:
    """Run the step; `judges` and `distances` open these networks of a model set on a device."""
    args, study = COMMAND.parse(argv)
    models = model_set(study.models.set, study.models.folder)
    rows = RECONSTRUCTIONS.read(args.reconstructions).to_pydict()
    grid = picture_grid(rows["stimulus_id"], rows["sample"], rows["image_path"], args.reconstructions)
    check_size(grid, models)
    chosen = chosen_metrics(study.evaluate.metrics, models)
    networks, layers = serving(models, chosen), layers_read(models, chosen)
    originals = read_originals(original_paths(grid.stimuli, args.stimuli), models.image_size)
    judged = open_stimulus_features(args.judged)
    stimuli = stimulus_set(study, args.subject, grid.stimuli, args.stimuli, args.trials)
    panel = judges(networks, "auto")
    scored = score_reconstructions(
        originals,
        (grid.sample(n) for n in track(grid.samples, f"evaluate {args.subject} {args.method}: samples")),
        panel,
        stimuli.order(),
        open_rules(chosen, stimuli),
        [distance for distance in distances(networks, "auto") if distance.name in chosen],
        seen=features_of(judged, grid.stimuli, originals, layers, lambda judge: judge_facts(models, judge)),
        order_of_pairs=stimuli.order_of_pairs(),
        pixels=[name for name in chosen if METRICS[name].kind == "pixels"],
    )
    decoded = decoded_captions(rows, grid, args.reconstructions)
    if decoded:
        captions = stimulus_captions(grid.stimuli, args.stimuli)
        of_captions = score_captions(panel, captions, decoded, stimuli.order(), chosen)
        scored |= {name: one for name, one in of_captions.items() if name in chosen}
    if not scored:
        fix = "choose others in evaluate/metrics; the lines above say what these need"
        raise DataError(args.stimuli, f"stimuli that allow one of {', '.join(chosen)}", "none", fix)
    facts = {"subject": args.subject, "method": args.method, "model_set": models.name}
    facts |= version_facts(scored, models, models.image_size)
    NULLS.write(null_columns(scored), args.nulls, **facts)
    EVALUATION.write(evaluation_columns(scored, grid.stimuli, grid.samples), args.evaluation, **facts)


if __name__ == "__main__":
    run_step(main)
