"""A score without its interval and its null is not written, whoever writes it."""

import math

import pytest

from cortex2image.errors import ContractError
from cortex2image.tables.scores import COMPARISONS, SAMPLE_SCORES, SCORES

SCORE = {
    "subject": "sub-01",
    "method": "zc",
    "metric": "pixcorr",
    "n": 60,
    "value": 0.4,
    "ci_low": 0.3,
    "ci_high": 0.5,
    "null_mean": 0.0,
    "null_sd": 0.02,
    "p": 0.001,
    "ceiling": 0.8,
    "floor": 0.1,
    "floor_control": "shuffled",
    "share": 0.43,
    "share_low": 0.3,
    "share_high": 0.55,
    "nearest_train": None,
    "higher_is_better": True,
    "metric_version": "1",
}
COMPARISON = {
    "subject": "all",
    "metric": "pixcorr",
    "method_a": "z",
    "method_b": "zc",
    "n": 60,
    "difference": 0.1,
    "ci_low": 0.0,
    "ci_high": 0.2,
    "p": 0.04,
    "q": 0.06,
    "family": "pixels, methods",
    "standardised": 0.3,
    "probability": None,
    "higher_is_better": True,
}
SAMPLES = {
    "subject": "all",
    "method": "zc",
    "metric": "pixcorr",
    "aggregate": "best_of_n_by_truth",
    "chosen_by": "pixcorr",
    "samples": 3,
    "n": 60,
    "value": 0.5,
    "ci_low": 0.4,
    "ci_high": 0.6,
    "higher_is_better": True,
}


def write(contract, row, path, **changes):
    contract.write({name: [value] for name, value in (row | changes).items()}, path)


@pytest.mark.parametrize(
    ("contract", "row"), [(SCORES, SCORE), (COMPARISONS, COMPARISON), (SAMPLE_SCORES, SAMPLES)]
)
def test_complete_rows_are_written(tmp_path, contract, row):
    write(contract, row, tmp_path / "table.parquet")
    assert contract.read(tmp_path / "table.parquet").to_pylist() == [row]


@pytest.mark.parametrize(
    ("contract", "row", "changes"),
    [
        *[
            (SCORES, SCORE, changes)
            for changes in (
                {"value": None},
                {"value": math.nan},
                {"ci_low": 0.41},
                {"ci_high": 0.39},
                {"ci_low": None},
                {"ci_high": math.nan},
                {"null_sd": None},
                {"null_sd": math.nan},
                {"null_mean": math.nan},
                {"n": 2},
                {"p": 0.0},
                {"p": math.nan},
                {"share_low": None},
                {"share_high": 0.4},
            )
        ],
        *[(COMPARISONS, COMPARISON, c) for c in ({"n": 2}, {"q": 0.03}, {"ci_low": 0.11}, {"p": math.nan})],
        *[(SAMPLE_SCORES, SAMPLES, c) for c in ({"n": 2}, {"ci_low": 0.51}, {"value": math.nan})],
    ],
)
def test_rows_without_interval_or_null_are_refused(tmp_path, contract, row, changes):
    with pytest.raises(ContractError):
        write(contract, row, tmp_path / "table.parquet", **changes)
    assert not (tmp_path / "table.parquet").exists()
