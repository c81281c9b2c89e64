"""The plan of a whole study: hours from counts and rates, memory as jobs ask for it, disk from sizes."""

import csv
import io

import pytest
from tests.support.configs import CONFIGS, change, shipped
from tests.support.snakemake import ROOT

from cortex2image.planning import rates
from cortex2image.planning.jobs import Jobs
from cortex2image.planning.study_plan import ON_GPU, as_text, as_tsv, study_plan
from cortex2image.study.config import resolve


def jobs_of(name="nsd", **keys):
    config = shipped(name)
    for key, value in keys.items():
        change(config, key.replace("__", "/"), value)
    return Jobs(resolve(config), CONFIGS / "miniature.yaml")


NSD = {"reconstruct__methods": ["z", "c", "zc"], "reconstruct__samples": 5, "subjects": ["sub-01", "sub-02"]}


def test_pictures_take_the_passes_of_their_start():
    """z draws no noise; c starts from noise and takes all steps, zc from the coarse picture."""
    plan = study_plan(jobs_of(**NSD, reconstruct__steps=50, reconstruct__strength=0.8))
    assert plan.pictures == 2 * 1000 * (1 + 5 + 5)
    assert plan.passes == 2 * 1000 * 5 * 2 * (50 + 40)
    assert plan.drawing == pytest.approx(plan.passes * 401.6e9)
    unguided = study_plan(jobs_of(**NSD, reconstruct__steps=50, reconstruct__guidance_scale=1))
    assert unguided.passes == plan.passes / 2


def test_memory_is_what_the_largest_job_asks_for():
    jobs = jobs_of(**NSD)
    plan, needs = study_plan(jobs), jobs.resources
    assert plan.memory["decode_features"] == max(needs.decode_mb("z"), needs.decode_mb("c"))
    single = [name for name in jobs.encoding.models if "+" not in name and not name.startswith("stack")]
    assert plan.memory["encode_voxels"] == max(map(needs.encode_mb, single))
    assert plan.memory["brain_consistency"] == needs.brain_mb


def test_fits_of_more_subjects_and_of_more_voxels_take_longer():
    fewer, more = (study_plan(jobs_of(subjects=[f"sub-0{n}" for n in range(1, k + 1)])) for k in (1, 3))
    assert more.fits == pytest.approx(3 * fewer.fits)
    assert study_plan(jobs_of(subjects=["sub-01"], dataset__mask="brain")).fits > fewer.fits
    assert study_plan(jobs_of("config")).fits is None


def test_disk_holds_both_tables_of_betas_and_every_picture():
    plan = study_plan(jobs_of(**NSD))
    assert plan.disk["betas"] == 2 * 4 * 30_000 * 28_000 * 2
    assert plan.disk["pictures"] == plan.pictures * 3 * 512**2


def test_a_reader_sees_every_rule_the_sums_and_where_rates_are_from():
    plan = study_plan(jobs_of(**NSD))
    said = as_text(plan)
    assert f"{sum(plan.jobs.values())} jobs" in said
    assert all(f"{rule} " in said for rule in plan.jobs)
    hours = rates.gpu_hours(plan.drawing)
    assert f"They take {hours:.3g} + " in said
    assert "counted, at 100 TFLOP/s" in said
    assert "measured: The size of NSD" in said


def test_the_miniature_takes_hours_of_cores_and_unknown_data_are_named():
    said = as_text(study_plan(jobs_of("bids", dataset__root="/data")))
    assert "measured: Drawing with the miniature" in said
    assert "GPU hours" not in said
    assert "Only the data, or their split, tell how many stimuli test" in said


def test_the_table_has_a_row_per_rule():
    plan = study_plan(jobs_of(**NSD))
    rows = list(csv.DictReader(io.StringIO(as_tsv(plan)), delimiter="\t"))
    assert {row["rule"]: int(row["jobs"]) for row in rows} == plan.jobs
    assert {row["rule"] for row in rows if row["gpus"] == "1"} == plan.jobs.keys() & set(ON_GPU)


SCALING = (ROOT / "docs" / "scaling.md").read_text()


def test_the_document_shows_the_plan_of_nsd_as_it_is():
    plan = study_plan(jobs_of())
    said = as_text(plan)
    assert said[said.index(f"{sum(plan.jobs.values())} jobs, ") :] in SCALING


@pytest.mark.parametrize(
    ("name", "subjects", "keys"),
    [
        ("config", 2, {}),
        ("nsd", 4, {"encode": {"models": ["z", "c"]}}),
        ("nsd", 8, {"features__shards": 40, "reconstruct__shards": 40}),
        ("bids", 10, {"dataset__root": "/data"}),
        ("bids", 200, {"dataset__root": "/data"}),
    ],
)
def test_the_document_counts_jobs_and_pictures_as_they_are(name, subjects, keys):
    plan = study_plan(jobs_of(name, subjects=[f"sub-{n:02d}" for n in range(1, subjects + 1)], **keys))
    on_gpu = sum(count for rule, count in plan.jobs.items() if rule in ON_GPU)
    assert f"| {sum(plan.jobs.values()):,} | {on_gpu:,} | {plan.pictures:,} |" in SCALING
