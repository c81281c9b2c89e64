from pathlib import Path

import numpy as np
import pytest
from tests.support.studies import some_study

from cortex2image.errors import DataError
from cortex2image.report.evaluations import stimulus_scores
from cortex2image.tables.folder import StudyFolder
from cortex2image.tables.results import EVALUATION

STIMULI = ["a", "b", "c"]


def write(path: Path, metric: str, values: np.ndarray, **metadata: str) -> None:
    """Write an evaluation of (stimuli, samples) values."""
    data = {
        "stimulus_id": np.repeat(STIMULI, values.shape[1]),
        "sample": np.tile(np.arange(values.shape[1]), len(STIMULI)),
        "metric": [metric] * values.size,
        "value": values.ravel(),
        "as_rival": [None] * values.size,
    }
    EVALUATION.write(data, path, **metadata)


def study():
    return some_study(
        ("subjects", "reconstruct", "decode/rois"),
        subjects=["sub-01"],
        reconstruct={"methods": ["z"]},
        decode={"rois": {"z": ["early"]}},
    )


def test_values_are_means_over_samples_and_all_tables_of_a_method_stand_together(tmp_path: Path) -> None:
    folder = tmp_path / "sub-01" / "evaluation"
    values = np.random.default_rng(0).uniform(size=(3, 4))
    write(folder / "z.parquet", "pixcorr", values, subject="sub-01", method="z")
    write(folder / "brain-z.parquet", "brain_ceiling_V1", values[:, :1], subject="sub-01", method="z")
    write(
        folder / "features-z.parquet", "features_twoway", values[:, :1], subject="sub-01", method="decoded_z"
    )
    found = stimulus_scores(StudyFolder(tmp_path), study())
    assert set(found) == {("sub-01", "z"), ("sub-01", "decoded_z")}
    assert found["sub-01", "z"].index.tolist() == STIMULI
    np.testing.assert_allclose(found["sub-01", "z"]["pixcorr"], values.mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(found["sub-01", "z"]["brain_ceiling_V1"], values[:, 0], rtol=1e-6)


def test_only_declared_tables_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "sub-01" / "evaluation"
    for name in ("z", "brain-z"):
        write(folder / f"{name}.parquet", f"of_{name}", np.ones((3, 1)), subject="sub-01", method="z")
    declared = StudyFolder(tmp_path, [folder / "z.parquet"])
    assert stimulus_scores(declared, study())["sub-01", "z"].columns.tolist() == ["of_z"]
    assert stimulus_scores(StudyFolder(tmp_path, []), study()) == {}


def test_a_table_that_does_not_say_whose_it_is_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "sub-01" / "evaluation" / "z.parquet", "pixcorr", np.ones((3, 1)))
    with pytest.raises(DataError, match="subject and method"):
        stimulus_scores(StudyFolder(tmp_path), study())
