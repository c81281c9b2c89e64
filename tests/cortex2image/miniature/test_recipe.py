import pytest

from cortex2image.miniature import autoencoder, unet
from cortex2image.miniature.recipe import recipe


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
