"""The training picture nearest to decoded features, beside scipy's correlations."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy.stats import pearsonr
from tests.support.sampling import sampling
from tests.support.tiny_models import tiny_description

from cortex2image.errors import ConfigError, DataError
from cortex2image.reconstruction import nearest as core
from cortex2image.reconstruction.inputs import FeatureTable, Tables
from cortex2image.reconstruction.nearest import Candidates, nearest, open_painter, training_stimuli
from cortex2image.reconstruction.studio import Studio
from cortex2image.study.methods import METHODS

METHOD = METHODS["nearest_train"]
TRAINING = [f"s{i:02d}" for i in range(12)]
OTHERS = ["o1", "t1", "t2", "t3"]
WIDTHS = {"z": 64, "c": 128}


@pytest.fixture
def studio(rng, tmp_path):
    """Return features of 12 training stimuli among others, in another order for c, and pictures of all."""
    names = rng.permutation([*TRAINING, *OTHERS])
    orders = {"z": names.tolist(), "c": names[::-1].tolist()}
    features = {s: rng.standard_normal((16, width)).astype(np.float32) + 4 for s, width in WIDTHS.items()}
    true = {space: FeatureTable(orders[space], features[space], f"{space}.parquet") for space in WIDTHS}
    decoded = {s: FeatureTable(OTHERS[1:], features[s][:3] + 1, "decoded.parquet") for s in WIDTHS}
    split = dict.fromkeys(TRAINING, "train") | dict.fromkeys(OTHERS[1:], "test")
    tables = Tables(decoded, true, split, 7, draw(tmp_path, names, rng))
    return Studio(tiny_description(tmp_path / "none"), sampling(5, 0.8, 3.0), tables)


def draw(folder, names, rng):
    paths = {str(name): str(folder / f"{name}.png") for name in names}
    for path in paths.values():
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)
    return paths


def near(rng, tables, stimuli, noise=0.3):
    """Return features like the true ones of `stimuli`, with another scale and level."""
    return {
        space: (2 * table.rows(stimuli) + noise * rng.standard_normal((len(stimuli), WIDTHS[space]))).astype(
            np.float32
        )
        for space, table in tables.true.items()
    }


def candidates(tables):
    return {space: Candidates.of(tables.training(space, TRAINING)) for space in WIDTHS}


def test_the_nearest_has_the_largest_mean_correlation_about_the_training_mean(studio, rng):
    tables = studio.tables
    decoded = {space: rng.standard_normal((9, width)).astype(np.float32) for space, width in WIDTHS.items()}
    expected = []
    for row in range(9):
        r = np.zeros(len(TRAINING))
        for space, table in tables.true.items():
            known = table.rows(TRAINING).astype(float)
            mean = known.mean(axis=0)
            r += [pearsonr(decoded[space][row] - mean, one - mean).statistic / 2 for one in known]
        expected.append(r.argmax())
    assert len(set(expected)) > 2
    np.testing.assert_array_equal(nearest(candidates(tables), decoded), expected)


@pytest.mark.parametrize("block", [1, 5, 256])
def test_correlations_are_those_of_scipy_in_blocks_of_any_size(studio, rng, block, monkeypatch):
    monkeypatch.setattr(core, "STIMULI_AT_ONCE", block)
    table = studio.tables.true["z"]
    decoded = rng.standard_normal((3, 64)).astype(np.float32) + 4
    known = table.rows(TRAINING).astype(float)
    mean = known.mean(axis=0)
    expected = [[pearsonr(one - mean, other - mean).statistic for other in known] for one in decoded]
    found = Candidates.of(studio.tables.training("z", TRAINING)).correlations(decoded)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_picture_of_the_nearest_stimulus_is_shown_at_the_size_of_drawn_ones(studio, rng):
    wanted = ["s07", "s00", "s11", "s07"]
    drawn = open_painter(METHOD, studio)(near(rng, studio.tables, wanted, noise=0.01), [0] * 4)
    assert drawn.captions is None
    size = studio.models.image_size
    assert drawn.pictures.shape == (4, size, size, 3)
    assert drawn.pictures.dtype == np.uint8
    for name, picture in zip(wanted, drawn.pictures, strict=True):
        whole = Image.open(studio.tables.pictures[name])
        expected = whole.crop((5, 0, 25, 20)).resize((size, size), Image.Resampling.LANCZOS)
        np.testing.assert_array_equal(picture, np.asarray(expected))


def test_a_picture_does_not_depend_on_its_batch(studio, rng):
    features = near(rng, studio.tables, TRAINING, noise=3.0)
    paint = open_painter(METHOD, studio)
    together = paint(features, [0] * 12).pictures
    alone = [paint({s: v[i : i + 1] for s, v in features.items()}, [0]).pictures[0] for i in range(12)]
    np.testing.assert_array_equal(together, alone)


def test_neither_test_stimuli_nor_those_of_other_subjects_are_found(studio):
    assert training_stimuli(METHOD, studio.tables) == TRAINING
    own = {space: table.rows(OTHERS) for space, table in studio.tables.true.items()}
    shown = {name: np.asarray(Image.open(path)) for name, path in studio.tables.pictures.items()}
    drawn = open_painter(METHOD, studio)(own, [0] * 4).pictures
    assert drawn.shape[0] == 4
    size = studio.models.image_size
    theirs = [core.square(shown[name], size) for name in OTHERS]
    assert not any((one == other).all() for one in drawn for other in theirs)


def test_stimuli_that_rounding_tells_apart_are_taken_in_the_order_of_their_names(studio, rng):
    tables = studio.tables
    twins = {}
    for space, table in tables.true.items():
        features = table.features.copy()
        own = features[table.stimuli.index("s03")]
        features[table.stimuli.index("s09")] = own + 8e-4 * rng.standard_normal(len(own))
        twins[space] = replace(table, features=features)
    tables = replace(tables, true=twins)
    wanted = {space: table.rows(["s09"]) for space, table in twins.items()}
    assert nearest(candidates(tables), wanted).tolist() == [3]


def test_features_that_are_the_mean_itself_are_near_to_nothing(studio):
    means = {space: found.mean[None] for space, found in candidates(studio.tables).items()}
    assert nearest(candidates(studio.tables), means).tolist() == [0]


def test_no_model_is_loaded(studio):
    assert not studio.models.folder.exists()
    open_painter(METHOD, studio)


@pytest.mark.parametrize("gone", ["file", "name"])
def test_missing_pictures_are_refused_before_anything_is_drawn(studio, gone, tmp_path):
    pictures = dict(studio.tables.pictures)
    if gone == "file":
        (tmp_path / "s05.png").unlink()
    else:
        del pictures["s05"]
    poor = replace(studio, tables=replace(studio.tables, pictures=pictures))
    with pytest.raises(DataError, match=r"a picture of every(.|\n)*1 of 12 missing, first s05"):
        open_painter(METHOD, poor)


def test_without_training_stimuli_nothing_is_near(studio):
    poor = replace(studio, tables=replace(studio.tables, split=dict.fromkeys(TRAINING, "test")))
    with pytest.raises(ConfigError, match=r"nearest_train(.|\n)*training stimuli"):
        open_painter(METHOD, poor)
