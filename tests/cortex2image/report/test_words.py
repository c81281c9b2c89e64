"""Names of models and regions in words."""

import pytest

from cortex2image.report.words import model_word, region_word

TITLES = {
    "z": "Picture latent (z)",
    "zc-n0.5": "Latent remade under the caption (zc), noise 0.5",
    "zc-n0.8-t8": "Latent remade under the caption (zc), noise 0.8, step 8",
    "unet-down0-n0.8-t2": "U-Net, layer down0, noise 0.8, step 2",
    "z+zc-n0.25": "Picture latent (z) with Latent remade under the caption (zc), noise 0.25",
    "stack-n0.8-t16": "All layers of the U-Net, noise 0.8, step 16",
}


@pytest.mark.parametrize("name", TITLES)
def test_models_have_words(name):
    assert model_word(name).title == TITLES[name]
    assert model_word(name).explanation


def test_regions_keep_the_names_of_their_atlas():
    assert region_word("all").title == "Whole mask"
    assert region_word("ventral_stream").title == "ventral stream"
