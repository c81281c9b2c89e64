"""Rates against the measurements in docs/benchmarks.md, so that none is made up or out of date."""

import re

import pytest
from tests.support.snakemake import ROOT

from cortex2image.planning import rates

BENCHMARKS = (ROOT / "docs" / "benchmarks.md").read_text()
METHODS = {"K folds": False, "K folds, standardized": True}


def measured_fits():
    """Yield the sizes of each fit by K folds, whether folds have their own scale, and its seconds."""
    for line in BENCHMARKS.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        sizes = re.fullmatch(r".*, (\d+) x (\d+) x (\d+)", cells[0])
        if sizes and len(cells) > 2 and cells[1] in METHODS:
            yield *map(int, sizes.groups()), METHODS[cells[1]], float(cells[2])
        sizes = re.fullmatch(r"(\d+) x (\d+) x (\d+)", cells[1]) if len(cells) > 3 else None
        if sizes and cells[0].startswith("encode"):
            yield *map(int, sizes.groups()), True, float(cells[2])


def test_the_document_has_fits_of_every_kind():
    fits = list(measured_fits())
    assert len(fits) == 12
    assert {rows <= predictors for rows, predictors, *_ in fits} == {True, False}


@pytest.mark.parametrize("fit", measured_fits(), ids=str)
def test_times_of_fits_are_those_that_were_measured(fit):
    rows, predictors, targets, own_scale, seconds = fit
    planned = rates.fit_seconds(rows, predictors, targets, 5, own_scale)
    if "encode z, a tenth" in BENCHMARKS and targets == 37_000:
        seconds -= targets * rates.SCORED_VOXEL + 16  # what the row says of reading and of the null
    assert 0.85 < planned / seconds < 1.45


def test_the_miniature_draws_as_measured():
    """20 steps at strength 0.8 with guidance are 32 passes of the U-Net."""
    pictures = float(re.search(r"\| this project \| ([\d.]+) \|", BENCHMARKS)[1])
    assert pytest.approx(pictures * 2 * 0.8 * 20) == rates.MINIATURE_PASSES


def test_structural_similarity_takes_what_was_measured():
    seconds = float(re.search(r"\| ssim \| ([\d.]+) \|", BENCHMARKS)[1])
    assert rates.ssim_seconds(1000, 512) == pytest.approx(seconds)
    assert rates.ssim_seconds(500, 256) == pytest.approx(seconds / 8)


def test_hours_of_a_gpu_count_a_multiplication_and_its_addition():
    assert rates.gpu_hours(rates.GPU_RATE * 3600) == 2
