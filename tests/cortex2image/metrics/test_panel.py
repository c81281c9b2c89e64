"""The judges of a model set, through every metric they serve."""

import numpy as np
import pytest

from cortex2image.errors import ConfigError
from cortex2image.metrics.categories import judged_similarities
from cortex2image.metrics.panel import open_judges
from cortex2image.metrics.reconstruction import score_reconstructions
from cortex2image.models.registry import MODEL_SETS
from cortex2image.stats.permutation import permutations


@pytest.fixture
def panel(tiny_model_set, monkeypatch):
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    return open_judges("tiny", "cpu")


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


def test_every_judge_scores_reconstructions(panel, pictures, rng):
    scored = score_reconstructions(pictures, [pictures], panel, permutations(5, 10, rng))
    judged = {"twoway_cnn_early", "twoway_cnn_middle", "twoway_cnn_late", "twoway_clip"}
    assert set(scored) == {"pixcorr", "ssim2d"} | judged
    for metric in judged:
        np.testing.assert_array_equal(scored[metric].values, 1)


def test_every_judge_tells_categories(panel, pictures):
    similarities = judged_similarities(panel, pictures, ["cat", "shoe"], [["a b"], ["c d", "e"]])
    assert {metric: s.shape for metric, s in similarities.items()} == {
        "category_cnn": (5, 2),
        "category_clip": (5, 2),
    }
    np.testing.assert_allclose(similarities["category_cnn"].sum(axis=1), 1)


def test_an_unknown_model_set_is_named():
    with pytest.raises(ConfigError, match="nonsense"):
        open_judges("nonsense", "cpu")
