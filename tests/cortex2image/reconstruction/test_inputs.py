from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA
from tests.support.tiny_models import tiny_description

from cortex2image.errors import ConfigError, DataError, LeakError
from cortex2image.reconstruction.inputs import FeatureTable, Tables, derangement, method_inputs
from cortex2image.study.methods import METHODS, bottleneck

TEST = ["t1", "t2", "t3", "t4"]
TRAINING = ["s1", "s2", "s3"]
SEEN_BY_OTHERS = ["o1", "o2"]
WIDTHS = {"z": 64, "c": 128}


@pytest.fixture
def models(tmp_path):
    return tiny_description(tmp_path)


@pytest.fixture
def tables(rng):
    """Decoded features of the test stimuli, in another order for c; true features of all stimuli."""

    def table(stimuli, kind, space):
        features = rng.standard_normal((len(stimuli), WIDTHS[space])).astype(np.float32)
        return FeatureTable(stimuli, features, f"{kind}/{space}.parquet")

    everything = [*SEEN_BY_OTHERS, *TEST, *TRAINING]
    return Tables(
        {"z": table(TEST, "decoded", "z"), "c": table(TEST[::-1], "decoded", "c")},
        {space: table(everything, "features", space) for space in WIDTHS},
        dict.fromkeys(TRAINING, "train") | dict.fromkeys(["t3", "t1", "t4", "t2"], "test"),
        study_seed=7,
    )


def without_decoded(tables):
    """What the step gives to a method that reads no decoded features."""
    return replace(tables, decoded={})


def changed(tables, stimuli):
    """Return tables in which the true features of some stimuli are others."""
    return replace(
        tables,
        true={
            space: replace(table, features=table.features + 9.0 * np.isin(table.stimuli, stimuli)[:, None])
            for space, table in tables.true.items()
        },
    )


def test_decoded_features_are_matched_by_stimulus(tables, models):
    stimuli, features = method_inputs(METHODS["zc"], tables, models)
    assert stimuli == TEST
    np.testing.assert_array_equal(features["z"], tables.decoded["z"].features)
    np.testing.assert_array_equal(features["c"], tables.decoded["c"].features[::-1])


@pytest.mark.parametrize("space", ["z", "c"])
def test_a_method_of_one_space_gets_that_space(tables, models, space):
    alone = replace(tables, decoded={space: tables.decoded[space]})
    stimuli, features = method_inputs(METHODS[space], alone, models)
    assert list(features) == [space]
    np.testing.assert_array_equal(features[space], alone.decoded[space].features)
    assert stimuli == list(alone.decoded[space].stimuli)


def test_true_features_are_those_of_the_test_stimuli_of_the_subject(tables, models):
    stimuli, features = method_inputs(METHODS["ceiling"], without_decoded(tables), models)
    assert stimuli == ["t3", "t1", "t4", "t2"]
    for space, table in tables.true.items():
        np.testing.assert_array_equal(features[space], table.features[[4, 2, 5, 3]])


def test_shuffled_features_are_those_of_one_other_stimulus_in_both_spaces(tables, models):
    stimuli, features = method_inputs(METHODS["shuffled"], tables, models)
    assert stimuli == TEST
    others = derangement(TEST, 7)
    for space, table in tables.decoded.items():
        np.testing.assert_array_equal(features[space], table.rows(others))
        assert not (features[space] == table.rows(TEST)).all(axis=1).any()


@pytest.mark.parametrize("count", [2, 3, 4, 7, 40])
@pytest.mark.parametrize("seed", range(5))
def test_nobody_keeps_its_own_and_each_is_used_once(count, seed):
    stimuli = [f"s{i}" for i in range(count)]
    others = derangement(stimuli, seed)
    assert sorted(others) == sorted(stimuli)
    assert all(own != other for own, other in zip(stimuli, others, strict=True))


