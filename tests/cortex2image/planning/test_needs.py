"""Needs of jobs on NSD: never below what a fit refuses to work with, and in step with the config."""

import numpy as np
import pytest
import torch

from cortex2image.errors import ConfigError
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.memory import Need, Splits
from cortex2image.ridge.planning import plan
from cortex2image.study import needs

KFOLD = {"alphas": [1.0] * 9, "folds": 5, "selection": "kfold", "max_memory_gb": None}
LOO = KFOLD | {"selection": "loo"}
ATLAS = needs.NsdSizes("func1pt8mm", "atlas", 4, None)
BRAIN = needs.NsdSizes("func1pt8mm", "brain", 4, None)


def refused_below(rows: int, predictors: int, targets: int, ridge: dict) -> float:
    """The least bound in GB that a fit names."""
    pictures = np.repeat(np.arange(rows // 3), 3)
    folds = Splits.of_folds(make_folds(ridge["folds"], rows, pictures, 0))
    splits = folds if ridge["selection"] == "kfold" else Splits.of_groups(pictures)
    need = Need(rows, predictors, targets, len(ridge["alphas"]), rows <= predictors, splits)
    with pytest.raises(ConfigError) as caught:
        plan(need, np.dtype("f4"), torch.device("cpu"), 1e-6, None)
    return float(caught.value.expected.split()[2])


@pytest.mark.parametrize("ridge", [KFOLD, LOO], ids=["kfold", "loo"])
@pytest.mark.parametrize(("predictors", "targets"), [(6_000, 59_136), (6_400, 28_000), (59_136, 412_000)])
def test_working_memory_is_what_a_fit_accepts(predictors, targets, ridge):
    asked = needs.working(27_000, predictors, ridge) / 1e9
    least = refused_below(27_000, predictors, targets, ridge)
    assert least <= asked <= 1.5 * least


def test_half_of_what_is_left_beside_the_tables_is_enough_to_work_in():
    free = needs.encode_mb(ATLAS, "c", KFOLD) / 1e3 - ATLAS.tables("c") / 1e9
    assert free / 2 >= needs.working(27_000, 59_136, KFOLD) / 1e9


def test_a_bound_in_the_config_takes_the_place_of_half_of_everything():
    assert needs.encode_mb(ATLAS, "c", LOO | {"max_memory_gb": 70}) < needs.encode_mb(ATLAS, "c", LOO)
    with_10, with_30 = (needs.encode_mb(BRAIN, "z", KFOLD | {"max_memory_gb": gb}) for gb in (10, 30))
    assert with_30 - with_10 == 20_000


def test_sizes_are_those_of_the_data_paper():
    assert ATLAS.trials == 30_000
    assert ATLAS.pictures == 37_000
    assert needs.NsdSizes("func1pt8mm", "atlas", 1, 37).trials == 27_750
    assert BRAIN.tables("z") == 4 * (30_000 * 412_000 + 37_000 * 6_400)


@pytest.mark.parametrize("need", [needs.standardise_mb, lambda s: needs.betas_mb(s, 4)])
def test_more_voxels_and_sessions_ask_for_more(need):
    fine = needs.NsdSizes("func1mm", "brain", 4, None)
    assert need(ATLAS) < need(BRAIN) < need(fine)
    assert need(needs.NsdSizes("func1pt8mm", "brain", 4, 1)) <= need(BRAIN)


def test_more_sessions_in_memory_ask_for_more():
    assert needs.betas_mb(BRAIN, 8) - needs.betas_mb(BRAIN, 4) > 4 * BRAIN.session / 1e6


def test_more_regions_and_subjects_ask_for_more():
    one, two, every = (needs.decode_mb(BRAIN, "c", rois, LOO) for rois in (["a"], ["a", "b"], ["all"]))
    assert one < two < every
    alone = needs.NsdSizes("func1pt8mm", "brain", 1, None)
    assert needs.decode_mb(alone, "c", ["a"], LOO) < one
