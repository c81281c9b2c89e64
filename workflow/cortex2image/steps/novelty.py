"""Find the training stimulus that is nearest to each test stimulus of every subject.

Reads stimuli.parquet and its pictures, the trials of all subjects, features/{space}.parquet of every decoded
space, and the CLIP judge of the model set. Compares pictures by embedding, perceptual hash and pixels, and
stimuli by features. Warns of pictures that are on both sides of the split. Writes novelty.parquet.
"""

import json
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from cortex2image.errors import ConfigError, run_step
from cortex2image.features.stimuli import read_stimuli
from cortex2image.judges.judge import Judge
from cortex2image.judges.open import load_judges
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.novelty.looks import Looks, look_at
from cortex2image.novelty.nearest_training import Nearest, Pairs, by_features, by_looks, ranks
from cortex2image.novelty.split import Features, Split
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.progress import say
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.feature_rows import read_features
from cortex2image.tables.novelty import NOVELTY
from cortex2image.tables.recordings import TRIALS

READS = ("models/set", "models/folder", "subjects")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    # The decoded spaces. Names alone: where they are decoded from changes no picture.
    words=("spaces",),
    inputs=("stimuli",),
    # A table of each subject in the order of the config, and of each space.
    lists=("trials", "features"),
    outputs=("novelty",),
)


def open_judge(models: ModelSet) -> Judge | None:
    """Load the first CLIP among the judges of a model set; None if it has none.

    Raises
    ------
    ModelSetError
        The set is incomplete or altered.
    """
    names = [spec.name for spec in models.judges if spec.kind == "clip"]
    return load_judges(models, names[:1])[0] if names else None


def splits_of(path: str) -> list[Split]:
    """Return the splits of a subject's stimuli: one, or one for each fold."""
    trials = Trials.from_columns(TRIALS.read(path).to_pydict(), path)
    return [Split.of(trials.stimulus[p.train], trials.stimulus[p.test]) for p in partitions(trials)]


def compare(
    splits: Sequence[Split], looks: Looks, paths: Sequence[str], spaces: Sequence[str]
) -> dict[Split, tuple[list[Nearest], Pairs]]:
    """Return the nearest training stimuli by every measure, and duplicates, of each split.

    Features of one split and space are in memory at a time. Subjects who saw the same are compared once.
    """
    found = {}
    for number, split in enumerate(dict.fromkeys(splits), 1):
        say(f"nearest of {len(split.train)} training stimuli, split {number} of {len(set(splits))}")
        nearest, pairs = by_looks(looks, split)
        stimuli = [*split.train, *split.test]
        for space, path in zip(spaces, paths, strict=True):
            features = Features(stimuli, read_features(path, stimuli))
            nearest.append(by_features(features, space, split, pairs))
            del features
        found[split] = nearest, pairs
    return found


def rows_of(subject: str, nearest: Sequence[Nearest]) -> Iterator[dict[str, object]]:
    """Yield the rows of novelty.parquet of a subject; each measure occurs once for every fold."""
    for measure in dict.fromkeys(each.measure for each in nearest):
        parts = [each for each in nearest if each.measure == measure]
        rows = [row for part in parts for row in _rows(part)]
        rows.sort(key=lambda row: str(row["stimulus_id"]))
        places = ranks(np.array([row["similarity"] for row in rows]))
        for row, place in zip(rows, places, strict=True):
            yield {"subject": subject, "measure": measure, "rank": int(place), **row}


def _rows(part: Nearest) -> list[dict[str, object]]:
    columns = part.test, part.train, part.similarity.tolist(), part.duplicate.tolist()
    names = ("stimulus_id", "nearest_train", "similarity", "duplicate")
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def warnings_of(subject: str, pairs: Pairs) -> list[str]:
    """Return a line on test pictures of a subject that are among its training pictures, if any."""
    tests = sorted({test for test, _ in pairs})
    if not tests:
        return []
    test, train = min(pairs)
    many = "pictures are training pictures" if len(tests) > 1 else "picture is a training picture"
    return [f"{subject}: {len(tests)} test {many} too, first {test}, the same as {train}"]


def main(argv: Sequence[str] | None = None, judge: Callable[[ModelSet], Judge | None] = open_judge) -> None:
    """Run the step; `judge` opens the network that gives the embeddings."""
    args, study = COMMAND.parse(argv)
    spaces = args.spaces
    for option, wanted in (("trials", study.subjects), ("features", spaces)):
        given = len(getattr(args, option))
        if given != len(wanted):
            expected, fix = f"a table of each of {', '.join(wanted)}", "name one of each, in this order"
            raise ConfigError(f"--{option}", expected, f"{given} tables", fix)
    splits = {subject: splits_of(path) for subject, path in zip(study.subjects, args.trials, strict=True)}
    every = [split for of_subject in splits.values() for split in of_subject]
    shown = {name for split in every for name in (*split.train, *split.test)}
    pictures = {row["stimulus_id"]: row["image_path"] for row in read_stimuli(args.stimuli, "novelty")}
    models = model_set(study.models.set, study.models.folder)
    paths = {name: pictures[name] for name in sorted(shown)}
    found = compare(every, look_at(paths, judge(models), models.image_size), args.features, spaces)
    rows: list[dict[str, object]] = []
    problems: list[str] = []
    for subject, own in splits.items():
        rows += rows_of(subject, [nearest for split in own for nearest in found[split][0]])
        problems += warnings_of(subject, {pair for split in own for pair in found[split][1]})
    for problem in problems:
        say(f"warning: {problem}")
    facts = {"model_set": models.name, "model_hash": model_hash(models), "duplicates": json.dumps(problems)}
    NOVELTY.write(pa.Table.from_pylist(rows), args.novelty, **facts)


if __name__ == "__main__":
    run_step(main)
