"""Inner products of stimuli: against products in double precision, and ridge regression through them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from tests.support.activity import HeldActivity, names

from cortex2image.errors import DataError
from cortex2image.features import gram
from cortex2image.features.gram import inner_products, need_bytes, products_of, row_batches
from cortex2image.ridge.estimator import RidgeCV
from cortex2image.ridge.kernels import Kernel

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")
ALPHAS = (10.0, 100.0, 1000.0)


def activity(n, width, mean=0.0, dtype=np.float16, seed=0):
    rng = np.random.default_rng(seed)
    values = mean * rng.standard_normal(width) + rng.standard_normal((n, width), np.float32)
    return HeldActivity(names(n), values.astype(dtype))


def exact(values):
    centred = values.astype(np.float64)
    centred -= centred.mean(axis=0)
    return centred @ centred.T


def apart(products, expected):
    return np.abs(products - expected).max() / expected.max()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("mean", [0, 100])
def test_products_are_those_of_double_precision(dtype, mean):
    held = activity(50, 40_000, mean, dtype)
    assert apart(inner_products(held, held.ids), exact(held.values)) < 1e-6


def test_products_of_a_layer_of_stable_diffusion_keep_their_digits():
    """As wide as the widest block, with means that are 20 times what differs between stimuli."""
    held = activity(24, 1_310_720, mean=20)
    assert apart(inner_products(held, held.ids), exact(held.values)) < 1e-6


def test_without_the_shift_the_digits_would_be_lost(monkeypatch):
    monkeypatch.setattr(gram, "_shifted", lambda block, mean: block)
    held = activity(24, 400_000, mean=100)
    products = inner_products(held, held.ids)
    centred = products - products.mean(axis=0) - products.mean(axis=1)[:, None] + products.mean()
    assert apart(centred, exact(held.values)) > 1e-4


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(2, 12),
    tile=st.integers(1, 5),
    block=st.integers(1, 4000),
    columns=st.integers(1, 50),
    product=st.integers(1, 50),
)
def test_tiles_and_blocks_of_any_size_give_the_same(n, tile, block, columns, product):
    held = activity(n, 30, dtype=np.float32)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"TILE": tile, "BLOCK": block, "COLUMNS": columns, "PRODUCT": product}.items():
            patch.setattr(gram, name, value)
        products = inner_products(held, held.ids)
    assert apart(products, exact(held.values)) < 1e-6
    assert (products == products.T).all()
    assert (held.read == 1).all()


def test_rows_are_the_stimuli_that_are_asked_for_in_their_order():
    held = activity(9, 300)
    chosen = [7, 2, 5]
    expected = exact(held.values[chosen])
    assert apart(inner_products(held, [held.ids[row] for row in chosen]), expected) < 1e-6


@pytest.mark.parametrize("mean", [0, 30])
def test_ridge_through_products_is_ridge_on_the_stored_activity(mean):
    """Single precision in the table of inner products, half precision on disk, more columns than rows."""
    held = activity(90, 5000, mean)
    rng = np.random.default_rng(1)
    stored, train = held.values.astype(np.float64), slice(0, 70)
    targets = stored @ rng.standard_normal((5000, 6)) / 20 + rng.standard_normal((90, 6))
    products = inner_products(held, held.ids).astype(np.float32)
    ridge = RidgeCV(ALPHAS, cv=3)
    ridge.fit(Kernel(products[train, train]), targets[train])
    predicted = ridge.predict(Kernel(products[70:, train]))
    expected = [
        Ridge(alpha).fit(stored[train], targets[train, one]).predict(stored[70:])
        for one, alpha in enumerate(ridge.alpha_)
    ]
    assert np.abs(predicted - np.transpose(expected)).max() < 1e-5 * np.abs(expected).max()


def test_a_spectrum_that_falls_off_costs_no_digits():
    """Small eigenvalues beside large ones, penalties from 0.2 % of the mean square: 1e-5 of the largest."""
    rng = np.random.default_rng(3)
    hidden = rng.standard_normal((400, 150)) * np.arange(1, 151) ** -0.5
    values = hidden @ rng.standard_normal((150, 20_000)) + 0.3 * rng.standard_normal((400, 20_000))
    held = HeldActivity(names(400), (values + 5 * rng.standard_normal(20_000)).astype(np.float16))
    targets = hidden[:300, :10] @ rng.standard_normal((10, 3)) + rng.standard_normal((300, 3))
    one, two = inner_products(held, held.ids).astype(np.float32), exact(held.values)
    for share in (0.002, 0.02, 0.2):
        alpha = share * two.diagonal().mean()
        found, expected = (
            RidgeCV((alpha,), cv=3).fit(Kernel(k[:300, :300]), targets).predict(Kernel(k[300:, :300]))
            for k in (one.astype(np.float64), two)
        )
        assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()


def test_other_test_stimuli_change_no_fit():
    """The shift is the mean of all stimuli, but a fit with an intercept cannot see it."""
    held, other = activity(40, 600, dtype=np.float32), activity(40, 600, dtype=np.float32)
    other.values[30:] += 5
    targets = np.random.default_rng(2).standard_normal((30, 4))
    fits = []
    for each in (held, other):
        products = inner_products(each, each.ids)
        ridge = RidgeCV(ALPHAS, cv=3).fit(Kernel(products[:30, :30]), targets)
        fits.append((ridge.alpha_, ridge.best_score_, ridge.predict(Kernel(products[:30, :30]))))
    for one, two in zip(*fits, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)


def test_products_of_rows_in_memory_are_exact():
    rows = activity(20, 40_000, mean=1000, dtype=np.float32).values
    assert apart(products_of(rows, np.arange(20)), exact(rows)) < 1e-13


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused_with_their_stimulus(spoilt):
    held = activity(5, 100, dtype=np.float32)
    held.values[3, 40] = spoilt
    with pytest.raises(DataError, match=r"1 stimuli, first stimulus-03"):
        inner_products(held, held.ids)


def test_a_layer_that_is_the_same_for_all_stimuli_is_refused():
    same = HeldActivity(names(4), np.full((4, 100), 0.3, np.float16))
    with pytest.raises(DataError, match="differ between stimuli"):
        inner_products(same, same.ids)


def test_a_stimulus_without_activity_is_refused():
    held = activity(5, 10)
    with pytest.raises(DataError, match="2 missing, first other"):
        inner_products(held, [*held.ids, "other", "one more"])


@pytest.mark.parametrize(("stored", "asked"), [("abb", "ab"), ("abc", "aba")])
def test_a_stimulus_twice_is_refused(stored, asked):
    with pytest.raises(DataError, match="every stimulus once"):
        inner_products(HeldActivity(list(stored), np.eye(3)), list(asked))


def test_memory_is_the_sums_and_one_block():
    """10,000 of 37,000 stimuli: 0.8 GB of sums in double precision, 0.5 GB of columns."""
    assert 1.3e9 < need_bytes(10_000, 37_000) < 1.4e9
    assert need_bytes(450, 450, 1000) < need_bytes(450, 450)
    assert gram.columns_at_once(10_000, 37_000) == 2**29 // 4 // 47_000


def test_batches_cover_all_rows_once():
    rows = np.concatenate([np.arange(20)[part] for part in row_batches(np.zeros((20, 20)), 300)])
    assert rows.tolist() == list(range(20))
