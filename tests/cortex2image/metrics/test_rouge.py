"""ROUGE against counts and subsequences by hand, and the example of its publication."""

import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from cortex2image.metrics.rouge import rouge_scores, words

VOCABULARY = ["a", "cat", "Dog", "sits", "on", "the", "mat.", "two-legged", "7", "", "!"]


def texts(rng, count, most=7):
    return [" ".join(rng.choice(VOCABULARY, rng.integers(0, most))) for _ in range(count)]


def split(text):
    return [word for word in re.split("[^a-z0-9]", text.lower()) if word]


def shared(one, other):
    return (Counter(one) & Counter(other)).total()


def in_order(one, other):
    """Try every selection of words, the largest first."""
    chosen = {tuple(words) for n in range(len(other) + 1) for words in combinations(other, n)}
    for n in range(len(one), 0, -1):
        if any(selection in chosen for selection in combinations(one, n)):
            return n
    return 0


def f_measure(common, one, other):
    if not common:
        return 0.0
    precision, recall = common / len(other), common / len(one)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize(("name", "common"), [("caption_rouge_1", shared), ("caption_rouge_l", in_order)])
def test_the_f_measure_of_the_best_caption(rng, name, common):
    captions, decoded = [texts(rng, int(rng.integers(1, 4))) for _ in range(12)], texts(rng, 9)
    expected = [
        [max(f_measure(common(c, d), c, d) for c in map(split, of_one)) for d in map(split, decoded)]
        for of_one in captions
    ]
    scores = rouge_scores(name, captions, decoded)
    np.testing.assert_allclose(scores, expected, atol=1e-12)
    assert 0 < scores.mean() < 1


def test_the_example_of_the_publication():
    """Lin (2004), section 3.1: S2 and S3 have the same words in common with S1, in another order."""
    decoded = ["police kill the gunman", "the gunman kill police", "the gunman police killed"]
    scores = rouge_scores("caption_rouge_l", [["police killed the gunman"]], decoded)
    np.testing.assert_allclose(scores, [[0.75, 0.5, 0.5]])
    scores = rouge_scores("caption_rouge_1", [["police killed the gunman"]], decoded)
    np.testing.assert_allclose(scores, [[0.75, 0.75, 1.0]])


@pytest.mark.parametrize("name", ["caption_rouge_1", "caption_rouge_l"])
def test_the_same_words_score_1_and_no_words_0(name):
    assert rouge_scores(name, [["A cat, two-legged!"]], ["a CAT two legged"]) == 1
    np.testing.assert_array_equal(rouge_scores(name, [["", "?"], ["a"]], ["...", "a"]), [[0, 0], [0, 1]])


def test_words_are_runs_of_letters_and_digits():
    assert words("The two-legged cat's 7th MAT.") == ["the", "two", "legged", "cat", "s", "7th", "mat"]
