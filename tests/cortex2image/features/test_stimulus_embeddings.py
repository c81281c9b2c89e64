import numpy as np
import pytest
from PIL import Image

from cortex2image.errors import DataError
from cortex2image.features import stimulus_embeddings
from cortex2image.features.stimulus_embeddings import caption_embeddings, open_clip, picture_embeddings
from cortex2image.networks.pixels import square


@pytest.fixture(scope="module")
def clip(tiny_model_set):
    return open_clip(tiny_model_set)


@pytest.fixture
def pictures(tmp_path, rng):
    """Pictures of three sizes, as arrays and as files."""
    shapes = [(16, 16), (16, 16), (24, 32), (16, 16), (20, 20)]
    arrays = [rng.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in shapes]
    paths = [str(tmp_path / f"{i}.png") for i in range(len(arrays))]
    for array, path in zip(arrays, paths, strict=True):
        Image.fromarray(array).save(path)
    return arrays, paths


@pytest.mark.parametrize("at_once", [1, 64])
def test_pictures_of_any_size_keep_their_order(clip, pictures, monkeypatch, at_once):
    monkeypatch.setattr(stimulus_embeddings, "AT_ONCE", at_once)
    arrays, paths = pictures
    alone = [clip.features(square(a, min(a.shape[:2]))[None])["embeds"][0] for a in arrays]
    np.testing.assert_allclose(picture_embeddings(clip, paths), alone, atol=1e-5)


def test_a_file_that_is_no_picture(clip, tmp_path):
    (tmp_path / "no.png").write_text("text")
    with pytest.raises(DataError, match="a picture"):
        picture_embeddings(clip, [str(tmp_path / "no.png")])


@pytest.mark.parametrize("at_once", [2, 64])
def test_captions_are_averaged_by_stimulus(clip, monkeypatch, at_once):
    monkeypatch.setattr(stimulus_embeddings, "AT_ONCE", at_once)
    captions = [["a b"], ["c", "a c", "b"], ["b a", "a"]]
    units = [[t / np.linalg.norm(t) for t in clip.text_features(several)] for several in captions]
    expected = [np.mean(several, axis=0) for several in units]
    np.testing.assert_allclose(caption_embeddings(clip, captions), expected, atol=1e-5)
