"""The smallest study on one, two and four cores, in one piece or in shards: tables and pictures are the same.

And what it runs again after a change, as Snakemake plans it, beside what tests/workflow/test_rerun_truth.py
expects.
"""

import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
import yaml
from PIL import Image
from tests.faults.study import EVERYTHING, STUDY, Study, new_study
from tests.faults.whole import differences, final_files
from tests.support.bytecode_imports import needed
from tests.support.planned import Job, following, jobs_of
from tests.support.snakemake import run_program
from tests.workflow.test_rerun_truth import declares

# One finished study serves these tests and those of faults: with several test processes they belong to one.
pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.xdist_group("faults")]
# Pictures of shards lie in folders of their shards, and tables say where.
OF_SHARDS = re.compile(r"(^|/)shards/")


def write_config(study: Study, shards: int, **changes: object) -> Study:
    """Give a study so many shards of the sampler and of each method, and other values of single keys."""
    config = yaml.safe_load(STUDY)
    for section in ("features", "reconstruct"):
        config.setdefault(section, {})["shards"] = shards
    for path, value in changes.items():
        section, key = path.split("/")
        config.setdefault(section, {})[key] = value
    (study.root / "tiny.yaml").write_text(yaml.safe_dump(config))
    return study


@pytest.fixture(scope="module")
def done(finished, tmp_path_factory) -> Study:
    """The study in two shards on two cores, as a run leaves it."""
    root = shutil.copytree(finished.root, tmp_path_factory.mktemp("two") / "cortex2image", symlinks=True)
    study = write_config(Study(root, EVERYTHING), 2)
    assert study.run() == 0, study.said[-5000:]
    return study


def apart(study: Study, other: Study) -> list[str]:
    """What differs between the results of two studies, shards aside."""
    assert {".parquet", ".png"} <= {path.suffix for path in final_files(study.results)}
    assert len(list(final_files(study.results))) > 50
    return [name for name in differences(study.results, other.results) if not OF_SHARDS.search(name)]


def test_one_core_and_no_shards_give_the_same_tables_and_pictures(done, tmp_path):
    study = write_config(new_study(tmp_path / "cortex2image", EVERYTHING), 1)
    assert study.run("--cores", "1") == 0, study.said[-5000:]
    assert apart(study, done) == []


def test_four_cores_and_more_shards_give_the_same_tables_and_pictures(done, tmp_path):
    """A copy goes on from what was prepared: all that is sampled and drawn runs again."""
    root = shutil.copytree(done.root, tmp_path / "cortex2image", symlinks=True)
    study = write_config(Study(root, EVERYTHING), 3)
    assert study.run("--cores", "4") == 0, study.said[-5000:]
    assert study.said.count("reconstruct_images") >= 3
    assert apart(study, done) == []


def plan(study: Study, *options: str) -> list[Job]:
    """The jobs that a dry run of the study would start."""
    command = [
        *study.targets,
        "--cores",
        "2",
        "--configfile",
        "tiny.yaml",
        "--dry-run",
        "--quiet",
        "host",
        *options,
    ]
    said = run_program("snakemake", *command, cwd=study.root)
    assert said.returncode == 0, said.stdout + said.stderr
    return jobs_of(said.stdout)


def names(jobs: list[Job]) -> set[tuple[str, str]]:
    return {job.name for job in jobs}


@pytest.fixture(scope="module")
def every(done) -> list[Job]:
    """All jobs of the study."""
    return plan(done, "--forceall")


def test_nothing_is_left_to_do(done, every):
    assert plan(done) == []
    assert len(every) > 25


@pytest.mark.parametrize(
    ("key", "value"),
    [("ridge/alphas", [10, 100, 1000]), ("evaluate/permutations", 300), ("encode/permutations", 300)],
)
def test_a_changed_key_runs_the_steps_again_that_read_it_and_what_follows(done, every, key, value):
    write_config(done, 2, **{key: value})
    try:
        planned = plan(done)
    finally:
        write_config(done, 2)
    assert names(planned) == following(every, lambda job: declares(job.rule, key))
    assert planned != []


@pytest.mark.parametrize("module", ["metrics.pixels", "encoding.voxel_scores"])
def test_a_changed_module_runs_the_steps_again_that_need_it_and_what_follows(done, every, module):
    source = done.root / "workflow" / "cortex2image" / f"{module.replace('.', '/')}.py"
    before = source.read_text()
    source.write_text(f"{before}\n# a remark\n")
    try:
        planned = plan(done)
    finally:
        source.write_text(before)
    name = f"cortex2image.{module}"
    assert names(planned) == following(every, lambda job: name in needed(f"cortex2image.steps.{job.rule}"))
    assert planned != []


def test_a_changed_input_file_runs_the_steps_again_that_read_it_and_what_follows(done, every):
    (atlas,) = (done.results / "simulated").rglob("*_dseg.nii.gz")
    before = atlas.read_bytes()
    atlas.write_bytes(before + b"\0")
    try:
        planned = plan(done)
    finally:
        atlas.write_bytes(before)
    path = str(atlas.relative_to(done.root))
    assert names(planned) == following(every, lambda job: job.reads([path]))
    assert {job.rule for job in planned} > {"single_trial_betas"}


def test_a_changed_picture_is_computed_again_though_the_run_broke_off_behind_its_table(done, tmp_path):
    """The rows of the table of stimuli are the old ones: only a digest in it tells of the picture."""
    study = Study(shutil.copytree(done.root, tmp_path / "cortex2image", symlinks=True))
    pictures = study.results / "simulated" / "bids" / "stimuli" / "images"
    picture = min(pictures.glob("*.png"))
    Image.fromarray(255 - np.asarray(Image.open(picture))).save(picture)
    (pictures / ".snakemake_timestamp").touch()
    assert study.asking("stimuli.parquet").run() == 0, study.said[-5000:]
    planned = {job.rule for job in plan(replace(study, targets=EVERYTHING))}
    assert {"extract_features", "sample_features", "judge_stimuli", "scores"} <= planned
    assert "stimuli" not in planned
