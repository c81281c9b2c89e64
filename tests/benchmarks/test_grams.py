"""The benchmark of inner products runs the step as the workflow does, only smaller here."""

from pathlib import Path

import pytest
from tests.benchmarks.grams import LAYERS, Taken, fit, row, take_pass, verdicts, widths_at
from tests.benchmarks.step_process import Seen

from cortex2image.ridge import basis
from cortex2image.tables.columns import matrix
from cortex2image.tables.results import GRAMS

SAID = [(1.0, "inner products, blocks of columns: 2/2 done in 2.0 s")]


def test_layers_have_the_widths_of_stable_diffusion() -> None:
    assert list(widths_at(20, 1).values()) == [327_680, 81_920, 81_920, 1_310_720, 1_310_720]
    assert [name.split("-")[1] for name in widths_at(5, 1)] == list(LAYERS)


def test_a_pass_leaves_inner_products_and_no_activity(tmp_path: Path) -> None:
    (taken,) = take_pass(tmp_path, 30, {"unet-mid-n0.8-t5": 200}, 1)
    products = matrix(GRAMS.read(tmp_path / "unet-mid-n0.8-t5.parquet"), "products")
    assert products.shape == (30, 30)
    assert 0 < taken.multiplying < taken.seen.seconds
    assert 0.05 < taken.seen.own_gb < 1
    assert not (tmp_path / "activity").exists()


@pytest.mark.filterwarnings("ignore:ridge alpha")
def test_a_fit_decomposes_once_whatever_its_voxels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list(take_pass(tmp_path, 40, {"unet-mid-n0.8-t5": 200}, 1))
    products, sides = matrix(GRAMS.read(tmp_path / "unet-mid-n0.8-t5.parquet"), "products"), []
    decompose = basis.eigh
    monkeypatch.setattr(basis, "eigh", lambda gram: sides.append(len(gram)) or decompose(gram))
    fit(products, 4200, 1)
    assert sides == [36]


def test_rows_and_goals_follow_from_what_was_seen() -> None:
    taken = Taken("unet-mid-n0.8-t5", 100, 4000, Seen(5.0, 0.0, 0.4, 0.4, 0.3, SAID))
    assert taken.rate == 100**2 * 4000 / 2 / 2.0
    assert row(taken, 2 * taken.rate).endswith("| 50% |")
    memory, linear, once = verdicts([taken], [(10, 1.0, 1.0), (20, 4.0, 1.0)])
    assert memory.startswith(f"\n- Memory at most {0.3 / taken.planned_gb - 1:.0%}")
    assert "+100% for each voxel" in linear
    assert linear.endswith("missed.")
    assert once.endswith("1 (one) met.")
