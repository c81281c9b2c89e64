import pytest

from cortex2image.models.card import model_card
from cortex2image.models.score_table import Score, as_rows

SCORES = [
    Score("judges", "object_by_cnn", 64, 0.9123),
    Score("autoencoder", "psnr_db", 64, 29.5),
    Score("real or generated", "accuracy", 64, 0.75),
]


@pytest.fixture
def card():
    def write(scores):
        steps = {f"{name}_steps": 100 + i for i, name in enumerate(("autoencoder", "clip", "judge", "unet"))}
        facts = {"seed": 42, "training_scenes": 50, "words": 96, "remarks": "Cut short."}
        painted = {"steps": 21, "guidance": 2.5, "dtype": "float32"}
        parts = [("vae", "AutoencoderKL", "64 to 16", 1234567)]
        return model_card(parts, as_rows(scores), {"cat": "beach", "car": "forest"}, facts | steps | painted)

    return write


def test_the_card_states_what_was_measured(card):
    text = card(SCORES)
    assert "| `vae` | AutoencoderKL | 64 to 16 | 1,234,567 |" in text
    assert "| judges | object_by_cnn | 64 | 0.9123 | >= 0.97 | no |" in text
    assert "| autoencoder | psnr_db | 64 | 29.5000 | >= 28 | yes |" in text
    assert "| real or generated | accuracy | 64 | 0.7500 |  |  |" in text


def test_the_card_states_how_it_was_trained_and_painted(card):
    text = " ".join(card(SCORES).split())
    assert "50 scenes of split `train`, seed 42" in text
    assert "cat and beach, car and forest." in text
    assert "21 steps of DDIM, w = 2.5, painted in float32" in text
    assert all(f"| {value} |" in text for value in range(100, 104))
    assert "Cut short." in text
    assert "its 96 words" in text
    assert "{" not in text


def test_what_falls_short_is_said_in_words(card):
    assert "Falls short: judges, object_by_cnn (0.9123, not >= 0.97)." in card(SCORES)
    assert "Every target was reached." in card(SCORES[1:])
