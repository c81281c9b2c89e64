"""Join the encoding models of all subjects.

Reads voxels.parquet of every subject and encoding/{model}.parquet of every subject and model; writes
encoding_scores.parquet: the mean accuracy and the share of significant voxels of each region.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from itertools import product

import numpy as np
import pyarrow as pa

from cortex2image.encoding.roi_scores import score_rois
from cortex2image.errors import ConfigError, run_step
from cortex2image.tables.contracts import ENCODING, ENCODING_SCORES, VOXELS


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", required=True, nargs="+")
    parser.add_argument("--models", required=True, nargs="+")
    parser.add_argument("--voxels", required=True, nargs="+", help="voxels.parquet of each subject")
    parser.add_argument(
        "--encoding", required=True, nargs="+", help="tables of the first subject's models, then the second's"
    )
    parser.add_argument("--fdr", required=True, type=float, help="q below which a voxel is significant")
    parser.add_argument("--scores", required=True, help="where encoding_scores.parquet is written")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    check_counts(args)
    voxels = dict(zip(args.subjects, args.voxels, strict=True))
    rows = [
        {"subject": subject, "model": model, **score}
        for (subject, model), encoding in zip(product(args.subjects, args.models), args.encoding, strict=True)
        for score in roi_rows(voxels[subject], encoding, args.fdr)
    ]
    table = pa.Table.from_pylist(rows, pa.schema([column.field() for column in ENCODING_SCORES.columns]))
    ENCODING_SCORES.write(table, args.scores, fdr=args.fdr)


def check_counts(args: argparse.Namespace) -> None:
    """Raise :class:`ConfigError` unless there is one table per subject, and per subject and model."""
    expected = len(args.subjects), len(args.subjects) * len(args.models)
    found = len(args.voxels), len(args.encoding)
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
