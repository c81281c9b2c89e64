"""What evaluations must hold before they become scores."""

import numpy as np
import pandas as pd
import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.evaluated import Evaluated, bounds_of, rate, require_same_stimuli

STIMULI = [f"s{i}" for i in range(6)]
KEY = ("zc", "pixcorr")


def frame(values, columns=STIMULI, subjects=("sub-01", "sub-02")):
    return pd.DataFrame(np.atleast_2d(values), index=list(subjects), columns=columns)


def evaluated(rng, values=None, nulls=None, rivals=None, key=KEY):
    values = frame(rng.random((2, 6))) if values is None else values
    nulls = frame(rng.random((2, 9)), range(9)) if nulls is None else nulls
    return Evaluated({key: values}, {} if rivals is None else {key: rivals}, {key: nulls})


def test_each_subject_has_its_stimuli_and_all_have_the_union(rng):
    values = frame(rng.random((2, 6)))
    values.iloc[0, 5] = np.nan
    found = rate(evaluated(rng, values))
    assert found["sub-01", *KEY].stimuli == tuple(STIMULI[:5])
    assert found["all", *KEY].stimuli == tuple(STIMULI)
    assert found["all", *KEY].value == pytest.approx(values.mean(axis=1).mean())
    assert found["sub-02", *KEY].nulls.shape == (1, 9)


def test_a_null_of_all_permutations_is_used_again_beside_longer_ones(rng):
    """Subjects with few stimuli have fewer draws: all there are. None of the longer null may be lost."""
    nulls = frame(rng.random((2, 9)), range(9))
    nulls.iloc[0, 4:] = np.nan
    found = rate(evaluated(rng, nulls=nulls))
    short, long = found["all", *KEY].nulls
    np.testing.assert_array_equal(long, nulls.iloc[1])
    np.testing.assert_array_equal(short, [*nulls.iloc[0, :4], *nulls.iloc[0, :4], nulls.iloc[0, 0]])
    assert found["sub-01", *KEY].nulls.shape == (1, 4)


def test_few_stimuli_missing_subjects_and_lacking_rivals_are_refused(rng):
    with pytest.raises(DataError, match=r"3 stimuli(.|\n)*2"):
        rate(evaluated(rng, frame(rng.random((2, 2)), STIMULI[:2])))
    with pytest.raises(DataError, match=r"nulls of zc, pixcorr(.|\n)*sub-02"):
        rate(evaluated(rng, nulls=frame(rng.random(9), range(9), ["sub-01"])))
    with pytest.raises(DataError, match="as_rival"):
        rate(evaluated(rng, key=("zc", "twoway_clip")))
    with pytest.raises(DataError, match="beauty"):
        rate(evaluated(rng, key=("zc", "beauty")))


def test_a_subject_without_repeats_has_no_ceiling_of_brain_consistency(rng):
    """The step gives none where no test stimulus is repeated; the other subjects keep theirs."""
    key = ("seen", "brain_ceiling_early")
    one = frame(rng.random(6), subjects=["sub-01"])
    found = Evaluated(
        {key: one, KEY: frame(rng.random((2, 6)))}, {}, {key: one, KEY: frame(rng.random((2, 6)))}
    )
    assert {subject for subject, *rest in rate(found) if tuple(rest) == key} == {"sub-01"}


def test_scores_between_bounds_have_them():
    assert bounds_of("twoway_clip") == (0, 1)
    assert bounds_of("category_clip") == (0, 1)
    assert bounds_of("pixcorr") is None


def test_methods_with_other_stimuli_are_not_compared(rng):
    first = rate(evaluated(rng, key=("z", "pixcorr")))
    gap = frame(rng.random((2, 6)))
    gap.iloc[1, 2] = np.nan
    both = first | rate(evaluated(rng, gap))
    require_same_stimuli(both, "sub-01", "pixcorr", ("z", "zc"))
    for subject in ("sub-02", "all"):
        with pytest.raises(DataError, match=rf"z and zc, {subject}(.|\n)*same stimuli"):
            require_same_stimuli(both, subject, "pixcorr", ("z", "zc"))