def test_who_gets_what_depends_on_the_study_and_not_on_the_order(rng):
    stimuli = [f"s{i}" for i in range(20)]
    again = rng.permutation(stimuli).tolist()
    pairs = dict(zip(stimuli, derangement(stimuli, 3), strict=True))
    assert dict(zip(again, derangement(again, 3), strict=True)) == pairs
    assert dict(zip(stimuli, derangement(stimuli, 4), strict=True)) != pairs


def test_one_stimulus_cannot_be_shuffled(tables, models):
    lone = {space: FeatureTable(["t1"], t.rows(["t1"]), t.source) for space, t in tables.decoded.items()}
    with pytest.raises(ConfigError, match=r"method shuffled(.|\n)*two test stimuli or more(.|\n)*1"):
        method_inputs(METHODS["shuffled"], replace(tables, decoded=lone), models)


@pytest.mark.parametrize("name", ["shuffled", "no_brain"])
def test_errors_name_the_method_of_the_job(tables, models, name):
    lone = {space: FeatureTable(["t1"], t.rows(["t1"]), t.source) for space, t in tables.decoded.items()}
    decoded = lone if name == "shuffled" else {}
    poor = replace(tables, decoded=decoded, split={"t1": "test"})
    with pytest.raises(ConfigError, match="method mine"):
        method_inputs(replace(METHODS[name], name="mine"), poor, models)


