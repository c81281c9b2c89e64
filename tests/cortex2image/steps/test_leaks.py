"""No step that fits reads a test row: planted leaks are caught, and test rows change nothing fitted."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.support.fitting_steps import STEPS, spoil, write_subject

from cortex2image.errors import LeakError
from cortex2image.leakage import TrainingRows
from cortex2image.metrics.decoded_features import UnitScaling
from cortex2image.novelty.span import Span
from cortex2image.novelty.split import Features
from cortex2image.prediction import joint, partitions, predictions, stacked, voxelwise
from cortex2image.prediction.partitions import Partition
from cortex2image.regions import encoder
from cortex2image.ridge import banded, engine
from cortex2image.ridge.cross_validated import CrossValidatedRidge
from cortex2image.ridge.held_out import HeldOutRidge

pytestmark = pytest.mark.filterwarnings("ignore:ridge")
Plant = Callable[[pytest.MonkeyPatch], None]


class Greedy(CrossValidatedRidge):
    """A regression that fits the rows it will predict, too."""

    def predict_blocks(self, X, targets, X_new, groups=None):
        rows = X if isinstance(X, np.ndarray) else X.matrix if hasattr(X, "matrix") else X.products
        yield from super().predict_blocks(np.vstack([rows, X_new]), targets, X_new, groups)


def fits_new_rows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(predictions, "CrossValidatedRidge", Greedy)


def scales_by_new_rows(patch: pytest.MonkeyPatch) -> None:
    fit = encoder.fit_weights

    def leaking(posed, settings):
        scale = np.std(posed.new, axis=0)
        return fit(replace(posed, predictors=posed.predictors / scale), settings)

    patch.setattr(encoder, "fit_weights", leaking)


def chooses_bands_by_new_rows(patch: pytest.MonkeyPatch) -> None:
    fit = joint.fit_bands
    patch.setattr(joint, "fit_bands", lambda ridge, bands, blocks, targets, new, *rest, **options: fit(
        ridge, [*bands, *new], blocks, targets, new, *rest, **options
    ))  # fmt: skip


def centres_kernels_by_new_rows(patch: pytest.MonkeyPatch) -> None:
    of = HeldOutRidge.of.__func__

    def leaking(cls, products, *rest):
        return of(cls, type(products)(products.train - products.new.products.mean(), products.new), *rest)

    patch.setattr(HeldOutRidge, "of", classmethod(leaking))


def takes_test_responses_for_targets(patch: pytest.MonkeyPatch) -> None:
    for module in (voxelwise, joint, stacked):
        blocks = module.voxel_blocks

        def leaking(*given, blocks=blocks):
            for block in blocks(*given):
                block.train.means[: block.test.count] = block.test.means
                yield block

        patch.setattr(module, "voxel_blocks", leaking)


def trains_on_all_trials(patch: pytest.MonkeyPatch) -> None:
    def leaking(trials, test):
        return Partition(np.arange(len(test)), np.flatnonzero(test))

    patch.setattr(partitions, "_checked", leaking)


def scales_by_all_stimuli(patch: pytest.MonkeyPatch) -> None:
    def leaking(features, split):
        return TrainingRows(features.matrix, np.arange(len(features.stimuli)), features.places(split.test))

    patch.setattr(Features, "training", leaking)


LEAKS: dict[str, list[Plant]] = {
    "decode_features": [fits_new_rows, trains_on_all_trials],
    "decode_control shuffled_fit": [fits_new_rows, trains_on_all_trials],
    "decode_control random_brain": [fits_new_rows, trains_on_all_trials],
    "decode_lesioned": [fits_new_rows, trains_on_all_trials],
    "encode_voxels": [fits_new_rows, takes_test_responses_for_targets, trains_on_all_trials],
    "encode_voxels pca": [fits_new_rows, takes_test_responses_for_targets, trains_on_all_trials],
    "prefer_pictures": [scales_by_new_rows, trains_on_all_trials],
    "encode_jointly": [chooses_bands_by_new_rows, takes_test_responses_for_targets, trains_on_all_trials],
    "stack_layers": [centres_kernels_by_new_rows, takes_test_responses_for_targets, trains_on_all_trials],
    "identify_stimuli": [scales_by_all_stimuli, trains_on_all_trials],
}


def test_a_leak_is_planted_in_every_step_that_fits():
    assert set(LEAKS) == set(STEPS)


@pytest.mark.parametrize(
    ("step", "plant"), [(step, plant) for step, plants in LEAKS.items() for plant in plants]
)
def test_a_planted_leak_is_caught_and_nothing_is_written(tmp_path, monkeypatch, step, plant):
    paths = write_subject(step, tmp_path)
    if step == "encode_jointly":  # its own leak, not that of the models of single spaces that it reads
        STEPS[step](tmp_path, paths)
        [path.unlink() for path in tmp_path.glob("joint-*")]
        monkeypatch.setattr("tests.support.fitting_steps.encode_alone", lambda *_: [
            str(tmp_path / f"{space}.parquet") for space in ("z", "zc")
        ])  # fmt: skip
    before = set(tmp_path.iterdir())
    plant(monkeypatch)
    with pytest.raises(LeakError, match=rf"step {step.split()[0]}: (.|\n)*test rows: \w+") as caught:
        STEPS[step](tmp_path, paths)
    assert "finished fit" in caught.value.fix
    made = {path.name for path in set(tmp_path.iterdir()) - before}
    assert not {name for name in made if not name.startswith(("unet-", "decoded"))}


def fitted_quantities(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Return a list that fills with all penalties, weights, scales and held-out predictions of a step."""
    found: list[np.ndarray] = []
    coefficients, weights, hold_out = engine.coefficients, encoder.fit_weights, HeldOutRidge.fit

    def of_ridge(training, targets, alphas, take):
        def taken(batch, filtered, means):
            found.extend([filtered.numpy().copy(), means.numpy().copy()])
            take(batch, filtered, means)

        found.append(np.array(alphas))
        coefficients(training, targets, alphas, taken)

    def of_encoder(posed, settings):
        fit = weights(posed, settings)
        found.extend(map(np.array, fit))
        return fit

    def of_stack(ridge, targets):
        fit = hold_out(ridge, targets)
        found.extend([fit.held_out.copy(), fit.alpha.copy(), fit.filtered.numpy().copy()])
        return fit

    for module in (engine, banded):
        monkeypatch.setattr(module, "coefficients", of_ridge)
    monkeypatch.setattr(encoder, "fit_weights", of_encoder)
    monkeypatch.setattr(HeldOutRidge, "fit", of_stack)
    for fit, name in ((UnitScaling, "fit"), (Span, "of")):
        monkeypatch.setattr(fit, name, classmethod(_kept(getattr(fit, name).__func__, found)))
    return found


