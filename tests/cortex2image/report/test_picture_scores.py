import numpy as np
import pandas as pd

from cortex2image.report.picture_scores import picture_scores, ranks

HIGHER, LOWER = "pixcorr", "distance"


def table(values: dict[tuple[str, int, str], float]) -> pd.DataFrame:
    rows = [(*key, value) for key, value in reversed(values.items())]
    return pd.DataFrame(rows, columns=["stimulus_id", "sample", "metric", "value"])


def scores(values: dict[tuple[str, int, str], float], metrics=(HIGHER, LOWER)):
    return picture_scores(table(values), metrics, [metric == HIGHER for metric in metrics])


RNG = np.random.default_rng(0)
KEYS = [(f"s{i}", k, m) for i in range(7) for k in range(3) for m in (HIGHER, LOWER)]
SOME = {key: float(np.round(RNG.uniform(), 1)) for key in KEYS}


def test_values_stand_at_their_stimulus_sample_and_metric() -> None:
    found = scores(SOME, (LOWER, "none", HIGHER))
    assert found.metrics == (LOWER, HIGHER)
    for (name, sample, metric), value in SOME.items():
        place = found.stimuli.index(name), sample, found.metrics.index(metric)
        assert found.values[place] == value


def test_ranks_count_those_that_are_better() -> None:
    found = scores(SOME)
    for i, name in enumerate(found.stimuli):
        for k in range(3):
            better = sum(SOME[f"s{j}", k, HIGHER] > SOME[name, k, HIGHER] for j in range(7))
            assert found.sample_ranks[i, k, 0] == 1 + better
            better = sum(SOME[f"s{j}", k, LOWER] < SOME[name, k, LOWER] for j in range(7))
            assert found.sample_ranks[i, k, 1] == 1 + better


def test_a_mean_takes_the_samples_that_have_a_score() -> None:
    gappy = {key: value for key, value in SOME.items() if key not in {("s2", 1, HIGHER)}}
    gappy = {key: value for key, value in gappy.items() if key[0] != "s3" or key[2] == LOWER}
    found = scores(gappy)
    expected = (SOME["s2", 0, HIGHER] + SOME["s2", 2, HIGHER]) / 2
    assert found.means[2, 0] == expected
    assert np.isnan(found.means[3, 0])
    assert np.isnan(found.mean_ranks[3, 0])
    assert list(found.counts) == [6, 7]


def test_pictures_of_a_control_that_score_as_well_are_counted() -> None:
    control = {key: float(np.round(RNG.uniform(), 1)) for key in KEYS}
    own, other = scores(SOME), scores(control, (LOWER, HIGHER))
    counts, of = own.at_least(other)
    assert list(of) == [21, 21]
    for name, sample, metric in KEYS:
        theirs = [value for key, value in control.items() if key[2] == metric]
        mine = SOME[name, sample, metric]
        expected = sum(value >= mine if metric == HIGHER else value <= mine for value in theirs)
        place = own.stimuli.index(name), sample, own.metrics.index(metric)
        assert counts[place] == expected


def test_a_metric_that_a_control_lacks_counts_nothing() -> None:
    only = {key: value for key, value in SOME.items() if key[2] == HIGHER}
    counts, of = scores(SOME).at_least(scores(only))
    assert list(of) == [21, 0]
    assert not counts[:, :, 1].any()


def test_equal_values_share_the_best_place() -> None:
    found = ranks(np.array([[0.5], [0.9], [0.5], [np.nan]]), np.array([True]))
    np.testing.assert_array_equal(found[:, 0], [2, 1, 2, np.nan])
