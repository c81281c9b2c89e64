import pytest

from cortex2image.miniature import autoencoder, unet
from cortex2image.miniature.card import model_card, recipe
from cortex2image.miniature.score_table import ASKED, TARGETS, Score, as_rows

SCORES = [
    Score("judges", "object_by_cnn", 64, 0.9123),
    Score("autoencoder", "psnr_db", 64, 29.5),
    Score("real or generated", "accuracy", 64, 0.75),
]
REACHED = [
    Score(part, measure, 9, target.bound - 0.01 * (target.relation == "<"))
    for (part, measure), target in TARGETS.items()
]
TRIED = [{"guidance": "1", "object_by_cnn": "0.5000"}, {"guidance": "2.5", "object_by_cnn": "0.9000"}]
FACTS = {
    **{f"{name}_steps": 100 + i for i, name in enumerate(("autoencoder", "clip", "judge", "unet"))},
    **{"seed": 42, "training_scenes": 50, "words": 96, "remarks": "Cut short."},
    **{"settings": 7, "categories": 11, "colours": 6, "lights": 3, "captions": 4},
    **{"single_object_share": 70.0, "split_shares": {"train": 60.0, "validation": 30.0, "test": 10.0}},
    **{"setting_chance": 1 / 7, "object_chance": 1 / 11, "pair_chance": 1 / 55},
    **{"coarse": 5, "grid": 13, "shift": 3, "faithful": 97.0},
    **{"steps": 21, "guidance": 2.5, "strength": 0.65},
}


@pytest.fixture
def card():
    parts, pairs = [("vae", "AutoencoderKL", "64 to 16", 1234567)], {"cat": "beach", "car": "forest"}

    def write(scores, conditions=ASKED):
        return model_card(parts, as_rows(scores, conditions), TRIED, pairs, FACTS | recipe())

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
    assert "training (60 %), validation (30 %) and test (10 %)" in text
    assert "21 steps of DDIM, w = 2.5, painted in float32" in text
    assert "shrunk to 5 x 5 pixels and enlarged again, at strength 0.65" in text
    assert all(f"| {value} |" in text for value in range(100, 104))
    assert "Cut short." in text
    assert "its 96 words" in text
    assert "{" not in text


def test_the_card_shows_the_scales_of_guidance_that_were_tried(card):
    text = card(SCORES)
    assert "tried on scenes of the split `validation`; all others are painted at w = 2.5." in text
    assert "| guidance | object_by_cnn |\n| --- | --- |\n| 1 | 0.5000 |\n| 2.5 | 0.9000 |" in text


def test_numbers_of_the_training_come_from_the_modules_that_train(card, monkeypatch):
    before = card(SCORES)
    assert "are empty in 10 % of cases; they are single in 60 %" in before
    assert "schedule 0.00085 to 0.012 over\n1000 steps" in before
    monkeypatch.setattr(unet, "EMPTY_SHARE", 0.2)
    monkeypatch.setattr(unet, "BATCH", 77)
    text = card(SCORES)
    assert "are empty in 20 % of cases" in text
    assert "| 103 | 77 |" in text


def test_what_falls_short_is_said_in_words(card):
    assert "Falls short: judges, object_by_cnn (0.9123, not >= 0.97)." in card([*REACHED, SCORES[0]])
    assert "Every target was reached." in card(REACHED)


def test_a_target_without_a_row_is_not_reached(card):
    text = card(REACHED[1:])
    assert "Not measured: autoencoder, psnr_db (>= 28)." in text
    assert "Every target" not in text


def test_speed_on_another_number_of_threads_is_not_what_was_asked(card):
    text = card(REACHED, ASKED._replace(threads=1))
    names = "; ".join(f"speed, pictures_per_second_{dtype} (>= 8)" for dtype in ("float32", "bfloat16"))
    assert f"Not measured: {names}." in text


def test_shares_of_captions_are_those_of_the_mixture_and_add_up():
    facts = recipe()
    shares = [facts[f"{kind}_share"] for kind in ("empty", "single", "mean", "shrunk")]
    assert sum(shares) == pytest.approx(100)
    assert shares[:3] == pytest.approx([10, 60, 15])


def test_values_follow_the_modules(monkeypatch):
    monkeypatch.setattr(autoencoder, "KL_WEIGHT", 0.5)
    monkeypatch.setattr(unet, "BATCH", 5)
    facts = recipe()
    assert (facts["kl_weight"], facts["unet_batch"]) == (0.5, 5)


def test_the_noise_schedule_is_that_of_the_scheduler():
    betas = unet.build_scheduler().betas
    facts = recipe()
    assert [facts["beta_start"], facts["beta_end"]] == pytest.approx([float(betas[0]), float(betas[-1])])
    assert facts["timesteps"] == len(betas)
