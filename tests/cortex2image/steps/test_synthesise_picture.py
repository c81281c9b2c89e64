"""A synthesised picture for a region of a tiny subject."""

import numpy as np
import pytest
from PIL import Image
from tests.support.studies import as_option
from tests.support.tiny_regions import Z_WIDTH, write_tiny_regions

from cortex2image.errors import DataError
from cortex2image.features.latents import image_latents
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.steps.synthesise_picture import main
from cortex2image.tables.columns import matrix
from cortex2image.tables.regions import REGION_ENCODER, SYNTHESIS
from cortex2image.tables.results import FEATURES


@pytest.fixture
def weights(rng):
    return rng.standard_normal(Z_WIDTH)


@pytest.fixture
def synthesise(tmp_path, tiny_model_set, weights, monkeypatch):
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)

    def run(weights=weights):
        paths = write_tiny_regions(tmp_path)
        encoder = tmp_path / "encoder.parquet"
        REGION_ENCODER.write(
            {"unit": range(len(weights)), "weight": weights}, encoder, intercept=0.5, alpha=10.0
        )
        main(
            [
                *("--subject", "sub-01", "--region", "early", "--trials", paths["trials"]),
                *("--features", paths["z"], "--encoder", str(encoder)),
                *("--images", str(tmp_path / "way"), "--synthesis", str(tmp_path / "synthesis.parquet")),
                *as_option(seed=3, models={"set": "tiny"}, prefer={"iterations": 8}),
            ]
        )
        return SYNTHESIS.read(tmp_path / "synthesis.parquet"), paths

    return run


def test_what_is_reported_is_true_of_the_saved_picture(tmp_path, synthesise, weights, tiny_diffusion):
    table, paths = synthesise()
    assert table.column("iteration").to_pylist() == list(range(9))
    files = sorted(path.name for path in (tmp_path / "way").iterdir())
    assert files == [f"{number:05d}.png" for number in (0, 2, 4, 6, 8)]
    z = image_latents(tiny_diffusion, np.asarray(Image.open(tmp_path / "way" / files[-1]))[None])
    assert float(table.schema.metadata[b"final"]) == pytest.approx(float((z @ weights)[0] + 0.5), abs=1e-4)
    seen = matrix(FEATURES.read(paths["z"]), "feature") @ weights + 0.5
    assert float(table.schema.metadata[b"best_seen"]) == pytest.approx(seen.max(), abs=1e-4)


def test_weights_of_other_features_are_refused(tmp_path, synthesise):
    with pytest.raises(DataError, match="64 weights"):
        synthesise(np.ones(5))
    assert not (tmp_path / "way").exists()
