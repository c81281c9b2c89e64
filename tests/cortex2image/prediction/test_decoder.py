"""Settings of the decoder that several steps fit."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.support.configs import change, shipped

from cortex2image.prediction.decoder import decoder_settings
from cortex2image.prediction.partitions import Trials
from cortex2image.study.config import resolve


@pytest.fixture
def data():
    """Twelve trials of twelve stimuli, four of them for the test, with features of 30 units."""
    count = 12
    stimulus = np.array([f"s{i:02d}" for i in range(count)])
    split = np.array(["train"] * 8 + ["test"] * 4)
    trials = Trials(stimulus=stimulus, run=np.array(["run-1"] * count), split=split, fold=None)
    return SimpleNamespace(trials=trials, features=SimpleNamespace(width=30))


def settings(data, subject="sub-01", space="z", **keys):
    study = shipped()
    for path, value in keys.items():
        change(study, path.replace("__", "/"), value)
    return decoder_settings(resolve(study), data, 50, subject, space, threads=1)


def test_the_same_decoder_has_the_same_folds_whatever_it_decodes(data):
    assert settings(data) == settings(data)
    others = [settings(data, "sub-02"), settings(data, "sub-01", "c"), settings(data, seed=5)]
    assert len({found.seed for found in (settings(data), *others)}) == 4


def test_penalties_and_bounds_are_those_of_the_study(data, capsys):
    found = settings(data, ridge__alphas=[3, 30], ridge__folds=4, ridge__max_memory_gb=1.5)
    assert (list(found.alphas), found.folds, found.latent, found.threads) == ([3, 30], 4, True, 1)
    assert found.max_memory_gb <= 1.5
    assert "memory" in capsys.readouterr().err
