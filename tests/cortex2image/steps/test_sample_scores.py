"""The step that says what scores owe to samples."""

import numpy as np
import pytest

from cortex2image.steps.sample_scores import main
from cortex2image.tables.results import EVALUATION
from cortex2image.tables.scores import SAMPLE_SCORES

SUBJECTS = ("sub-01", "sub-02")


def write(folder, subject, method, values, metric="pixcorr", prefix=""):
    """Write the evaluation of (stimuli, samples) values."""
    stimuli, samples = values.shape
    columns = {
        "stimulus_id": np.repeat([f"s{i}" for i in range(stimuli)], samples),
        "sample": np.tile(np.arange(samples), stimuli),
        "metric": [metric] * values.size,
        "value": values.ravel(),
        "as_rival": [None] * values.size,
    }
    path = folder / f"{prefix}{subject}-{method}.parquet"
    EVALUATION.write(columns, path, subject=subject, method=method)


def run(folder):
    paths = [str(path) for path in sorted(folder.glob("*sub-*.parquet"))]
    main(["--evaluation", *paths, "--sample-scores", str(folder / "samples.parquet")])
    rows = SAMPLE_SCORES.read(folder / "samples.parquet").to_pandas()
    return rows.set_index(["subject", "method", "aggregate"])


@pytest.fixture
def values(tmp_path, rng):
    """Values of two subjects with four samples; method z has one."""
    found = {subject: rng.normal(0.5, 0.1, (8, 4)) for subject in SUBJECTS}
    for subject, of_subject in found.items():
        write(tmp_path, subject, "zc", of_subject)
        write(tmp_path, subject, "z", of_subject[:, :1])
    return found


def test_methods_with_samples_have_every_aggregate(tmp_path, values):
    rows = run(tmp_path)
    assert set(rows.index.get_level_values("method")) == {"zc"}
    value = rows["value"].xs("zc", level="method")
    for subject, of_subject in values.items():
        assert value[subject, "mean"] == pytest.approx(of_subject.mean())
        assert value[subject, "one_sample"] == pytest.approx(of_subject[:, 0].mean())
        assert value[subject, "best_of_n_by_truth"] == pytest.approx(of_subject.max(axis=1).mean())
        assert value[subject, "rank_4_of_n_by_truth"] == pytest.approx(of_subject.min(axis=1).mean())
    assert value["all", "mean"] == pytest.approx(np.mean(list(values.values())))
    assert not any(name.startswith("best_of_n_by_brain") for name in rows.index.get_level_values("aggregate"))


def test_where_brain_consistency_was_computed_it_chooses(tmp_path, values, rng):
    name = "brain_consistency_z_early"
    for subject in SUBJECTS:
        write(tmp_path, subject, "zc", rng.random((8, 4)), name, prefix="brain-")
    rows = run(tmp_path)
    chosen = rows.xs("best_of_n_by_brain", level="aggregate")
    assert set(chosen["chosen_by"]) == {name}
    assert set(chosen["metric"]) == {"pixcorr"}
    for subject in SUBJECTS:
        table = EVALUATION.read(tmp_path / f"brain-{subject}-zc.parquet").to_pandas()
        best = table.pivot(index="stimulus_id", columns="sample", values="value").to_numpy().argmax(axis=1)
        expected = values[subject][np.arange(8), best].mean()
        assert chosen.loc[(subject, "zc"), "value"] == pytest.approx(expected)


def test_a_study_without_samples_has_an_empty_table(tmp_path, rng):
    write(tmp_path, "sub-01", "z", rng.random((8, 1)))
    assert run(tmp_path).empty
