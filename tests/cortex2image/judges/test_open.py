import numpy as np
import pytest
import torch
from PIL import Image

from cortex2image.errors import ConfigError, ModelSetError
from cortex2image.judges.open import load_judges


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def clip(tiny_model_set):
    return load_judges(tiny_model_set, ["clip"], "cpu")[0]


@pytest.fixture(scope="module", params=["cnn", "residual"])
def classifier(request, tiny_model_set):
    return load_judges(tiny_model_set, [request.param], "cpu")[0]


def test_clip_embeds_agree_with_transformers(clip, tiny_model_set, images):
    from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

    processor = CLIPImageProcessor(
        do_resize=False, do_center_crop=False, image_mean=[0.5, 0.4, 0.3], image_std=[0.2, 0.3, 0.4]
    )
    network = CLIPVisionModelWithProjection.from_pretrained(tiny_model_set.folder / "clip")
    with torch.no_grad():
        expected = network(
            **processor([Image.fromarray(i) for i in images], return_tensors="pt")
        ).image_embeds
    np.testing.assert_allclose(clip.features(images)["embeds"], expected.numpy(), atol=1e-5)


def test_clip_text_agrees_with_transformers(clip, tiny_model_set):
    from transformers import CLIPTextModelWithProjection

    network = CLIPTextModelWithProjection.from_pretrained(tiny_model_set.folder / "clip")
    captions = ["a b", "c"]
    tokens = clip.tokenizer(captions, padding="max_length", max_length=8, return_tensors="pt")
    with torch.no_grad():
        expected = network(input_ids=tokens.input_ids).text_embeds
    np.testing.assert_allclose(clip.text_features(captions), expected.numpy(), atol=1e-5)


def test_texts_do_not_depend_on_the_batch(clip, monkeypatch):
    captions = [*"abcde", "a b c"]
    together = clip.text_features(captions)
    monkeypatch.setattr("cortex2image.judges.features.TEXTS_AT_ONCE", 4)
    np.testing.assert_allclose(clip.text_features(captions), together, atol=1e-5)


@pytest.mark.parametrize("name", ["cnn", "residual", "clip"])
def test_features_do_not_depend_on_the_batch(tiny_model_set, images, monkeypatch, name):
    judge = load_judges(tiny_model_set, [name], "cpu")[0]
    together = judge.features(images)
    monkeypatch.setattr("cortex2image.judges.open.BATCH", 2)
    apart = judge.features(images)
    assert tuple(together) == judge.layers
    for layer in judge.layers:
        assert together[layer].dtype == np.float32
        assert len(together[layer]) == 5
        np.testing.assert_allclose(apart[layer], together[layer], atol=1e-4)


@pytest.mark.parametrize(("name", "layers"), [("cnn", ["late", "early"]), ("clip", ["embeds"])])
def test_callers_may_name_the_layers_they_want(tiny_model_set, images, name, layers):
    judge = load_judges(tiny_model_set, [name], "cpu")[0]
    wanted, everything = judge.features(images, layers), judge.features(images)
    assert list(wanted) == layers
    for layer in layers:
        np.testing.assert_array_equal(wanted[layer], everything[layer])


def test_classifiers_see_pixels_between_0_and_1_at_their_own_size(classifier, rng):
    images = rng.integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    with torch.no_grad():
        expected = classifier.network(torch.from_numpy(images / 255).permute(0, 3, 1, 2).float())
    layer = classifier.layers[-1]
    np.testing.assert_allclose(classifier.features(images)[layer], expected[layer].numpy(), atol=1e-5)


def test_category_probabilities(classifier, images):
    names, probabilities = classifier.category_probabilities(images)
    assert names == ["cat", "house", "shoe"]
    assert probabilities.shape == (5, 3)
    enlarged = np.stack(
        [np.asarray(Image.fromarray(i).resize((64, 64), Image.Resampling.LANCZOS)) for i in images]
    )
    with torch.no_grad():
        logits = classifier.network(torch.from_numpy(enlarged).permute(0, 3, 1, 2) / 255)["category"].numpy()
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)), atol=1e-5)


def test_sure_categories_are_told_apart(tiny_model_set, images):
    """In single precision the probabilities of both would be 1."""
    [classifier] = load_judges(tiny_model_set, ["cnn"], "cpu")
    with torch.no_grad():
        classifier.network.category.bias += torch.tensor([40.0, 30.0, 0.0])
    probabilities = classifier.class_probabilities(images)
    assert classifier.classes == 3
    assert probabilities.dtype == np.float64
    assert (probabilities[:, 0] > probabilities[:, 1]).all()
    assert (probabilities[:, 1] > 1 - 1e-9).all()


def test_unknown_judge_lists_the_known_ones(tiny_model_set):
    with pytest.raises(ConfigError, match="one of cnn, residual, clip"):
        load_judges(tiny_model_set, ["alexnet"], "cpu")


def test_judge_of_an_altered_set(tiny_model_set, tmp_path):
    elsewhere = type(tiny_model_set)(**{**vars(tiny_model_set), "folder": tmp_path})
    with pytest.raises(ModelSetError, match="SHA256SUMS"):
        load_judges(elsewhere, ["clip"], "cpu")
