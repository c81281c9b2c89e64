"""The step of joint models on a tiny subject with two feature spaces."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.support.joint_subject import (
    SCORING,
    encode_alone,
    encode_together,
    options_of,
    stack,
    write_joint_subject,
    write_layers,
)

from cortex2image.errors import ConfigError, ContractError, DataError
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.steps import encode_jointly
from cortex2image.tables.results import ENCODING, ENCODING_RESAMPLES, UNIQUE

pytestmark = pytest.mark.filterwarnings("ignore:ridge")


def of_band(table: pa.Table, band: str) -> dict[str, np.ndarray]:
    rows = np.array(table.column("band").to_pylist()) == band
    return {name: np.array(table.column(name).to_pylist())[rows] for name in table.column_names}


@pytest.mark.parametrize("folds", [0, 8])
def test_what_only_one_space_explains_is_found(tmp_path, folds):
    """Voxels 0 to 3 respond to z, 4 to 7 to zc, 8 to 11 to both, and the last ones to nothing."""
    paths = write_joint_subject(tmp_path, folds)
    unique = UNIQUE.read(encode_together(tmp_path, paths)["unique"])
    z, zc = of_band(unique, "z"), of_band(unique, "zc")
    np.testing.assert_array_equal(z["voxel_id"], np.arange(15))
    assert z["unique_r2"][:4].min() > 0.25
    assert zc["unique_r2"][4:8].min() > 0.25
    assert np.abs(z["unique_r2"][4:8]).max() < 0.12
    assert np.abs(zc["unique_r2"][:4]).max() < 0.12
    assert z["p"][:4].max() <= 1 / 41 + 1e-9
    assert (z["unique_r2_low"][8:12] > 0).all()
    np.testing.assert_allclose(z["share"] + zc["share"], 1)


def test_unique_variance_is_the_difference_of_the_tables(tmp_path):
    paths = write_joint_subject(tmp_path)
    made = encode_together(tmp_path, paths)
    joint, unique = ENCODING.read(made["encoding"]), UNIQUE.read(made["unique"])
    other = ENCODING.read(str(tmp_path / "zc.parquet"))
    expected = joint.column("r2").to_numpy() - other.column("r2").to_numpy()
    np.testing.assert_allclose(of_band(unique, "z")["unique_r2"], expected)
    assert ENCODING_RESAMPLES.read(made["resamples"]).num_rows == 15


def test_tables_of_other_voxels_are_refused(tmp_path):
    paths = write_joint_subject(tmp_path)
    options = options_of(paths, "z+zc", encode_alone(tmp_path, paths), tmp_path)
    scores = str(tmp_path / "zc.parquet")
    ENCODING.write(ENCODING.read(scores).slice(1), scores, model="zc")
    with pytest.raises(DataError, match="in their order"):
        encode_jointly.main(options)
    assert not (tmp_path / "unique.parquet").exists()


def test_a_model_of_one_space_is_refused(tmp_path):
    paths = write_joint_subject(tmp_path)
    options = options_of(paths, "z+zc", encode_alone(tmp_path, paths), tmp_path)
    options[options.index("z+zc")] = "z"
    with pytest.raises(ConfigError, match="two feature spaces"):
        encode_jointly.main(options)


def test_models_with_other_numbers_of_resamples_are_refused(tmp_path):
    paths = write_joint_subject(tmp_path)
    alone = encode_alone(tmp_path, paths)
    encode_alone(tmp_path, paths, spaces=["z"], scoring=SCORING | {"resamples": 50})
    with pytest.raises(DataError, match="one number of resamples"):
        encode_jointly.main(options_of(paths, "z+zc", alone, tmp_path))


def test_nothing_is_left_by_a_step_that_fails(tmp_path: Path):
    paths = write_joint_subject(tmp_path)
    content = Path(paths["betas"]).read_bytes()
    alone = encode_alone(tmp_path, paths)
    Path(paths["betas"]).write_bytes(content[: len(content) // 2])
    with pytest.raises(ContractError, match=r"betas\.parquet"):
        encode_jointly.main(options_of(paths, "z+zc", alone, tmp_path))
    assert not list(tmp_path.glob("*unique*"))


def test_all_models_of_a_subject_share_their_inner_folds(tmp_path, monkeypatch):
    """Other folds choose other penalties, and models would differ where a space adds nothing."""
    paths, seeds, of = write_joint_subject(tmp_path), [], RidgeSettings.of

    def seen(*given: object, **named: object) -> RidgeSettings:
        settings = of(*given, **named)
        seeds.append(settings.seed)
        return settings

    monkeypatch.setattr(RidgeSettings, "of", seen)
    encode_together(tmp_path, paths)
    stack(tmp_path, paths, write_layers(tmp_path, paths))
    assert len(seeds) == 4
    assert len(set(seeds)) == 1
