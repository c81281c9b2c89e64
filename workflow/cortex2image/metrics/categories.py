"""Category identification, for data sets that tell what kind of picture was seen but not which one."""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import DataError
from cortex2image.judges.judge import Classifier, Judge, Reader
from cortex2image.metrics.registry import metric_facts
from cortex2image.metrics.scored import Scored, score_pairings
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.metrics.ties import TIE_DECIMALS


def score_categories(similarity: np.ndarray, labels: np.ndarray, order: np.ndarray) -> Scored:
    """Score how often the most similar category is that of the stimulus.

    Parameters
    ----------
    similarity : (n, k) array
        Similarity of each decoded stimulus to each category.
    labels : (n,) int array in [0, k)
        True categories.
    order : (draws, n) int array
        Permuted labels, see :func:`cortex2image.stats.permutation.permutations`.
    """
    return score_pairings(category_credit(similarity)[:, labels].T, order)


def category_credit(similarity: np.ndarray) -> np.ndarray:
    """Return the credit of each category for being the most similar one.

    Parameters
    ----------
    similarity : (n, k) array
        Similarity of n decoded stimuli to k categories.

    Returns
    -------
    (n, k) float64 array
        1 for the best category and 0 for the others; 1 / ties for each of several that tie. Rows sum to 1.
    """
    rounded = np.round(similarity, TIE_DECIMALS)
    best = rounded == rounded.max(axis=1, keepdims=True)
    credit: np.ndarray = best / best.sum(axis=1, keepdims=True)
    return credit


def decoded_similarity(
    decoded: np.ndarray, features: np.ndarray, labels: np.ndarray, categories: int
) -> np.ndarray:
    """Correlate decoded features with the mean true features of each category.

    The mean over categories is subtracted from both, since what all categories share tells none apart. Units
    keep their own scale, so that units in which the categories differ more weigh more.

    Parameters
    ----------
    decoded : (n, width) array
    features : (m, width) array
        True features, of stimuli of every category.
    labels : (m,) int array in [0, categories)
        Categories of `features`.
    categories : int

    Returns
    -------
    (n, categories) float64 array in [-1, 1]
    """
    templates = category_templates(features, labels, categories)
    centre = templates.mean(axis=0)
    return correlation_matrix(decoded - centre, templates - centre)


def category_templates(features: np.ndarray, labels: np.ndarray, categories: int) -> np.ndarray:
    """Return the mean feature vector of each category.

    Parameters
    ----------
    features : (n, width) array
    labels : (n,) int array in [0, categories)

    Returns
    -------
    (categories, width) float64 array
    """
    return np.stack([features[labels == c].mean(axis=0, dtype=np.float64) for c in range(categories)])


def judged_similarities(
    judges: Sequence[Judge],
    pictures: np.ndarray,
    categories: Sequence[str],
    captions: Sequence[Sequence[str]],
) -> dict[str, np.ndarray]:
    """Return how well pictures fit each category of a study, by every judge that can tell.

    Parameters
    ----------
    judges : sequence of Judge
        Left out are classifiers that do not know all the categories, and judges that neither classify
        pictures nor read captions.
    pictures : (n, height, width, 3) uint8 array
    categories : k names
    captions : captions of each category

    Returns
    -------
    dict of metric name (``category_`` and the judge's name) to (n, k) array

    Raises
    ------
    DataError
        No judge can tell these categories.
    """
    similarities = {}
    for judge in judges:
        similarity = _similarity(judge, pictures, categories, captions)
        if similarity is not None:
            similarities[metric_facts(f"category_{judge.name}").name] = similarity
    if not similarities:
        found = f"the judges {', '.join(judge.name for judge in judges)}"
        fix = "use a model set with a CLIP judge, or a classifier that knows these categories"
        raise DataError("model set", f"a judge that can tell {', '.join(categories)}", found, fix)
    return similarities


def _similarity(
    judge: Judge, pictures: np.ndarray, categories: Sequence[str], captions: Sequence[Sequence[str]]
) -> np.ndarray | None:
    if isinstance(judge, Classifier):
        return classified_similarity(judge, pictures, categories)
    if isinstance(judge, Reader):
        joint = judge.layers[-1]
        return captioned_similarity(judge, judge.features(pictures, [joint])[joint], captions)
    return None


def classified_similarity(
    judge: Classifier, pictures: np.ndarray, categories: Sequence[str]
) -> np.ndarray | None:
    """Probability of each category of the study, given that the picture shows one of them.

    Parameters
    ----------
    judge : Classifier
    pictures : (n, height, width, 3) uint8 array
    categories : names

    Returns
    -------
    (n, k) float64 array whose rows sum to 1, or None where the classifier does not know all categories
    """
    names, probabilities = judge.category_probabilities(pictures)
    known = list(names)
    if not set(categories) <= set(known):
        return None
    restricted = probabilities[:, [known.index(category) for category in categories]].astype(np.float64)
    conditional: np.ndarray = restricted / restricted.sum(axis=1, keepdims=True)
    return conditional


def captioned_similarity(judge: Reader, embeds: np.ndarray, captions: Sequence[Sequence[str]]) -> np.ndarray:
    """Cosine of each picture with each category's captions (zero-shot, Radford et al. 2021).

    Parameters
    ----------
    judge : Reader
    embeds : (n, width) array
        Embeddings of the pictures in the space that the judge shares with texts.
    captions : k sequences of texts
        Captions of each category; their normalised embeddings are averaged.

    Returns
    -------
    (n, k) float64 array in [-1, 1]
    """
    texts = np.stack([_normalised(judge.text_features(c)).mean(axis=0) for c in captions])
    cosines: np.ndarray = _normalised(embeds) @ _normalised(texts).T
    return cosines


def _normalised(rows: np.ndarray) -> np.ndarray:
    unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
