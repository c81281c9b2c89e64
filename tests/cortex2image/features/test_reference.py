"""Features of the reference picture, which no seed and no stimulus changes."""

import numpy as np

from cortex2image.features import captions, latents
from cortex2image.features.captions import caption_states
from cortex2image.features.latents import image_latents
from cortex2image.features.reference import CAPTION, reference_features
from cortex2image.networks.pixels import square
from cortex2image.networks.reference_picture import reference_picture


def test_z_is_the_mean_latent_of_the_picture_cut_as_stimuli_are(tiny_diffusion):
    picture = square(reference_picture(), 16)
    expected = image_latents(tiny_diffusion, picture[None])[0]
    np.testing.assert_allclose(reference_features(latents, tiny_diffusion), expected, atol=1e-5)


def test_c_is_that_of_the_caption(tiny_diffusion):
    expected = caption_states(tiny_diffusion, [[CAPTION]])[0]
    np.testing.assert_allclose(reference_features(captions, tiny_diffusion), expected, atol=1e-5)
