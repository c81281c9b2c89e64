"""Tables that every encoding model leaves: scores of voxels, and scores in resamples of the test stimuli."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.errors import DataError
from cortex2image.seeds import seed_for
from cortex2image.study.settings import Study
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.results import ENCODING, ENCODING_RESAMPLES

CEILING = ("noise_ceiling", "noise_ceiling_sd")


def scoring_of(study: Study, subject: str, within_folds: bool) -> Scoring:
    """Return how voxels are scored; all models of a subject share the seed, and so the draws."""
    seed = seed_for(study.seed, "score voxels", subject)
    return Scoring(study.encode.permutations, study.encode.resamples, within_folds, seed)


def seed_of_folds(study: Study, subject: str) -> int:
    """Return the seed of inner folds; all models of a subject share it.

    Folds of their own would give models other penalties, by chance alone: where a band adds nothing, a joint
    model would then differ from the model of the other band more than the test stimuli tell.
    """
    return seed_for(study.seed, "encode", subject)


def write_scores(path: str, voxels: pa.Table, scorer: Scorer, alpha: np.ndarray, **facts: object) -> None:
    """Write encoding/{model}.parquet; normalised scores are null where they are not defined."""
    ceiling, sd = (voxels.column(name).to_numpy().astype(np.float64) for name in CEILING)
    scores = vars(scorer.scores(ceiling, sd))
    columns = {name: pa.array(values, from_pandas=True) for name, values in scores.items()}
    ENCODING.write({"voxel_id": voxels.column("voxel_id"), **columns, "alpha": alpha}, path, **facts)


def write_resamples(path: str, voxels: pa.Table, scorer: Scorer, **facts: object) -> None:
    """Write encoding/{model}-resamples.parquet."""
    r, r2 = map(vectors, scorer.resamples())
    ENCODING_RESAMPLES.write({"voxel_id": voxels.column("voxel_id"), "r": r, "r2": r2}, path, **facts)


@dataclass(frozen=True)
class ModelScores:
    """Scores of an encoding model, (v,), and the same in resamples of the test stimuli, (v, draws)."""

    value: np.ndarray
    resampled: np.ndarray


def read_models(
    encoding: Sequence[str], resamples: Sequence[str], column: str, voxels: np.ndarray
) -> list[ModelScores]:
    """Read one score of several models of a subject.

    Parameters
    ----------
    encoding, resamples : paths of the two tables of each model
    column : "r" or "r2"
    voxels : (v,) array of int
        Identities of the subject's voxels, in the order in which scores are returned.

    Raises
    ------
    DataError
        Tables of other voxels, or with different numbers of resamples.
    """
    found = []
    for scores, draws in zip(encoding, resamples, strict=True):
        table, drawn = ENCODING.read(scores), ENCODING_RESAMPLES.read(draws)
        for path, each in ((scores, table), (draws, drawn)):
            if not np.array_equal(each.column("voxel_id").to_numpy(), voxels):
                fix = "delete the table and run the workflow again"
                raise DataError(path, "the voxels of voxels.parquet, in their order", "other voxels", fix)
        found.append(ModelScores(table.column(column).to_numpy(), matrix(drawn, column)))
    counts = sorted({each.resampled.shape[1] for each in found})
    if len(counts) > 1:
        expected = "one number of resamples in all models"
        raise DataError(str(resamples[0]), expected, f"{counts}", "run the encoding models again")
    return found
