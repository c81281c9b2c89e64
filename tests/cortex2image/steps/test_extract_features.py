import json
import weakref
from pathlib import Path

import numpy as np
import pytest
from tests.support.stimuli import CAPTIONS, write_pictures, write_stimuli
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.features import captions, latents
from cortex2image.features.captions import caption_states
from cortex2image.features.latents import image_latents
from cortex2image.features.reference import reference_features
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.seeds import seed_for
from cortex2image.stats.fingerprints import fingerprint
from cortex2image.steps.extract_features import main
from cortex2image.tables import row_groups
from cortex2image.tables.columns import matrix
from cortex2image.tables.results import FEATURES


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)


@pytest.fixture
def study(tmp_path, images, tiny_model_set, monkeypatch):
    """A working directory with three pictures and stimuli.parquet; the tiny model set is registered."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    monkeypatch.chdir(tmp_path)
    write_pictures(images, Path())
    write_stimuli(["0.png", "1.png", "2.png"], "stimuli.parquet")
    return tmp_path


def extract(space, out=None, batch_size=None, latent="mean", models="tiny", seed=0):
    out = out or f"{space}.parquet"
    settings = as_option(
        models={"set": models, "batch_size": batch_size},
        features={"latent": latent},
        seed=seed,
    )
    main([*f"--space {space} --stimuli stimuli.parquet --features {out}".split(), *settings])
    return FEATURES.read(out)


def test_z_of_every_stimulus(study, images, tiny_diffusion, tiny_model_set):
    table = extract("z", batch_size=2)
    assert table.column("stimulus_id").to_pylist() == ["s0", "s1", "s2"]
    np.testing.assert_allclose(matrix(table, "feature"), image_latents(tiny_diffusion, images), atol=1e-5)
    facts = table.schema.metadata
    assert facts[b"model_set"] == b"tiny"
    assert facts[b"model_hash"].decode() == model_hash(tiny_model_set)
    assert facts[b"precision"] == b"float32"
    assert b"strength" not in facts
    expected = fingerprint(reference_features(latents, tiny_diffusion))
    found = json.loads(facts[b"reference"])
    np.testing.assert_allclose(found["projections"], expected["projections"], atol=1e-4)
    assert found["sd"] == pytest.approx(expected["sd"], abs=1e-4)


def test_a_set_that_lacks_the_part_is_refused_before_it_is_loaded(study, monkeypatch):
    monkeypatch.delattr("cortex2image.steps.extract_features.load_diffusion")
    with pytest.raises(ConfigError, match="the part image_prompt, which the feature space e"):
        extract("e")
    assert not (study / "e.parquet").exists()


def test_a_sample_of_z_follows_from_study_and_stimulus(study, images, tiny_diffusion):
    table = extract("z", latent="sample", seed=3, batch_size=2)
    seeds = [seed_for(3, "latent", stimulus) for stimulus in ("s0", "s1", "s2")]
    expected = image_latents(tiny_diffusion, images, seeds)
    np.testing.assert_allclose(matrix(table, "feature"), expected, atol=1e-5)
    assert (table.schema.metadata[b"latent"], table.schema.metadata[b"seed"]) == (b"sample", b"3")
    other = extract("z", latent="sample", seed=4, out="other.parquet")
    assert not np.allclose(matrix(other, "feature"), expected, atol=1e-2)


def test_c_of_every_stimulus(study, tiny_diffusion):
    expected = caption_states(tiny_diffusion, CAPTIONS[:3])
    np.testing.assert_allclose(matrix(extract("c", batch_size=2), "feature"), expected, atol=1e-5)


def test_features_are_written_while_they_are_made(study, monkeypatch):
    """One batch is dropped before the next is made: of a full-size set all would be gigabytes."""
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 1)
    alive, most = set(), []

    def remembered(stimuli, *others):
        features = extract_batch(stimuli, *others)
        name = stimuli.ids[0]
        alive.add(name)
        weakref.finalize(features, alive.discard, name)
        most.append(len(alive))
        return features

    extract_batch = captions.extract
    monkeypatch.setattr(captions, "extract", remembered)
    extract("c", batch_size=1)
    # The reference picture, then three stimuli.
    assert most == [1, 1, 1, 1]


def test_c_needs_no_pictures(study, tiny_diffusion):
    write_stimuli([None, None, None], "stimuli.parquet")
    expected = caption_states(tiny_diffusion, CAPTIONS[:3])
    np.testing.assert_allclose(matrix(extract("c"), "feature"), expected, atol=1e-5)


def test_stimulus_without_picture(study):
    write_stimuli(["0.png", None, "2.png"], "stimuli.parquet")
    with pytest.raises(DataError, match="first s1"):
        extract("z")
    assert not (study / "z.parquet").exists()


def test_what_the_sampler_passes_is_not_extracted(study):
    with pytest.raises(ConfigError, match="among z, c"):
        extract("zc")


def test_picture_that_is_not_there(study):
    (study / "1.png").unlink()
    with pytest.raises(DataError, match=r"1 missing, first 1\.png"):
        extract("z")
    assert not (study / "z.parquet").exists()


def test_truncated_picture(study):
    (study / "1.png").write_bytes((study / "1.png").read_bytes()[:60])
    with pytest.raises(DataError, match=r"1\.png"):
        extract("z")
    assert not (study / "z.parquet").exists()


def test_unknown_model_set(study):
    with pytest.raises(ConfigError, match="miniature"):
        extract("z", models="unheard-of")
