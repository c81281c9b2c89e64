"""Jobs that the plan of a study counts are those that Snakemake would start, with the memory they ask for."""

import re

import pytest
import yaml
from tests.support.categories_study import categories_study
from tests.support.configs import CONFIGS, change, shipped
from tests.support.nsd_tree import write_nsd_tree

from cortex2image.planning.jobs import Jobs
from cortex2image.planning.study_plan import ON_GPU, study_plan
from cortex2image.study.config import resolve


def simulated(folder):
    grid = {"noise_levels": [0.5], "steps": [2, 16], "layers": ["mid", "up1"], "unique": True, "stack": True}
    config = change(shipped(), "encode/grid", grid)
    change(config, "dataset/split", {"kind": "random"})
    change(config, "reconstruct/methods", ["z", "zc", "shuffled_fit", "random_brain_c", "no_brain"])
    change(config, "reconstruct/shards", 3)
    change(config, "reconstruct/series", {"stimuli": 1})
    return change(config, "features/shards", 2)


def of_nsd(folder):
    write_nsd_tree(folder / "data", ["sub-01", "sub-05"], [1, 1], train=40, shared=20, side=16)
    config = change(shipped("nsd"), "dataset/root", "data")
    change(config, "dataset/sessions", 1)
    change(config, "models/set", "miniature")
    change(config, "encode/grid", {"noise_levels": [0.2], "steps": [5], "layers": ["mid"], "unique": True})
    change(config, "reconstruct/shards", 5)
    return change(config, "subjects", ["sub-01", "sub-05"])


def of_haxby(folder):
    return shipped("haxby")


@pytest.mark.parametrize("study", [simulated, of_nsd, categories_study, of_haxby])
def test_jobs_and_memory_are_those_of_snakemake(snakemake, tmp_path, study):
    config = study(tmp_path)
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(config))
    done = snakemake("--dry-run", "--quiet", "host", config=tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    stats = re.search(r"^Job stats:\n.*?\n-.*?\n(.*?)^total", done.stdout, flags=re.MULTILINE | re.DOTALL)
    started = {
        rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", stats[1], flags=re.MULTILINE)
    }
    plan = study_plan(Jobs(resolve(config), CONFIGS / "miniature.yaml"))
    assert plan.jobs == {rule: count for rule, count in started.items() if rule != "all"}
    asking = set()
    blocks = re.split(r"^(?:local)?rule (\w+):$", done.stdout, flags=re.MULTILINE)[1:]
    for rule, text in zip(blocks[::2], blocks[1::2], strict=True):
        needs = re.search(r"^    resources: (.*)$", text, flags=re.MULTILINE)
        if needs and rule != "all":
            asking |= {rule} if "gpu=1" in needs[1] else set()
            assert int(re.search(r"mem_mb=(\d+)", needs[1])[1]) <= plan.memory[rule], rule
    assert asking == plan.jobs.keys() & set(ON_GPU)


def test_the_plan_of_a_study_comes_before_its_data(snakemake, tmp_path):
    config = change(shipped("nsd"), "dataset/root", "nowhere")
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(config))
    done = snakemake("plan_study", config=tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "GPU hours" in done.stdout
    assert (tmp_path / "results" / "nsd" / "study_plan.tsv").exists()
