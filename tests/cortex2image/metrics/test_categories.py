"""Category identification against scikit-learn and planted truth."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from sklearn.metrics.pairwise import cosine_similarity

from cortex2image.errors import DataError
from cortex2image.metrics.categories import (
    category_credit,
    category_templates,
    decoded_similarity,
    judged_similarities,
    score_categories,
)
from cortex2image.stats.permutation import permutations

NAMES = ["cat", "chair", "shoe"]
PICTURES = np.zeros((4, 8, 8, 3), np.uint8)


class Classifier:
    name, layers = "cnn", ("late",)

    def __init__(self, names, probabilities):
        self.names, self.probabilities = names, np.asarray(probabilities, np.float32)

    def features(self, images, layers=layers):
        return {"late": np.ones((len(images), 1), np.float32)}

    def category_probabilities(self, images):
        return self.names, self.probabilities


class Clip:
    name, layers = "clip", ("embeds",)

    def __init__(self, embeds, texts):
        self.embeds, self.texts = embeds, texts

    def features(self, images, layers=layers):
        return {"embeds": self.embeds}

    def text_features(self, captions):
        return np.array([self.texts[caption] for caption in captions])


def test_accuracy_and_its_null(rng):
    similarity, labels = rng.normal(size=(24, 3)), np.repeat([0, 1, 2], 8)
    order = permutations(rng.random((30, 24)))
    scored = score_categories(similarity, labels, order)
    guesses = similarity.argmax(1)
    assert scored.values.mean() == accuracy_score(labels, guesses)
    np.testing.assert_allclose(scored.null, [accuracy_score(labels[o], guesses) for o in order])


def test_shrunken_decoded_vectors_find_their_category_behind_a_common_offset(rng):
    labels = np.repeat([0, 1, 2], 10)
    features = (rng.normal(0, 50, 60) + rng.normal(0, 1, (3, 60)))[labels]
    mean = features.mean(axis=0)
    decoded = mean + 0.2 * (features - mean + rng.normal(0, 1, features.shape))
    similarity = decoded_similarity(decoded, features, labels, 3)
    assert (similarity.argmax(1) == labels).all()


def test_similarity_is_the_centred_correlation(rng):
    features, decoded, labels = rng.normal(size=(6, 9)), rng.normal(size=(4, 9)), np.array([0, 0, 1, 1, 2, 2])
    templates = features.reshape(3, 2, 9).mean(1)
    expected = np.corrcoef(decoded - templates.mean(0), templates - templates.mean(0))[:4, 4:]
    np.testing.assert_allclose(decoded_similarity(decoded, features, labels, 3), expected, atol=1e-12)


def test_probabilities_are_restricted_to_the_categories_of_the_study():
    probabilities = [[0.9, 0.02, 0.03, 0.05], [1 - 6e-12, 1e-12, 2e-12, 3e-12]] * 2
    judge = Classifier(["house", "shoe", "cat", "chair"], probabilities)
    similarity = judged_similarities([judge], PICTURES, NAMES, [["x"]] * 3)["category_cnn"]
    np.testing.assert_allclose(similarity[0], [0.3, 0.5, 0.2], rtol=1e-6)
    np.testing.assert_allclose(similarity[1], [1 / 3, 1 / 2, 1 / 6], rtol=1e-6)


def test_captions_are_compared_by_cosine(rng):
    texts = {caption: rng.normal(0, 9, 5) for caption in ("a cat", "cat", "a chair", "a shoe")}
    captions = [["a cat", "cat"], ["a chair"], ["a shoe"]]
    judge = Clip(rng.normal(size=(4, 5)), texts)
    unit = {caption: vector / np.linalg.norm(vector) for caption, vector in texts.items()}
    means = np.array([np.mean([unit[c] for c in group], axis=0) for group in captions])
    similarity = judged_similarities([judge], PICTURES, NAMES, captions)["category_clip"]
    np.testing.assert_allclose(similarity, cosine_similarity(judge.embeds, means), atol=1e-12)


def test_a_classifier_of_other_things_says_nothing(rng):
    classifier = Classifier(["house", "cat"], [[0.5, 0.5]] * 4)
    clip = Clip(rng.normal(size=(4, 5)), {"x": rng.normal(size=5)})
    assert list(judged_similarities([classifier, clip], PICTURES, NAMES, [["x"]] * 3)) == ["category_clip"]
    with pytest.raises(DataError, match="chair"):
        judged_similarities([classifier], PICTURES, NAMES, [["x"]] * 3)


def test_category_credit_is_accuracy_where_nothing_ties(rng):
    similarity, labels = rng.normal(size=(40, 8)), rng.integers(0, 8, 40)
    credit = category_credit(similarity)[np.arange(40), labels]
    assert credit.mean() == accuracy_score(labels, similarity.argmax(1))


def test_category_credit_is_shared_by_ties():
    credit = category_credit(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(credit, [[0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]])


def test_templates_are_means_by_category():
    features = np.array([[0.0, 2.0], [4.0, 4.0], [2.0, 4.0]], np.float32)
    np.testing.assert_array_equal(category_templates(features, np.array([0, 1, 0]), 2), [[1, 3], [4, 4]])