def _kept(fit: Callable[..., object], found: list[np.ndarray]) -> Callable[..., object]:
    def kept(cls, train):
        made = fit(cls, train)
        found.extend(value.copy() for value in vars(made).values() if isinstance(value, np.ndarray))
        return made

    return kept


@pytest.mark.parametrize("step", STEPS)
def test_test_rows_change_nothing_that_is_fitted(tmp_path, monkeypatch, step):
    """Huge numbers take the place of all test responses and test features; not one bit may change."""
    paths, found = write_subject(step, tmp_path), fitted_quantities(monkeypatch)
    STEPS[step](tmp_path, paths)
    before = list(found)
    found.clear()
    spoil(paths, "test")
    STEPS[step](tmp_path, paths)
    assert len(before) == len(found) > 0
    for one, two in zip(before, found, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("step", STEPS)
def test_training_rows_change_what_is_fitted(tmp_path, monkeypatch, step):
    """Or the test above would compare nothing."""
    paths, found = write_subject(step, tmp_path), fitted_quantities(monkeypatch)
    STEPS[step](tmp_path, paths)
    before = list(found)
    found.clear()
    spoil(paths, "train")
    STEPS[step](tmp_path, paths)
    assert any(one.shape != two.shape or (one != two).any() for one, two in zip(before, found, strict=False))
