"""Encoding scores of two subjects and two models."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.support.studies import as_option
from tests.support.tiny_subject import write_voxels

from cortex2image.errors import ConfigError, DataError
from cortex2image.steps.encoding_scores import main
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING, ENCODING_RESAMPLES, ENCODING_SCORES

RESAMPLES = 40


def write_encoding(folder: Path, number: int, r: float) -> None:
    """Write the tables of voxels of accuracy `r`, of which only the first 6, region early, are significant.

    By permutation only the first two are. r is `r` plus -0.2 to 0.2 in the resamples.
    """
    q = np.where(np.arange(15) < 6, 0.01, 0.2)
    known = {
        name: [None] + [2 * r] * 10 + [None] * 4 for name in (c.name for c in ENCODING.columns if c.nullable)
    }
    same = {c.name: np.full(15, r) for c in ENCODING.columns if not c.nullable}
    by_permutation = np.where(np.arange(15) < 2, 0.01, 0.2)
    columns = same | known | {"voxel_id": range(15), "q": q, "q_permutation": by_permutation}
    ENCODING.write(columns, folder / f"{number}.parquet")
    resampled = np.tile(np.linspace(r - 0.2, r + 0.2, RESAMPLES), (15, 1))
    columns = {"voxel_id": range(15), "r": vectors(resampled), "r2": vectors(resampled)}
    ENCODING_RESAMPLES.write(columns, folder / f"{number}-resamples.parquet")


def options(folder: Path, subjects: tuple[str, ...] = ("sub-01", "sub-02")) -> list[str]:
    write_voxels(str(folder / "voxels.parquet"))
    numbers = range(2 * len(subjects))
    for number, r in zip(numbers, (0.1, 0.2, 0.3, 0.4), strict=False):
        write_encoding(folder, number, r)
    settings = as_option(seed=1, subjects=subjects, encode={"models": ["z", "c"], "fdr": 0.05})
    voxels = ["--voxels", *[str(folder / "voxels.parquet")] * len(subjects)]
    resamples = ["--resamples", *(str(folder / f"{number}-resamples.parquet") for number in numbers)]
    encoding = ["--encoding", *(str(folder / f"{number}.parquet") for number in numbers)]
    return [*settings, *voxels, "--scores", str(folder / "scores.parquet"), *resamples, *encoding]


def scores_of(folder: Path, *subjects: str) -> dict[tuple[str, str, str], dict[str, object]]:
    main(options(folder, subjects or ("sub-01", "sub-02")))
    rows = ENCODING_SCORES.read(folder / "scores.parquet").to_pylist()
    return {(row["subject"], row["model"], row["roi"]): row for row in rows}


def test_subjects_models_and_regions_are_joined(tmp_path):
    main(options(tmp_path))
    rows = ENCODING_SCORES.read(tmp_path / "scores.parquet").to_pylist()
    assert len(rows) == 3 * 2 * 4
    whole = {(row["subject"], row["model"]): row["mean_r"] for row in rows if row["roi"] == "all"}
    expected = {("sub-01", "z"): 0.1, ("sub-01", "c"): 0.2, ("sub-02", "z"): 0.3, ("sub-02", "c"): 0.4}
    expected |= {("all", "z"): 0.2, ("all", "c"): 0.3}
    assert whole == pytest.approx(expected)
    regions = {row["roi"]: row for row in rows if (row["subject"], row["model"]) == ("sub-02", "c")}
    assert {roi: row["voxels"] for roi, row in regions.items()} == {
        "all": 15, "early": 6, "ventral": 5, "unlabelled": 4,
    }  # fmt: skip
    assert regions["early"]["fraction_significant"] == 1
    assert regions["all"]["fraction_significant"] == pytest.approx(0.4)
    assert regions["early"]["mean_r_ceiling_normalised"] == pytest.approx(0.4 / np.sqrt(0.9))
    assert regions["all"]["mean_noise_ceiling"] == pytest.approx(0.9 * 10 / 14)
    assert (regions["unlabelled"]["mean_noise_ceiling"], regions["unlabelled"]["voxels"]) == (0, 4)
    assert regions["unlabelled"]["mean_r_ceiling_normalised"] is None


def test_ceilings_that_were_released_serve_where_unclipped_ones_are_unknown(tmp_path):
    given = options(tmp_path)
    voxels = VOXELS.read(tmp_path / "voxels.parquet")
    place = voxels.column_names.index("noise_ceiling_unclipped")
    unknown = voxels.set_column(place, "noise_ceiling_unclipped", pa.nulls(15, pa.float64()))
    VOXELS.write(unknown, tmp_path / "voxels.parquet")
    main(given)
    rows = ENCODING_SCORES.read(tmp_path / "scores.parquet").to_pylist()
    known = [row["mean_noise_ceiling"] for row in rows if row["roi"] == "ventral"]
    assert known == pytest.approx([0.9] * 6)


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="2, 4 and 4 tables"):
        main(options(tmp_path)[:-1])
    assert not (tmp_path / "scores.parquet").exists()


def test_intervals_are_those_of_the_resamples(tmp_path):
    row = scores_of(tmp_path)["sub-02", "z", "early"]
    low, high = np.quantile(np.linspace(0.1, 0.5, RESAMPLES), [0.025, 0.975])
    assert (row["mean_r_low"], row["mean_r_high"]) == pytest.approx((low, high), abs=1e-6)


def test_clusters_are_of_voxels_significant_by_permutation(tmp_path):
    """The first two voxels lie 3 apart along the last axis, of length 3: they touch across no row."""
    row = scores_of(tmp_path)["sub-01", "z", "early"]
    assert row["fraction_significant_permutation"] == pytest.approx(2 / 6)
    assert (row["clusters"], row["largest_cluster"], row["peak_r"]) == (1, 2, pytest.approx(0.1))
    assert (row["peak_i"], row["peak_j"], row["peak_k"]) == (0, 0, 1)


def test_pooled_subjects_have_no_clusters_and_a_wider_interval(tmp_path):
    rows = scores_of(tmp_path)
    pooled, own = rows["all", "z", "early"], rows["sub-01", "z", "early"]
    assert (pooled["subjects"], pooled["voxels"], own["subjects"]) == (2, 12, 1)
    assert pooled["clusters"] is None
    assert pooled["mean_r_high"] - pooled["mean_r_low"] > own["mean_r_high"] - own["mean_r_low"]


def test_one_subject_is_not_pooled(tmp_path):
    assert {subject for subject, _, _ in scores_of(tmp_path, "sub-01")} == {"sub-01"}


def test_resamples_of_other_voxels_are_refused(tmp_path):
    given = options(tmp_path)
    few = {"voxel_id": [0], "r": vectors(np.zeros((1, 40))), "r2": vectors(np.zeros((1, 40)))}
    ENCODING_RESAMPLES.write(few, tmp_path / "0-resamples.parquet")
    with pytest.raises(DataError, match=r"0-resamples\.parquet"):
        main(given)
    assert not (tmp_path / "scores.parquet").exists()