def test_the_mean_is_that_of_the_training_stimuli_for_every_test_stimulus(tables, models):
    stimuli, features = method_inputs(METHODS["no_brain"], without_decoded(tables), models)
    assert sorted(stimuli) == TEST
    for space, table in tables.true.items():
        assert features[space].dtype == np.float32
        expected = table.rows(TRAINING).astype(np.float64).mean(axis=0)
        np.testing.assert_allclose(features[space], np.tile(expected, (4, 1)), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("stimuli", [TEST, SEEN_BY_OTHERS])
def test_only_training_stimuli_of_the_subject_enter_the_mean(tables, models, stimuli):
    tables = without_decoded(tables)
    _, before = method_inputs(METHODS["no_brain"], tables, models)
    _, after = method_inputs(METHODS["no_brain"], changed(tables, stimuli), models)
    _, other = method_inputs(METHODS["no_brain"], changed(tables, TRAINING[:1]), models)
    for space in WIDTHS:
        np.testing.assert_array_equal(before[space], after[space])
        np.testing.assert_allclose(other[space] - before[space], 3.0, rtol=1e-5)


def test_without_training_stimuli_there_is_no_mean(tables, models):
    only_test = replace(without_decoded(tables), split=dict.fromkeys(TEST, "test"))
    with pytest.raises(ConfigError, match=r"method no_brain(.|\n)*training stimuli(.|\n)*of test stimuli"):
        method_inputs(METHODS["no_brain"], only_test, models)


@pytest.mark.parametrize("name", ["ceiling", "no_brain"])
def test_without_test_stimuli_there_is_nothing_to_draw(tables, models, name):
    """In a cross-validated study every stimulus trains, so that no test stimulus is left out of a mean."""
    cross_validated = replace(without_decoded(tables), split=dict.fromkeys([*TRAINING, *TEST], "train"))
    with pytest.raises(ConfigError, match=rf"method {name}(.|\n)*stimuli of the split test(.|\n)*none"):
        method_inputs(METHODS[name], cross_validated, models)


def test_a_stimulus_without_true_features(tables, models):
    table = tables.true["c"]
    kept = [stimulus for stimulus in table.stimuli if stimulus not in ("t2", "t4")]
    short = tables.true | {"c": FeatureTable(kept, table.rows(kept), table.source)}
    missing = replace(without_decoded(tables), true=short)
    with pytest.raises(DataError, match=r"features/c\.parquet(.|\n)*2 are missing, first t2"):
        method_inputs(METHODS["ceiling"], missing, models)


@pytest.mark.parametrize("name", ["zc", "shuffled"])
def test_stimuli_decoded_in_one_space_only(tables, models, name):
    table = tables.decoded["c"]
    short = tables.decoded | {"c": FeatureTable(TEST[:3], table.rows(TEST[:3]), table.source)}
    with pytest.raises(DataError, match=r"decoded/c\.parquet(.|\n)*1 are in one table only, first t4"):
        method_inputs(METHODS[name], replace(tables, decoded=short), models)


@pytest.mark.parametrize(("name", "kind"), [("zc", "decoded"), ("ceiling", "true"), ("no_brain", "true")])
def test_features_of_another_model(tables, models, name, kind):
    given = tables if kind == "decoded" else without_decoded(tables)
    whole = getattr(given, kind)
    narrow = {space: replace(table, features=table.features[:, :60]) for space, table in whole.items()}
    with pytest.raises(DataError, match=r"z\.parquet(.|\n)*vectors of 64 values(.|\n)*60 values"):
        method_inputs(METHODS[name], replace(given, **{kind: narrow}), models)


def test_rows_come_in_the_order_asked_for(tables):
    table = tables.true["z"]
    np.testing.assert_array_equal(table.rows(["t2", "o1", "t2"]), table.features[[3, 0, 3]])


@pytest.mark.parametrize("name", ["shuffled_fit", "random_brain", "nearest_train"])
def test_features_of_the_decoder_of_a_control_are_taken_as_they_are(tables, models, name):
    stimuli, features = method_inputs(METHODS[name], tables, models)
    assert stimuli == TEST
    for space, table in tables.decoded.items():
        np.testing.assert_array_equal(features[space], table.rows(TEST))


def test_a_bottleneck_leaves_directions_of_the_subjects_training_features(tables, models):
    _, features = method_inputs(bottleneck(1), tables, models)
    _, again = method_inputs(bottleneck(1), changed(tables, [*TEST, *SEEN_BY_OTHERS]), models)
    for space, table in tables.decoded.items():
        pca = PCA(1, svd_solver="full").fit(tables.true[space].rows(TRAINING).astype(float))
        expected = pca.inverse_transform(pca.transform(table.rows(TEST).astype(float)))
        np.testing.assert_allclose(features[space], expected, atol=1e-5)
        np.testing.assert_array_equal(features[space], again[space])


def test_a_bottleneck_is_narrower_than_the_training_stimuli(tables, models):
    with pytest.raises(ConfigError, match=r"reconstruct/bottleneck\n  expected: 1 to 2 (.|\n)*3"):
        method_inputs(bottleneck(3), tables, models)


def test_every_stimulus_of_a_cross_validated_study_is_decoded(tables, models):
    folds = replace(tables, split=dict.fromkeys([*TRAINING, *TEST], "train"))
    assert method_inputs(METHODS["zc"], folds, models)[0] == TEST


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_not_finite_are_refused(tables, models, value):
    table = tables.decoded["c"]
    features = table.features.copy()
    features[1, 5] = value
    broken = tables.decoded | {"c": replace(table, features=features)}
    with pytest.raises(DataError, match=r"decoded/c\.parquet(.|\n)*in 1 stimuli, first t3"):
        method_inputs(METHODS["zc"], replace(tables, decoded=broken), models)


@pytest.mark.parametrize("method", [METHODS["no_brain"], bottleneck(2)], ids=["no_brain", "bottleneck"])
def test_a_fit_to_all_stimuli_is_caught(tables, models, method, monkeypatch):
    """Planted: the training features of a mean, or of directions, are those of test stimuli too."""
    training = Tables.training
    monkeypatch.setattr(
        Tables, "training", lambda self, space, names=None: training(self, space, [*TRAINING, *TEST])
    )
    with pytest.raises(LeakError, match="test rows: 4 of 4"):
        method_inputs(method, tables, models)


def test_training_features_are_those_of_training_stimuli_in_order(tables):
    table = tables.true["z"]
    np.testing.assert_array_equal(tables.training("z")[:], table.rows(TRAINING))
    np.testing.assert_array_equal(tables.training("z", ["s3", "s1"])[:], table.rows(["s3", "s1"]))
    with pytest.raises(LeakError):
        tables.training("z", ["s1", "t2"])
