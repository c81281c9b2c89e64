"""What runs again after a change of a key or of a module: exactly the steps that read it, in every case.

Snakemake runs a job again when its parameters or its inputs change; these tests go through all keys and
modules and compare both with what a step declares and needs. tests/end_to_end/test_everywhere_equal.py shows
that Snakemake agrees.
"""

import os

import pytest
import yaml
from tests.support.bytecode_imports import needed
from tests.support.configs import SOURCE, change, shipped
from tests.support.other_values import changed, settings_of
from tests.support.rerun_settings import comparing
from tests.support.snakemake import ROOT

from cortex2image.planning import code
from cortex2image.sources import module_path
from cortex2image.study.config import checked, resolve
from cortex2image.study.fields import as_json
from cortex2image.study.settings import Study

STEPS = sorted(path.stem for path in module_path("cortex2image.steps").parent.glob("[!_]*.py"))
KEYS = [path for path, _ in settings_of(Study)]
# Read by no step, but while a study is planned: they decide which jobs there are, and which files they read.
PLANNED = {"features/scratch_gb", "prefer/regions", "prefer/spaces", "ratings"}
WILDCARDS = {"subject": "sub-01", "space": "z", "method": "zc", "region": "early"}


def declares(step: str, key: str) -> bool:
    """Whether a step says that it reads a key: by its path, by a section around it, or by its group."""
    for read in code.declared_reads(step):
        path = read.partition("/{")[0]
        if path == "everything" or key == path or key.startswith(f"{path}/"):
            return True
        if path == "dataset/@source" and key.removeprefix("dataset/") in SOURCE:
            return True
    return False


def expected(step: str) -> set[str]:
    """The keys that change the settings of the jobs of a step for z and zc, as their authors mean it."""
    keys = {key for key in KEYS if declares(step, key)}
    if step == "extract_features":
        return keys | {"features/latent"}  # of z, whatever other spaces read
    # One more decoder of others is no job that is there.
    return keys - {"reconstruct/external"} if step == "reconstruct_images" else keys


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The keys that change the settings of each rule, in a simulated study and in one of prepared betas."""
    folder = tmp_path_factory.mktemp("rerun")
    nsd = change(shipped("nsd"), "dataset/split", {"kind": "tau", "tau": 0.9})
    (folder / "nsd.yaml").write_text(yaml.safe_dump(nsd))
    prepared = comparing(folder / "nsd.yaml", folder)
    return prepared | comparing(ROOT / "config" / "config.yaml", folder)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_another_valid_value(key):
    values = as_json(resolve(shipped()))
    setting = dict(settings_of(Study))[key]
    assert checked(Study, changed(values, key, setting), key) != values


def test_a_changed_key_changes_the_settings_of_the_steps_that_read_it_and_of_no_other(found):
    told = {step: set(keys) for step, keys in found.items()}
    assert told == {step: expected(step) for step in told}
    assert len(told) > 45


def test_every_key_is_read_by_a_step_or_decides_which_jobs_there_are():
    whole = {step for step in STEPS if "everything" in code.declared_reads(step)}
    read = {key for key in KEYS if any(declares(step, key) for step in STEPS if step not in whole)}
    assert set(KEYS) - read == PLANNED


@pytest.mark.parametrize("step", STEPS)
def test_a_changed_module_is_an_input_of_the_steps_that_need_it_and_of_no_other(step):
    """Modules that declare what a study may ask for reach jobs as settings, which are compared above."""
    study = resolve(shipped())
    cores = [entry.core for entry in code.entries(step, study, WILDCARDS) if entry.core]
    modules = needed(f"cortex2image.steps.{step}", *cores)
    parsing = {f"cortex2image.study.{name.removesuffix('.py')}" for name in code.PARSING}
    read = {name for name in modules if not name.startswith("cortex2image.study.") or name in parsing}
    assert code.code_files(step, study, WILDCARDS) == sorted(
        os.path.relpath(module_path(name)) for name in read
    )
