import weakref

import numpy as np
import pytest
from PIL import Image
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.features import captions
from cortex2image.features.captions import caption_states
from cortex2image.features.latents import image_latents
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.seeds import seed_for
from cortex2image.steps.extract_features import main
from cortex2image.tables import row_groups
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import FEATURES

CAPTIONS = [["a b", "c"], ["d"], ["e", "f", "g"]]
DRAWN = {"steps": 5, "strength": 0.8, "guidance_scale": 2}


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)


@pytest.fixture
def study(tmp_path, images, tiny_model_set, monkeypatch):
    """A working directory with three pictures and stimuli.parquet; the tiny model set is registered."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    monkeypatch.chdir(tmp_path)
    for number, image in enumerate(images):
        Image.fromarray(image).save(f"{number}.png")
    write_stimuli(["0.png", "1.png", "2.png"])
    return tmp_path


def write_stimuli(paths):
    table = {
        "stimulus_id": ["s0", "s1", "s2"],
        "split": ["train", "train", "test"],
        "captions": CAPTIONS,
        "image_path": paths,
        "category": [None, None, None],
    }
    STIMULI.write(
        {name: np.array(c) if name == "split" else c for name, c in table.items()}, "stimuli.parquet"
    )


def extract(space, out=None, batch_size=None, latent="mean", models="tiny", seed=0, **drawn):
    out = out or f"{space}.parquet"
    settings = as_option(
        models={"set": models, "batch_size": batch_size},
        features={"latent": latent},
        reconstruct=drawn,
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
    assert b"strength" not in facts


def test_a_sample_of_z_follows_from_study_and_stimulus(study, images, tiny_diffusion):
    table = extract("z", latent="sample", seed=3, batch_size=2)
    seeds = [seed_for(3, "latent", stimulus) for stimulus in ("s0", "s1", "s2")]
    expected = image_latents(tiny_diffusion, images, seeds)
    np.testing.assert_allclose(matrix(table, "feature"), expected, atol=1e-5)
    assert (table.schema.metadata[b"latent"], table.schema.metadata[b"seed"]) == (b"sample", b"3")
    other = extract("z", latent="sample", seed=4, out="other.parquet")
    assert not np.allclose(matrix(other, "feature"), expected, atol=1e-2)


def test_zc_is_drawn_as_the_options_say(study):
    plain = matrix(extract("zc", **DRAWN), "feature")
    for option, value in (("latent", "sample"), ("noising", "as_released")):
        table = extract("zc", **DRAWN, **{option: value}, out="other.parquet")
        assert not np.allclose(matrix(table, "feature"), plain, atol=1e-3)
        assert table.schema.metadata[option.encode()] == value.encode()


def test_c_of_every_stimulus(study, tiny_diffusion):
    expected = caption_states(tiny_diffusion, CAPTIONS)
    np.testing.assert_allclose(matrix(extract("c", batch_size=2), "feature"), expected, atol=1e-5)


def test_features_are_written_while_they_are_made(study, monkeypatch):
    """One batch is dropped before the next is made: of a full-size set all would be gigabytes."""
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 1)
    alive, most = set(), []

    def remembered(stimuli, denoiser):
        features = extract_batch(stimuli, denoiser)
        name = stimuli.ids[0]
        alive.add(name)
        weakref.finalize(features, alive.discard, name)
        most.append(len(alive))
        return features

    extract_batch = captions.extract
    monkeypatch.setattr(captions, "extract", remembered)
    extract("c", batch_size=1)
    assert most == [1, 1, 1]


def test_c_needs_no_pictures(study, tiny_diffusion):
    write_stimuli([None, None, None])
    expected = caption_states(tiny_diffusion, CAPTIONS)
    np.testing.assert_allclose(matrix(extract("c"), "feature"), expected, atol=1e-5)


def test_zc_does_not_depend_on_batches_but_on_the_seed(study):
    together = extract("zc", **DRAWN, seed=1)
    alone = extract("zc", **DRAWN, seed=1, batch_size=1, out="alone.parquet")
    other = extract("zc", **DRAWN, seed=2, out="other.parquet")
    np.testing.assert_allclose(matrix(alone, "feature"), matrix(together, "feature"), atol=1e-4)
    assert not np.allclose(matrix(other, "feature"), matrix(together, "feature"), atol=1e-2)
    assert together.schema.metadata[b"strength"] == b"0.8"


@pytest.mark.parametrize("space", ["z", "zc"])
def test_stimulus_without_picture(study, space):
    write_stimuli(["0.png", None, "2.png"])
    with pytest.raises(DataError, match="first s1"):
        extract(space)
    assert not (study / f"{space}.parquet").exists()


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
