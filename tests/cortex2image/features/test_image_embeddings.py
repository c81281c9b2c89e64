import numpy as np
import pytest
import torch
from PIL import Image
from tests.support.tiny_image_prompt import EMBEDDING, write_prompted_set

from cortex2image.errors import ModelSetError
from cortex2image.features.image_embeddings import extract, image_encoder, picture_embeddings
from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.origins import IMAGE_ENCODER


@pytest.fixture(scope="module")
def prompted(tmp_path_factory):
    return load_diffusion(write_prompted_set(tmp_path_factory.mktemp("prompted")), "cpu")


@pytest.fixture(scope="module")
def encoder(prompted):
    return image_encoder(prompted.model_set.folder / IMAGE_ENCODER, prompted.device)


@pytest.fixture
def pictures(rng):
    return [rng.integers(0, 256, (side, side, 3), dtype=np.uint8) for side in (16, 40, 25)]


def test_pictures_are_seen_as_the_processor_of_clip_shows_them(encoder, pictures):
    from transformers import CLIPImageProcessor

    processor = CLIPImageProcessor(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})
    pixels = processor([Image.fromarray(picture) for picture in pictures], return_tensors="pt").pixel_values
    with torch.inference_mode():
        expected = encoder(pixels).image_embeds
    found = picture_embeddings(encoder, pictures)
    assert found.shape == (3, EMBEDDING)
    assert found.dtype == np.float32
    # The processor may resize tensors rather than pictures, which rounds to other levels of 255.
    np.testing.assert_allclose(found, expected, atol=0.05 * expected.std())


def test_the_centre_of_a_picture_is_seen(encoder, pictures):
    wide = np.concatenate(
        [np.zeros((40, 7, 3), np.uint8), pictures[1], np.zeros((40, 7, 3), np.uint8)], axis=1
    )
    np.testing.assert_array_equal(
        picture_embeddings(encoder, [wide]), picture_embeddings(encoder, pictures[1:2])
    )


def test_features_of_stimuli_do_not_depend_on_the_batch(prompted, encoder, pictures, tmp_path):
    paths = [str(tmp_path / f"{number}.png") for number in range(3)]
    for path, picture in zip(paths, pictures, strict=True):
        Image.fromarray(picture).save(path)
    whole = extract(Stimuli(["a", "b", "c"], [[]] * 3, paths, 0), prompted, "mean")
    np.testing.assert_array_equal(whole, picture_embeddings(encoder, pictures))
    alone = extract(Stimuli(["b"], [[]], paths[1:2], 0), prompted, "mean")
    np.testing.assert_allclose(alone, whole[1:2], atol=1e-5)


def test_another_network_is_refused(prompted, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    for file in (prompted.model_set.folder / IMAGE_ENCODER).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    config = (
        (folder / "config.json").read_text().replace(f'"projection_dim": {EMBEDDING}', '"projection_dim": 9')
    )
    (folder / "config.json").write_text(config)
    with pytest.raises(ModelSetError, match="CLIPVisionModelWithProjection"):
        image_encoder(folder, prompted.device)
