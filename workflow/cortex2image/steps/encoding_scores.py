"""Join the scores of the encoding models of all subjects.

Reads voxels.parquet of every subject and encoding/{model}.parquet of every subject and model; writes
encoding_scores.parquet: the mean accuracy and the share of significant voxels of each region.
"""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import product

import numpy as np
import pyarrow as pa

from cortex2image.encoding.roi_scores import score_rois
from cortex2image.errors import ConfigError, run_step
from cortex2image.study.command import Command
from cortex2image.study.encoding_models import encoding_models
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING, ENCODING_SCORES

READS = ("subjects", "encode", "reconstruct/steps", "reconstruct/strength")
COMMAND = Command(__doc__, Study, READS, lists=("voxels", "encoding"), outputs=("scores",))


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    check_counts(study, args.voxels, args.encoding)
    voxels = dict(zip(study.subjects, args.voxels, strict=True))
    rows = [
        {"subject": subject, "model": model, **score}
        for (subject, model), encoding in zip(
            product(study.subjects, model_names(study)), args.encoding, strict=True
        )
        for score in roi_rows(voxels[subject], encoding, study.encode.fdr)
    ]
    table = pa.Table.from_pylist(rows, pa.schema([column.field() for column in ENCODING_SCORES.columns]))
    ENCODING_SCORES.write(table, args.scores, fdr=study.encode.fdr)


def model_names(study: Study) -> list[str]:
    """Return the names of the encoding models of a study, in the order of its tables."""
    return [model.name for model in encoding_models(study.encode, study.reconstruct)]


def check_counts(study: Study, voxels: Sequence[str], encoding: Sequence[str]) -> None:
    """Raise :class:`ConfigError` unless there is one table per subject, and per subject and model."""
    expected = len(study.subjects), len(study.subjects) * len(model_names(study))
    found = len(voxels), len(encoding)
    if expected != found:
        raise ConfigError(
            "--voxels and --encoding",
            f"{expected[0]} and {expected[1]} tables",
            f"{found[0]} and {found[1]}",
            "name one table per subject, and one per subject and model",
        )


def roi_rows(voxels: str, encoding: str, level: float) -> list[dict[str, object]]:
    """Return the scores of the regions of one subject and model as rows of the table."""
    labels = np.array(VOXELS.read(voxels).column("roi").to_pylist(), dtype=str)
    scores = ENCODING.read(encoding)
    r, normalised, q = (scores.column(name).to_numpy() for name in ("r", "ceiling_normalised", "q"))
    return [asdict(score) for score in score_rois(labels, r, normalised.astype(float), q, level)]


if __name__ == "__main__":
    run_step(main)
