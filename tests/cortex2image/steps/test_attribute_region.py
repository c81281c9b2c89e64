"""Reconstructions of a tiny subject without a region."""

import numpy as np
import pytest
from PIL import Image
from tests.support.sampling import sampling
from tests.support.studies import as_option
from tests.support.tiny_regions import C_WIDTH, DRAWING, Z_WIDTH

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import ConfigError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.pictures import pictures
from cortex2image.reconstruction.rows import picture_file, plan
from cortex2image.steps.attribute_region import main
from cortex2image.study.methods import METHODS
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.regions import ATTRIBUTION, LESIONED
from cortex2image.tables.results import DECODED

STIMULI = ["scene-1", "scene-2", "scene-3"]
KINDS = [
    ("", "nothing"),
    ("early", "region"),
    ("early", "random"),
    ("unread", "region"),
    ("unread", "random"),
]


@pytest.fixture
def lesioned(tmp_path, tiny_model_set, rng, monkeypatch):
    """Decoded z and c; "early" changes z alone, "unread" nothing, and random voxels change both."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    for space, width in (("z", Z_WIDTH), ("c", C_WIDTH)):
        intact = rng.standard_normal((3, width)).astype(np.float32)
        other = intact + rng.standard_normal((3, width)).astype(np.float32)
        features = [intact, other if space == "z" else intact, other, intact, other]
        LESIONED.write(
            {
                "region": [region for region, _ in KINDS for _ in STIMULI],
                "removed": [removed for _, removed in KINDS for _ in STIMULI],
                "stimulus_id": STIMULI * len(KINDS),
                "feature": vectors(np.concatenate(features)),
            },
            tmp_path / f"{space}.parquet",
            space=space,
        )
        DECODED.write({"stimulus_id": STIMULI, "feature": vectors(intact)}, tmp_path / f"d-{space}.parquet")
    return tmp_path


SETTINGS = {"seed": 7, "models": {"set": "tiny"}, "reconstruct": DRAWING}


def attribute(folder, region="early", spaces=("z", "c"), samples=2):
    main(
        [
            *("--region", region, "--lesioned", *(str(folder / f"{space}.parquet") for space in spaces)),
            *("--images", str(folder / "pictures"), "--attribution", str(folder / "table.parquet")),
            *as_option(**SETTINGS, attribute={"samples": samples}),
        ]
    )
    return ATTRIBUTION.read(folder / "table.parquet")


def test_every_step_of_every_picture_is_measured(lesioned):
    table = attribute(lesioned).to_pandas()
    assert len(table) == 2 * 3 * 2 * 4
    region = table[table["removed"] == "region"]
    assert (region["change"] > 1e-3).all()
    assert (region["cosine"] < 1).all()
    assert (region["c_change"] == 0).all()
    assert (table["z_change"] > 0.1).all()
    assert (table[table["removed"] == "random"]["c_change"] > 0.1).all()
    timesteps = table.groupby("step")["timestep"].unique()
    assert all(len(values) == 1 for values in timesteps)
    assert list(timesteps.index) == [0, 1, 2, 3]
    assert all(np.diff([values[0] for values in timesteps]) < 0)


def test_a_region_that_no_decoder_reads_changes_exactly_nothing(lesioned):
    table = attribute(lesioned, "unread").to_pandas()
    region = table[table["removed"] == "region"]
    assert len(region) == 24
    assert (region[["change", "z_change", "c_change"]] == 0).all(axis=None)
    assert (table[table["removed"] == "random"]["change"] > 1e-3).all()


def test_full_pictures_are_those_of_the_method(lesioned, tiny_diffusion):
    attribute(lesioned)
    rows = plan(STIMULI, 2, 7, shared_noise=False)
    decoded = {space: matrix(DECODED.read(lesioned / f"d-{space}.parquet"), "feature") for space in "zc"}
    features = {space: values[[row.stimulus for row in rows]] for space, values in decoded.items()}
    denoiser = Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0))
    expected = pictures(METHODS["zc"], denoiser, features, [row.seed for row in rows])
    for row, picture in zip(rows, expected, strict=True):
        file = lesioned / "pictures" / picture_file(STIMULI[row.stimulus], row.sample, "nothing")
        np.testing.assert_allclose(np.asarray(Image.open(file)).astype(int), picture, atol=1)
    assert len(list((lesioned / "pictures").iterdir())) == 3 * len(rows)


def test_without_z_pictures_start_from_noise(lesioned):
    table = attribute(lesioned, spaces=("c",))
    assert table.schema.metadata[b"method"] == b"c"
    assert set(table.column("step").to_pylist()) == set(range(5))
    assert table.column("z_change").null_count == table.num_rows


def test_without_c_nothing_is_denoised(lesioned):
    with pytest.raises(ConfigError, match="regions for c"):
        attribute(lesioned, spaces=("z",))


def test_a_region_that_was_not_removed_gives_no_output(lesioned):
    with pytest.raises(ConfigError, match=r"(?s)--region.*found: +lateral"):
        attribute(lesioned, "lateral")
    assert not (lesioned / "pictures").exists()
