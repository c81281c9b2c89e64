"""Take the fingerprint of every feature space and of every layer of the judges.

Reads features/{space}.parquet, and features/judged where the study knows which pictures were seen.
Computes mean, spread and a few projections of the features of the first stimuli, of all of them, and of a
picture that is the same everywhere.
Writes fingerprints.parquet.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from cortex2image.errors import DataError, run_step
from cortex2image.metrics.stimulus_features import StimulusFeatures, open_stimulus_features
from cortex2image.stats.fingerprints import Fingerprint, Together, fingerprint
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.fingerprints import ALL, FINGERPRINTS, REFERENCE
from cortex2image.tables.results import FEATURES

COMMAND = Command(__doc__, Study, lists=("features",), optional_lists=("judged",), outputs=("fingerprints",))
FIRST = 3
"""Stimuli whose fingerprints are taken one by one: the first by id."""
AT_ONCE = 64
SAID_APART = {"contract", "contract_version", "space", "model_set", "model_hash", "reference"}
"""Entries of the metadata of features that are columns, or say nothing on what the features are."""
Row = dict[str, Any]


def of_features(path: str) -> Iterator[Row]:
    """Yield the rows of a table of features.

    Raises
    ------
    DataError
        Its metadata do not say what the features are.
    """
    schema, ids = FEATURES.read_schema(path), FEATURES.read_keys(path)["stimulus_id"].to_pylist()
    facts = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    if lacks := sorted({"space", "model_set", "model_hash"} - set(facts)):
        fix = "delete the table and run the workflow again"
        raise DataError(path, "what the features are, in the metadata", f"no {', '.join(lacks)}", fix)
    batches = (matrix(table, "feature") for table in FEATURES.read_batches(path))
    same = {
        "space": facts["space"],
        "width": schema.field("feature").type.list_size,
        "model_set": facts["model_set"],
        "weights": facts["model_hash"],
        "made_with": as_text({key: value for key, value in facts.items() if key not in SAID_APART}),
    }
    reference = json.loads(facts["reference"]) if "reference" in facts else None
    return rows_of(same, ids, batches, reference)


def of_judges(stored: StimulusFeatures) -> Iterator[Row]:
    """Yield the rows of all layers of all judges."""
    for judge, entry in stored.judges.items():
        made_with = {key: value for key, value in entry["facts"].items() if key != "weights"}
        for layer, width in entry["layers"].items():
            same = {
                "space": f"{judge}: {layer}",
                "width": width,
                "model_set": stored.model_set,
                "weights": entry["facts"]["weights"],
                "made_with": as_text(made_with | {"picture_size": stored.size}),
            }
            batches = stored.rows(judge, layer).batches(AT_ONCE)
            yield from rows_of(same, list(stored.digests), batches, entry["reference"][layer])


def rows_of(
    same: Row, ids: Sequence[str], batches: Iterable[np.ndarray], reference: Fingerprint | None
) -> Iterator[Row]:
    """Yield the rows of one space, which share the columns `same`, from its features in batches."""
    first, everything = set(sorted(ids)[:FIRST]), Together()
    for batch in batches:
        stimuli = ids[everything.rows : everything.rows + len(batch)]
        for stimulus, features in zip(stimuli, batch, strict=True):
            if stimulus in first:
                yield same | fingerprint(features) | {"picture": stimulus, "stimuli": 1}
        everything.add(batch)
    yield same | everything.fingerprint | {"picture": ALL, "stimuli": everything.rows}
    if reference is not None:
        yield same | reference | {"picture": REFERENCE, "stimuli": 1}


def as_text(facts: Mapping[str, object]) -> str:
    """Return facts as JSON, the same text for the same facts."""
    return json.dumps(facts, sort_keys=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step."""
    args, _ = COMMAND.parse(argv)
    rows = [row for path in args.features for row in of_features(path)]
    rows += [row for folder in args.judged for row in of_judges(open_stimulus_features(folder))]
    projections = vectors(np.array([row.pop("projections") for row in rows]))
    table = pa.Table.from_pylist(rows).append_column("projections", projections)
    FINGERPRINTS.write(table, args.fingerprints)


if __name__ == "__main__":
    run_step(main)
