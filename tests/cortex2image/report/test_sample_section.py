import numpy as np
import pandas as pd
import pytest

from cortex2image.metrics.sample_rows import sample_rows
from cortex2image.report.sample_section import sample_section, use_in_words
from cortex2image.report.words import metric_word

TARGET = "results/demo/sample_scores.parquet"


def evaluation(samples: int, seed: int) -> pd.DataFrame:
    """Return an evaluation by pixels and by two regions of the brain."""
    metrics = ("pixcorr", "brain_consistency_z_V1", "brain_consistency_z_V2")
    keys = [(i, k, m) for m in metrics for i in ("a", "b", "c", "d") for k in range(samples)]
    frame = pd.DataFrame(keys, columns=["stimulus_id", "sample", "metric"])
    return frame.assign(value=np.random.default_rng(seed).uniform(size=len(frame)), as_rival=np.nan)


def table(samples: int = 3) -> pd.DataFrame:
    tables = {(s, m): evaluation(samples, i) for i, (s, m) in enumerate([("sub-01", "zc"), ("sub-02", "zc")])}
    return pd.DataFrame(sample_rows(tables))


def test_the_chart_has_one_row_per_use_of_all_subjects() -> None:
    section = sample_section(table(), ["z", "zc"], (), TARGET)
    drawn = section["figure"].table
    assert section["samples"] == "3"
    assert sorted(drawn["use"]) == ["by_brain", "by_truth", "mean", "one_sample", "worst"]
    value = drawn.set_index("use")["value"]
    means = np.stack([evaluation(3, i)["value"].to_numpy()[:12].reshape(4, 3) for i in (0, 1)])
    assert value["mean"] == pytest.approx(means.mean())
    assert value["by_truth"] == pytest.approx(means.max(axis=2).mean())
    assert value["worst"] == pytest.approx(means.min(axis=2).mean())
    assert value["one_sample"] == pytest.approx(means[..., 0].mean())


def test_the_table_keeps_every_row_in_words() -> None:
    rows = table()
    data = sample_section(rows, ["zc"], (), TARGET)["data"]
    assert len(data["value"]) == len(rows)
    levels = data["use"]["levels"]
    assert f"best by the brain ({metric_word('brain_consistency_z_V2').title})" in levels
    assert "number 2 by the truth" in levels


def test_without_samples_to_compare_there_is_no_section() -> None:
    assert sample_section(table().head(0), ["zc"], (), TARGET) is None


def test_a_use_that_nobody_described_is_an_error() -> None:
    with pytest.raises(KeyError):
        use_in_words("median", "")
