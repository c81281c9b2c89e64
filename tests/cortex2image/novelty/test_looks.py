"""Measures of pictures against formulas written out, and against what is done to pictures."""

import numpy as np
import pytest
from PIL import Image
from scipy.stats import pearsonr

from cortex2image.errors import DataError
from cortex2image.novelty import looks as core
from cortex2image.novelty.looks import look_at, perceptual_hash, signs, unit_rows


def photograph(rng, height=90, width=120):
    """Return a smooth random picture."""
    small = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


class Colours:
    """A judge that sees the mean colour; it notes the sizes that it is shown."""

    name, layers = "clip", ("early", "embeds")

    def __init__(self):
        self.shown = []

    def features(self, images, layers=layers):
        self.shown.append(images.shape)
        assert layers == ["embeds"]
        return {"embeds": images.mean(axis=(1, 2)).astype(np.float32)}


def hash_by_sums(picture):
    """Return the hash by the definition of the transform, coefficient by coefficient."""
    side = min(picture.shape[:2])
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    square = Image.fromarray(picture[top : top + side, left : left + side])
    grey = np.asarray(square.resize((32, 32), Image.Resampling.LANCZOS).convert("L"), float)
    place = np.arange(32) + 0.5
    waves = [np.cos(np.pi * place * k / 32) for k in range(8)]
    low = np.array([[wave @ grey @ other for other in waves] for wave in waves])
    return (low > np.median(low)).ravel()


def test_a_hash_is_that_of_its_definition(rng):
    for _ in range(5):
        picture = photograph(rng)
        np.testing.assert_array_equal(perceptual_hash(picture), hash_by_sums(picture))


def test_hashes_survive_size_and_brightness_and_tell_pictures_apart(rng):
    one, other = photograph(rng), photograph(rng)
    darker = (0.8 * one).astype(np.uint8)
    smaller = np.asarray(Image.fromarray(one).resize((60, 45), Image.Resampling.LANCZOS))
    same = perceptual_hash(one)
    assert max((perceptual_hash(each) != same).sum() for each in (darker, smaller)) <= 4
    assert (perceptual_hash(other) != same).sum() > 12


def test_plain_pictures_have_one_hash():
    grey, white = (np.full((40, 40, 3), value, np.uint8) for value in (128, 255))
    np.testing.assert_array_equal(perceptual_hash(grey), perceptual_hash(white))
    assert perceptual_hash(grey).sum() == 1


def test_products_of_signs_count_equal_bits(rng):
    one, other = rng.random((2, 64)) > 0.5
    assert float(signs(one) @ signs(other)) == pytest.approx(1 - 2 * (one != other).sum() / 64, abs=1e-6)


def test_products_of_rows_are_pearson_or_cosine(rng):
    rows = rng.normal(3, 1, (2, 50))
    centred = unit_rows(rows, centred=True)
    assert centred[0] @ centred[1] == pytest.approx(pearsonr(*rows).statistic, abs=1e-6)
    plain = unit_rows(rows, centred=False)
    assert plain[0] @ plain[1] == pytest.approx(rows[0] @ rows[1] / np.prod(np.linalg.norm(rows, axis=1)))
    assert (unit_rows(np.full((1, 5), 7.0), centred=True) == 0).all()


@pytest.mark.parametrize("at_once", [2, 64])
def test_every_picture_is_read_once_in_batches(tmp_path, rng, monkeypatch, at_once):
    monkeypatch.setattr(core, "AT_ONCE", at_once)
    paths, pictures = {}, {}
    for name in ("b", "a", "c"):
        pictures[name] = photograph(rng)
        paths[name] = str(tmp_path / f"{name}.png")
        Image.fromarray(pictures[name]).save(paths[name])
    judge = Colours()
    looks = look_at(paths, judge, 48)
    assert list(looks.stimuli) == ["b", "a", "c"]
    assert set(looks.by_measure) == {"phash", "pixels", "embedding_clip"}
    assert {shape[1:] for shape in judge.shown} == {(48, 48, 3)}
    for row, name in enumerate(looks.stimuli):
        np.testing.assert_array_equal(looks.by_measure["phash"][row], signs(perceptual_hash(pictures[name])))
    np.testing.assert_allclose(np.linalg.norm(looks.by_measure["embedding_clip"], axis=1), 1, atol=1e-6)


def test_without_a_judge_there_are_no_embeddings(tmp_path, rng):
    Image.fromarray(photograph(rng)).save(tmp_path / "a.png")
    assert set(look_at({"a": str(tmp_path / "a.png")}, None, 48).by_measure) == {"phash", "pixels"}


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(DataError, match="a picture"):
        look_at({"a": str(tmp_path / "a.png")}, None, 48)
