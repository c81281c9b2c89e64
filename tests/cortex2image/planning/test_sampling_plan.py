"""The plan that a user reads: passes, multiplications, hours and disk, from the sizes of the study."""

import csv
import io
from dataclasses import replace

import pytest
from tests.support.configs import change, shipped

from cortex2image.networks.registry import MODEL_SETS
from cortex2image.planning.sampling_plan import as_text, as_tsv, sampling_plan
from cortex2image.study.config import resolve

SD, MINIATURE = MODEL_SETS["stable-diffusion-v1-4"], MODEL_SETS["miniature"]
GRID = {"noise_levels": [0.2, 0.5], "steps": [5, 20, 40], "layers": ["down0", "down2", "mid", "up1", "up3"]}


def plan_of(name="nsd", grid=GRID, model_set=SD, **keys):
    config = change(shipped(name), "encode/grid", grid)
    for key, value in keys.items():
        change(config, key.replace("__", "/"), value)
    return sampling_plan(resolve(config), model_set)


def test_passes_of_a_noise_level_end_with_its_last_step():
    """Half of 50 steps for 37,000 stimuli, each with and without the caption, at 401.6e9 multiplications."""
    (cost,) = [each for each in plan_of().costs if each.sampled.noise == 0.5]
    assert (cost.steps, cost.unet_passes) == (25, 2 * 25 * 37_000)
    assert cost.multiply_adds == pytest.approx(cost.unet_passes * 401.6e9)
    assert cost.gpu_hours == pytest.approx(2 * cost.multiply_adds / 100e12 / 3600)
    assert cost.scratch == 0


def test_without_guidance_a_step_is_one_pass():
    (cost,) = [each for each in plan_of(reconstruct__guidance_scale=1).costs if each.sampled.noise == 0.5]
    assert (cost.steps, cost.unet_passes) == (25, 25 * 37_000)


def test_tables_hold_vectors_and_inner_products():
    plan = plan_of(encode__models=["z", "c"], grid={"steps": [5], "layers": ["mid", "up3"]})
    assert plan.tables == 4 * 37_000 * (6_400 + 77 * 768 + 16_384)
    assert plan.grams == 2 * 4 * 10_000**2
    assert plan.gram_mb == 4_000
    assert plan.encode_mb == 20_000


def test_parts_share_the_disk_in_turn():
    plan = plan_of()
    assert sum(cost.scratch for cost in plan.costs) > 600e9
    assert plan.at_once == 200e9
    assert plan_of(grid={"steps": [5], "layers": ["mid"]}).at_once == 37_000 * 81_920 * 2


def test_a_study_of_any_size_is_planned_for_a_thousand_stimuli():
    plan = plan_of("bids", {"steps": [5], "layers": ["mid"]}, MINIATURE, dataset__root="/data")
    assert not plan.known
    assert {cost.unet_passes for cost in plan.costs} == {2 * 16 * 1000}
    assert "for every 1,000 of them" in as_text(plan)


def test_a_study_without_sampled_spaces_samples_nothing():
    plan = plan_of(grid={}, encode__models=["z", "c"])
    assert (plan.costs, plan.grams, plan.gram_mb, plan.at_once) == ((), 0, 0, 0)
    assert "No encoding model needs the U-Net." in as_text(plan)


def test_a_reader_sees_every_pass_and_their_sums():
    plan = plan_of()
    lines = as_text(plan).splitlines()
    assert lines[0] == "37000 stimuli, of which a subject saw 10000."
    titles = "noise  part  steps  U-Net passes  1e15 multiply-adds  GPU hours  scratch GB"
    assert lines[1].split() == titles.split()
    of_passes = lines[2 : 2 + len(plan.costs)]
    assert [line.split()[0] for line in of_passes] == ["0.2", "0.5", "0.8", "0.8", "0.8", "0.8"]
    total = sum(cost.unet_passes for cost in plan.costs)
    assert lines[2 + len(plan.costs)].split()[:2] == ["all", str(total)]
    hours = sum(cost.gpu_hours for cost in plan.costs)
    assert float(lines[2 + len(plan.costs)].split()[3]) == pytest.approx(hours, rel=1e-3)
    for cost in plan.costs:
        assert any(", ".join(cost.sampled.spaces) in line for line in lines)


def test_the_table_has_a_row_per_pass():
    plan = plan_of()
    rows = list(csv.DictReader(io.StringIO(as_tsv(plan)), delimiter="\t"))
    assert [(row["noise"], row["part"]) for row in rows][-1] == ("0.8", "3")
    assert [row["spaces"].split(",") for row in rows] == [list(c.sampled.spaces) for c in plan.costs]
    assert [int(row["unet_passes"]) for row in rows] == [cost.unet_passes for cost in plan.costs]
    assert as_tsv(replace(plan, costs=())).count("\n") == 1
