"""Join the scores of the encoding models of all subjects.

Reads voxels.parquet of every subject, and encoding/{model}.parquet and encoding/{model}-resamples.parquet of
every subject and model; writes encoding_scores.parquet: the mean accuracy of each region with its interval,
the share of significant voxels and their clusters. With two subjects or more, rows of the subject `all` hold
the means over subjects of each region that at least two of them have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np
import pyarrow as pa

from cortex2image.encoding.pooled_scores import pool_subjects
from cortex2image.encoding.roi_scores import ALL, RoiScores, ScoredVoxels, resampled_means, score_rois
from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.seeds import rng_for
from cortex2image.study.command import Command
from cortex2image.study.encoding_models import encoding_models
from cortex2image.study.settings import Study
from cortex2image.tables.columns import matrix
from cortex2image.tables.grid import grid
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING, ENCODING_RESAMPLES, ENCODING_SCORES

READS = ("seed", "subjects", "encode", "reconstruct/steps", "reconstruct/strength")
COMMAND = Command(__doc__, Study, READS, lists=("voxels", "encoding", "resamples"), outputs=("scores",))


@dataclass(frozen=True)
class Scored:
    """Scores of the regions of one subject and model, and their mean r in each resample of test stimuli."""

    rois: list[RoiScores]
    resampled: Mapping[str, np.ndarray]


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    check_counts(study, args.voxels, args.encoding, args.resamples)
    voxels = dict(zip(study.subjects, args.voxels, strict=True))
    keys = product(study.subjects, model_names(study))
    scored = {
        (subject, model): score(voxels[subject], encoding, resamples, study.encode.fdr)
        for (subject, model), encoding, resamples in zip(keys, args.encoding, args.resamples, strict=True)
    }
    rows = [
        {"subject": subject, "model": model, **asdict(score)}
        for (subject, model), found in scored.items()
        for score in found.rois
    ]
    for model in model_names(study):
        of_subjects = [scored[subject, model] for subject in study.subjects]
        together = pooled(of_subjects, study.seed)
        rows += [{"subject": ALL, "model": model, **asdict(score)} for score in together]
    table = pa.Table.from_pylist(rows, pa.schema([column.field() for column in ENCODING_SCORES.columns]))
    ENCODING_SCORES.write(table, args.scores, fdr=study.encode.fdr)


def model_names(study: Study) -> list[str]:
    """Return the names of the encoding models of a study, in the order of its tables."""
    return [model.name for model in encoding_models(study.encode, study.reconstruct)]


def check_counts(
    study: Study, voxels: Sequence[str], encoding: Sequence[str], resamples: Sequence[str]
) -> None:
    """Raise :class:`ConfigError` unless there is one table per subject, and per subject and model."""
    models = len(study.subjects) * len(model_names(study))
    expected = len(study.subjects), models, models
    found = len(voxels), len(encoding), len(resamples)
    if expected != found:
        raise ConfigError(
            "--voxels, --encoding and --resamples",
            f"{expected[0]}, {expected[1]} and {expected[2]} tables",
            f"{found[0]}, {found[1]} and {found[2]}",
            "name one table per subject, and one per subject and model",
        )


def score(voxels: str, encoding: str, resamples: str, level: float) -> Scored:
    """Return the scores of the regions of one subject and model, given the paths of its tables."""
    found = scored_voxels(voxels, encoding)
    means = resampled_means(found.members, resampled_r(resamples, len(found.r)))
    return Scored(score_rois(found, means, level), means)


def scored_voxels(voxels: str, encoding: str) -> ScoredVoxels:
    """Return the voxels of a subject with the scores of a model."""
    table, scores = VOXELS.read(voxels), ENCODING.read(encoding)
    check_voxels(encoding, scores.num_rows, table.num_rows)
    names = ("r", "q", "q_permutation")
    return ScoredVoxels(
        **{name: scores.column(name).to_numpy().astype(float) for name in names},
        noise_ceiling=averaged_ceiling(table),
        rois=np.array(table.column("roi").to_pylist(), dtype=str),
        indices=np.column_stack([table.column(axis).to_numpy() for axis in "ijk"]),
        shape=grid(table, voxels)[0],
    )


def averaged_ceiling(voxels: pa.Table) -> np.ndarray:
    """Return the noise ceilings for means over voxels, NaN where unknown.

    They are unclipped ones, or where none is known, as of ratios that were released with the betas, clipped
    ones.
    """
    clipped, unclipped = (
        voxels.column(name).to_numpy().astype(float) for name in ("noise_ceiling", "noise_ceiling_unclipped")
    )
    ceilings: np.ndarray = clipped if np.isnan(unclipped).all() else unclipped
    return ceilings


def resampled_r(path: str, voxels: int) -> Iterator[np.ndarray]:
    """Yield r of some voxels at a time in every resample, (voxels, draws)."""
    check_voxels(path, ENCODING_RESAMPLES.read_keys(path).num_rows, voxels)
    for table in ENCODING_RESAMPLES.read_batches(path):
        yield matrix(table, "r")


def check_voxels(path: str, found: int, voxels: int) -> None:
    """Raise :class:`DataError` unless a table has as many rows as the subject has voxels."""
    if found != voxels:
        raise DataError(path, f"{voxels} voxels", f"{found}", "delete the table and run the workflow again")


def pooled(scored: Sequence[Scored], seed: int) -> list[RoiScores]:
    """Return the means over subjects of the regions that at least two of them have."""
    names = dict.fromkeys(score.roi for found in scored for score in found.rois)
    rows = []
    for roi in sorted(names, key=lambda name: (name != ALL, name)):
        scores = [score for found in scored for score in found.rois if score.roi == roi]
        resampled = [found.resampled[roi] for found in scored if roi in found.resampled]
        if len(scores) > 1:
            # The seed does not depend on the model: models are compared in the same draws.
            rows.append(pool_subjects(scores, resampled, rng_for(seed, "pooled encoding scores", roi)))
    return rows


if __name__ == "__main__":
    run_step(main)
