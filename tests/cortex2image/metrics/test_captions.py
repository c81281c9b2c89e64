"""Scores of decoded captions, with a judge that counts letters and with the text tower of a CLIP."""

import string

import numpy as np
import pytest
from scipy.spatial.distance import cosine

from cortex2image.errors import DataError
from cortex2image.judges.open import load_judges
from cortex2image.metrics.captions import caption_similarity, decoded_captions, score_captions
from cortex2image.metrics.pictures import Grid
from cortex2image.metrics.registry import CAPTION_READERS, METRICS
from cortex2image.metrics.rouge import ROUGE, rouge_scores
from cortex2image.stats.permutation import permutations

CAPTIONS = [["a cat", "the black cat"], ["a house by the sea"], ["red shoes", "shoes", "two shoes"]]


class Letters:
    """A judge that counts letters."""

    layers = ("embeds",)

    def __init__(self, name="clip_takagi"):
        self.name, self.read = name, []

    def text_features(self, captions):
        self.read.append(list(captions))
        counts = [[text.count(letter) for letter in string.ascii_lowercase] for text in captions]
        return np.array(counts, np.float32)


class Blind:
    """A judge that cannot read."""

    name, layers = "clip_takagi", ("embeds",)


def by_hand(decoded):
    counts = Letters().text_features
    return [
        [np.mean([1 - cosine(*counts([text, caption])) for caption in captions]) for text in decoded]
        for captions in CAPTIONS
    ]


@pytest.fixture
def order(rng):
    return permutations(rng.random((40, 3)))


def test_the_mean_cosine_with_the_captions_of_each_stimulus():
    decoded = ["a dog", "a house", "some shoes", "a cat"]
    np.testing.assert_allclose(caption_similarity(Letters(), CAPTIONS, decoded), by_hand(decoded), atol=1e-6)


def test_no_text_is_read_twice():
    judge = Letters()
    caption_similarity(judge, [["a cat"], ["a cat", "b"]], ["b", "b"])
    assert judge.read == [["a cat", "b"], ["b"]]


def test_each_sample_has_its_own_captions(order):
    right, wrong = ["the cat", "house at the sea", "shoes"], ["shoes", "the cat", "house at the sea"]
    scored = score_captions([Letters(), Blind()], CAPTIONS, [right, wrong], order)
    assert list(scored) == ["caption_cosine_clip_vit_l14", "caption_twoway_clip_vit_l14"]
    cosines, identified = scored.values()
    expected = np.stack([np.diagonal(by_hand(right)), np.diagonal(by_hand(wrong))], axis=1)
    np.testing.assert_allclose(cosines.values, expected, atol=1e-6)
    np.testing.assert_array_equal(identified.values[:, 0], 1)
    assert identified.values[:, 1].max() <= 0.5
    matrices = [np.array(by_hand(texts)) for texts in (right, wrong)]
    null = np.mean([[m[draw, range(3)].mean() for draw in order] for m in matrices], axis=0)
    np.testing.assert_allclose(cosines.null, null, atol=1e-6)
    assert cosines.rivals is None
    assert identified.rivals.shape == (3, 2)


def test_one_caption_for_all_is_at_chance(order):
    scored = score_captions([Letters()], CAPTIONS, [["a cat"] * 3], order)
    assert scored["caption_twoway_clip_vit_l14"].values.mean() == pytest.approx(0.5)
    np.testing.assert_allclose(scored["caption_twoway_clip_vit_l14"].null, 0.5)


def test_text_towers_that_are_the_same_read_once(order):
    judges = [Letters(f"clip_{family}") for family in ("takagi", "brain_diffuser", "mindeye")]
    scored = score_captions(judges, CAPTIONS, [["a", "b", "c"]], order)
    assert list(scored) == ["caption_cosine_clip_vit_l14", "caption_twoway_clip_vit_l14"]
    assert [bool(judge.read) for judge in judges] == [True, False, False]


@pytest.mark.xdist_group("pretrained_set")
def test_the_judges_of_photographs_read(pretrained_set, order):
    names = ["clip_takagi", "clip_brain_diffuser", "clip_mindeye"]
    captions = [["a b", "c"], ["d e f"], ["g"]]
    decoded = ["c", "d e f", "a"]
    scored = score_captions(load_judges(pretrained_set, names, "cpu"), captions, [decoded], order)
    values = scored["caption_cosine_clip_vit_l14"].values[:, 0]
    assert values[1] == pytest.approx(1, abs=1e-6)
    assert (np.abs(values[[0, 2]]) < 1 - 1e-6).all()
    assert len(scored) == 2


def test_every_metric_of_captions_is_described():
    for judge, metrics in CAPTION_READERS.items():
        assert all(METRICS[m.name] == m and m.of_captions and m.judge == judge for m in metrics)
    described = {m.name for m in METRICS.values() if m.of_captions}
    assert described == {m.name for metrics in CAPTION_READERS.values() for m in metrics} | ROUGE.keys()


def test_words_in_common_are_counted_where_they_are_asked_for(order):
    decoded = [["a cat", "sea", "two shoes"], ["a dog", "the sea", "no"]]
    scored = score_captions([], CAPTIONS, decoded, order, ["pixcorr", "caption_rouge_1", "caption_rouge_l"])
    assert list(scored) == ["caption_rouge_1", "caption_rouge_l"]
    expected = [[1, 0.5], [2 / 6, 4 / 7], [1, 0]]
    np.testing.assert_allclose(scored["caption_rouge_1"].values, expected)
    matrices = [rouge_scores("caption_rouge_l", CAPTIONS, texts) for texts in decoded]
    null = np.mean([[m[draw, range(3)].mean() for draw in order] for m in matrices], axis=0)
    np.testing.assert_allclose(scored["caption_rouge_l"].null, null, atol=1e-6)


GRID = Grid(["a", "b"], [0, 1], [["a0", "a1"], ["b0", "b1"]])


def rows(captions):
    return {"stimulus_id": ["b", "a", "a", "b"], "sample": [0, 1, 0, 1], "caption": captions}


def test_captions_stand_in_the_order_of_the_grid():
    assert decoded_captions(rows(["b0", "a1", "a0", "b1"]), GRID, "any") == [["a0", "b0"], ["a1", "b1"]]
    assert decoded_captions(rows([None] * 4), GRID, "any") == []


def test_a_missing_caption_stops_it():
    with pytest.raises(DataError, match=r"zc\.parquet(.|\n)*1 pictures without, first sample 1 of b"):
        decoded_captions(rows(["b0", "a1", "a0", None]), GRID, "zc.parquet")
