"""Encoding scores of two subjects and two models."""

from pathlib import Path

import numpy as np
import pytest
from tests.support.studies import as_option
from tests.support.tiny_subject import write_voxels

from cortex2image.errors import ConfigError
from cortex2image.steps.encoding_scores import main
from cortex2image.tables.results import ENCODING, ENCODING_SCORES


def write_encoding(path: Path, r: float) -> str:
    """Write a table of voxels of accuracy `r`, of which only the first 6, region early, are significant."""
    q = np.where(np.arange(15) < 6, 0.01, 0.2)
    same = {name: np.full(15, r) for name in ("r", "r2", "p", "alpha")}
    ENCODING.write(
        {"voxel_id": range(15), **same, "q": q, "ceiling_normalised": [None] + [2 * r] * 10 + [None] * 4},
        path,
    )
    return str(path)


def options(folder: Path) -> list[str]:
    write_voxels(str(folder / "voxels.parquet"))
    tables = [write_encoding(folder / f"{i}.parquet", r) for i, r in enumerate((0.1, 0.2, 0.3, 0.4))]
    settings = as_option(subjects=["sub-01", "sub-02"], encode={"models": ["z", "c"], "fdr": 0.05})
    voxels = ["--voxels", *[str(folder / "voxels.parquet")] * 2]
    return [*settings, *voxels, "--scores", str(folder / "scores.parquet"), "--encoding", *tables]


def test_subjects_models_and_regions_are_joined(tmp_path):
    main(options(tmp_path))
    rows = ENCODING_SCORES.read(tmp_path / "scores.parquet").to_pylist()
    assert len(rows) == 2 * 2 * 4
    whole = {(row["subject"], row["model"]): row["mean_r"] for row in rows if row["roi"] == "all"}
    expected = {("sub-01", "z"): 0.1, ("sub-01", "c"): 0.2, ("sub-02", "z"): 0.3, ("sub-02", "c"): 0.4}
    assert whole == pytest.approx(expected)
    regions = {row["roi"]: row for row in rows if (row["subject"], row["model"]) == ("sub-02", "c")}
    assert {roi: row["voxels"] for roi, row in regions.items()} == {
        "all": 15, "early": 6, "ventral": 5, "unlabelled": 4,
    }  # fmt: skip
    assert regions["early"]["fraction_significant"] == 1
    assert regions["all"]["fraction_significant"] == pytest.approx(0.4)
    assert regions["early"]["mean_r_ceiling_normalised"] == pytest.approx(0.8)
    assert regions["unlabelled"]["mean_r_ceiling_normalised"] is None


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="2 and 4 tables"):
        main(options(tmp_path)[:-1])
    assert not (tmp_path / "scores.parquet").exists()
