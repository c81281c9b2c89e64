"""Split the stimuli of a study in another way than its data set does.

Reads the stimuli as the data set splits them, and, unless the split is by category, their pictures or
captions. Writes stimuli.parquet with the new split and without the stimuli that are left out. Its metadata
hold the split in words (`split`), the stimuli left out (`left_out`, a JSON list) and numbers (`facts`, JSON):
stimuli on each side and in each cluster, and the mean over test stimuli of the cosine with the nearest
training stimulus (`nearest_training`).
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.features.stimuli import read_stimuli
from cortex2image.features.stimulus_embeddings import caption_embeddings, open_clip, picture_embeddings
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import say
from cortex2image.stats.splits import (
    cluster_labels,
    drawn_at_random,
    nearest_cosine,
    random_test,
    unit_vectors,
)
from cortex2image.study.command import Command
from cortex2image.study.data_settings import Split
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI

READS = ("seed", "dataset/split", "models/set", "models/folder")
COMMAND = Command(__doc__, Study, READS, inputs=("given",), outputs=("stimuli",))

FEWEST = 3
"""Stimuli on each side: of fewer test stimuli no score has an interval."""


@dataclass(frozen=True)
class Stimuli:
    """What is known of n stimuli before they are split.

    Attributes
    ----------
    table : pyarrow.Table
        As the data set has them.
    vectors : (n, d) array or None
        Embeddings of length 1; None for a split that asks for none.
    path : str
        The file of the table.
    """

    table: pa.Table
    vectors: np.ndarray | None
    path: str

    @property
    def names(self) -> list[str]:
        """Return the n ids."""
        names: list[str] = self.table["stimulus_id"].to_pylist()
        return names


def main(argv: Sequence[str] | None = None) -> None:
    """Write stimuli.parquet."""
    args, study = COMMAND.parse(argv)
    split, models = study.dataset.split, model_set(study.models.set, study.models.folder)
    vectors = embedded(args.given, split, models) if split.embeds else None
    stimuli = Stimuli(STIMULI.read(args.given), vectors, args.given)
    labels = labels_of(stimuli, split, study.seed)
    test = tested(stimuli, split, labels, study.seed)
    left_out = taken_out(stimuli, split, test, study.seed)
    train = ~test & ~left_out
    check_sides(split, test, train, args.given)
    facts = facts_of(split, test, train, labels)
    if vectors is not None:
        facts |= {"nearest_training": nearness(vectors, test, train), "model_hash": model_hash(models)}
    write(args.stimuli, stimuli, split, test, left_out, facts)


def write(
    path: str,
    stimuli: Stimuli,
    split: Split,
    test: np.ndarray,
    left_out: np.ndarray,
    facts: dict[str, object],
) -> None:
    """Write stimuli.parquet: the table of the data set with the new split, without stimuli left out."""
    out = sorted(name for name, is_out in zip(stimuli.names, left_out, strict=True) if is_out)
    sides = pa.array(np.where(test, "test", "train").tolist())
    place = stimuli.table.schema.get_field_index("split")
    kept = stimuli.table.set_column(place, "split", sides).filter(pa.array(~left_out))
    said = {"split": split.words, "left_out": json.dumps(out), "facts": json.dumps(facts)}
    known = stimuli.table.schema.metadata or {}
    pictures = {"alike": known.get(b"alike", b"[]"), "pictures": known.get(b"pictures", b"")}
    STIMULI.write(kept, path, **said, **{name: value.decode() for name, value in pictures.items()})


def facts_of(
    split: Split, test: np.ndarray, train: np.ndarray, labels: np.ndarray | None
) -> dict[str, object]:
    """Return the number of stimuli on each side, on neither, and in each cluster; print the sides."""
    sides = {"training": int(train.sum()), "test": int(test.sum()), "left_out": int((~test & ~train).sum())}
    say(f"split {split.words}: " + ", ".join(f"{number} {side}" for side, number in sides.items()))
    if labels is None:
        return dict(sides)
    return {**sides, "sizes": dict(Counter(map(str, labels.tolist())).most_common())}


def embedded(path: str, split: Split, models: ModelSet) -> np.ndarray:
    """Return the embeddings of all stimuli, of length 1.

    Raises
    ------
    DataError
        A stimulus has no picture and is embedded by it.
    ModelSetError
        The model set is incomplete or altered.
    """
    pictured = "the split by image" if split.by == "image" else None
    rows = read_stimuli(path, pictured)
    judge = open_clip(models)
    if split.by == "captions":
        return unit_vectors(caption_embeddings(judge, [row["captions"] for row in rows]))
    return unit_vectors(picture_embeddings(judge, [row["image_path"] for row in rows]))


def labels_of(stimuli: Stimuli, split: Split, study_seed: int) -> np.ndarray | None:
    """Return the cluster or category of each stimulus, (n,); None for a split without clusters.

    Raises
    ------
    DataError
        No stimulus has the category that is to test, or there are too few stimuli to cluster.
    """
    if split.kind != "cluster":
        return None
    if stimuli.vectors is not None:
        return cluster_labels(stimuli.vectors, stimuli.names, split.clusters, study_seed)
    labels = np.array([name or "n/a" for name in stimuli.table["category"].to_pylist()])
    if split.category not in labels:
        found = ", ".join(f"{name} ({count})" for name, count in sorted(Counter(labels.tolist()).items()))
        fix = "name one of these as dataset/split/category"
        raise DataError(stimuli.path, f"stimuli of the category '{split.category}'", found, fix)
    return labels


def tested(stimuli: Stimuli, split: Split, labels: np.ndarray | None, study_seed: int) -> np.ndarray:
    """Return which stimuli test, (n,) bool."""
    if split.kind == "random":
        return random_test(stimuli.names, split.test_share, study_seed)
    if labels is None:
        given: np.ndarray = np.array(stimuli.table["split"].to_pylist()) == "test"
        return given
    held_out: np.ndarray = labels == (split.held_out if split.category is None else split.category)
    return held_out


def taken_out(stimuli: Stimuli, split: Split, test: np.ndarray, study_seed: int) -> np.ndarray:
    """Return which stimuli are on neither side, since they are too near to a test stimulus, (n,) bool."""
    out = np.zeros(len(test), bool)
    if split.tau is None or stimuli.vectors is None or not test.any():
        return out
    out[~test] = nearest_cosine(stimuli.vectors[~test], stimuli.vectors[test]) > split.tau
    if split.leave_out == "random":
        training = [name for name, tests in zip(stimuli.names, test, strict=True) if not tests]
        out[~test] = drawn_at_random(training, int(out.sum()), study_seed)
    return out


def check_sides(split: Split, test: np.ndarray, train: np.ndarray, source: str) -> None:
    """Raise ConfigError unless a fit has stimuli to train on, and scores have stimuli to test with."""
    sides = int(train.sum()), int(test.sum())
    if min(sides) < FEWEST:
        found = f"{sides[0]} training and {sides[1]} test stimuli of {len(test)} ({split.words})"
        fix = "raise tau" if split.tau is not None else "change dataset/split"
        raise ConfigError(f"{source}, dataset/split", f"{FEWEST} stimuli on each side", found, fix)


def nearness(vectors: np.ndarray, test: np.ndarray, train: np.ndarray) -> float:
    """Return the mean over test stimuli of the cosine with the nearest training stimulus; print its range."""
    nearest = nearest_cosine(vectors[test], vectors[train])
    low, middle, high = np.quantile(nearest, [0.1, 0.5, 0.9])
    said = f"median {middle:.3f}, 10 % below {low:.3f}, 10 % above {high:.3f}"
    say(f"cosine of a test stimulus with its nearest training stimulus: {said}")
    return float(nearest.mean())


if __name__ == "__main__":
    run_step(main)
