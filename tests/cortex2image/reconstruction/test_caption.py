"""The method `caption` draws as zc does, under the text states of a caption that it writes once."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.support.full_models import generator_of, write_full_model_set
from tests.support.sampling import sampling
from tests.support.tiny_parts import save_captioner

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import ConfigError
from cortex2image.features.captions import caption_states
from cortex2image.networks.captioner import Captioner, load_captioner
from cortex2image.networks.checksums import record
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import BLIP
from cortex2image.reconstruction.caption import open_painter
from cortex2image.reconstruction.inputs import FeatureTable, Tables, method_inputs
from cortex2image.reconstruction.pictures import pictures
from cortex2image.reconstruction.studio import Studio, core_of
from cortex2image.study.methods import METHODS
from cortex2image.study.space_names import parse_space

CAPTION = METHODS["caption"]
SAMPLING = sampling(5, 0.8, 3.0)
SEEDS = [5, 6, 7, 8]


@pytest.fixture
def decoded(rng, captioner_set):
    """Features of pictures, with noise as decoding leaves it."""
    captioner = load_captioner(captioner_set, "cpu")
    seen = rng.integers(0, 256, (4, captioner.side, captioner.side, 3), dtype=np.uint8)
    blip = captioner.states(seen)
    return {
        "z": rng.standard_normal((4, 64), dtype=np.float32),
        "blip": blip + rng.normal(0, 0.3, blip.shape).astype(np.float32),
    }


@pytest.fixture
def painter(captioner_set):
    return open_painter(CAPTION, Studio(captioner_set, SAMPLING, Tables({}, {}, {}, 0), device="cpu"))


def test_pictures_are_those_of_zc_under_the_caption(painter, decoded, captioner_set):
    drawn = painter(decoded, SEEDS)
    captioner = load_captioner(captioner_set, "cpu")
    assert drawn.captions == [captioner.caption(states) for states in decoded["blip"]]
    assert len(set(drawn.captions)) == 4
    diffusion = load_diffusion(captioner_set, "cpu")
    c = caption_states(diffusion, [[caption] for caption in drawn.captions])
    expected = pictures(METHODS["zc"], Denoiser(diffusion, SAMPLING), {"z": decoded["z"], "c": c}, SEEDS)
    np.testing.assert_allclose(drawn.pictures.astype(int), expected.astype(int), atol=1)


def test_batches_change_neither_captions_nor_pictures(painter, decoded):
    together = painter(decoded, SEEDS)
    for row in (3, 0):
        alone = painter({space: values[[row]] for space, values in decoded.items()}, [SEEDS[row]])
        assert alone.captions == [together.captions[row]]
        difference = alone.pictures[0].astype(int) - together.pictures[row].astype(int)
        assert np.abs(difference).max() <= 1


def test_samples_of_a_stimulus_share_one_caption(painter, decoded, monkeypatch):
    asked = []
    written = Captioner.caption

    def counted(captioner, states):
        asked.append(states)
        return written(captioner, states)

    monkeypatch.setattr(Captioner, "caption", counted)
    drawn = painter({space: values[[0, 0, 1, 0]] for space, values in decoded.items()}, SEEDS)
    painter({space: values[[1]] for space, values in decoded.items()}, [9])
    assert len(asked) == 2
    assert drawn.captions[0] == drawn.captions[1] == drawn.captions[3] != drawn.captions[2]
    assert (drawn.pictures[0] != drawn.pictures[1]).any()


def test_full_size_captions_are_written_from_full_size_features(tmp_path, rng):
    known = generator_of("stable-diffusion-v1-4-captioner", tmp_path, thin=True)
    write_full_model_set(tmp_path, known, thin=True, dtype=torch.float16)
    save_captioner(tmp_path / "captioner", width=768, image_size=384, patch=16)
    with_captioner = replace(known, hub=(*known.hub, BLIP))
    record(with_captioner)
    studio = Studio(with_captioner, sampling(2, 0.8, 5.0), Tables({}, {}, {}, 0), "bfloat16", "cpu")
    assert load_captioner(with_captioner, "cpu").side == 240
    widths = {space: parse_space(space).width(known) for space in CAPTION.inputs}
    assert widths == {"z": 6400, "blip": 173_568}
    features = {space: rng.standard_normal((1, width), dtype=np.float32) for space, width in widths.items()}
    drawn = open_painter(CAPTION, studio)(features, [1])
    assert drawn.pictures.shape == (1, 512, 512, 3)
    assert drawn.captions[0]
    again = open_painter(CAPTION, studio)(features, [1])
    np.testing.assert_array_equal(again.pictures, drawn.pictures)


def test_the_step_finds_this_core():
    assert core_of(CAPTION).open_painter is open_painter
    assert (CAPTION.decoded, CAPTION.features) == (("z", "blip"), ())


def test_a_set_without_the_network_is_refused_before_anything_is_loaded(tiny_model_set, decoded):
    tables = {space: FeatureTable("abcd", values, space) for space, values in decoded.items()}
    with pytest.raises(ConfigError, match="part captioner"):
        method_inputs(CAPTION, Tables(tables, {}, {}, 0), tiny_model_set)
