import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.features.captions import caption_states
from cortex2image.networks.codec import encode_text


def test_mean_over_the_captions_of_a_stimulus(tiny_diffusion):
    c = caption_states(tiny_diffusion, [["a b", "c", "a"], ["d"]])
    states = encode_text(tiny_diffusion, ["a b", "c", "a", "d"]).numpy()
    assert c.dtype == np.float32
    np.testing.assert_allclose(c[0], states[:3].mean(0).ravel(), atol=1e-6)
    np.testing.assert_allclose(c[1], states[3].ravel(), atol=1e-6)


def test_independent_of_the_batch(tiny_diffusion):
    captions = [["a b"], ["c", "d e f"], ["g"]]
    together = caption_states(tiny_diffusion, captions)
    alone = np.concatenate([caption_states(tiny_diffusion, [texts]) for texts in captions])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_stimulus_without_captions(tiny_diffusion):
    with pytest.raises(DataError, match="none at row 1"):
        caption_states(tiny_diffusion, [["a"], []])
