"""Which settings Snakemake compares for the jobs of each rule: it runs a job again when they change.

Run as a script, it prints JSON. :func:`comparing` does so in a process of its own, since loading a workflow
changes paths and the shell of the process that loads it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.support.other_values import changed, settings_of
from tests.support.rules import WILDCARDS, Wildcards, loaded_workflow
from tests.support.snakemake import ROOT


def comparing(config: Path, cwd: Path) -> dict[str, list[str]]:
    """Return for every rule with settings the paths of all that change them when they change, one by one."""
    command = [sys.executable, "-m", "tests.support.rerun_settings", str(config)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "workflow"), str(ROOT)])}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def _changing(jobs: Any, told: dict[str, Callable[[Wildcards], str]]) -> Iterator[tuple[str, str]]:
    """Yield each rule with each setting that its jobs are told."""
    from cortex2image.study.config import stored
    from cortex2image.study.fields import as_json
    from cortex2image.study.settings import Study

    values, wildcards = as_json(jobs.study), Wildcards(WILDCARDS)
    before = {rule: settings(wildcards) for rule, settings in told.items()}
    for path, setting in settings_of(Study):
        # Checks of keys against each other would refuse some of these studies; a plan is not made of them.
        other = stored(changed(values, path, setting), path)
        object.__setattr__(jobs.settings, "study", other)  # rules hold on to these settings, which are frozen
        for rule, settings in told.items():
            if settings(wildcards) != before[rule]:
                yield rule, path


def _main(config: str) -> None:
    from snakemake.rules import RuleProxy

    with loaded_workflow(config) as workflow:
        jobs = workflow.globals["JOBS"]
        rules = {rule.name: RuleProxy(rule).params for rule in workflow.rules}
        told = {name: params.get("settings") for name, params in rules.items()}
        # Another study's miniature and another reader's files have settings of their own.
        own = {name: settings for name, settings in told.items() if settings and not _of_others(name)}
        found: dict[str, list[str]] = {name: [] for name in own}
        for rule, path in _changing(jobs, own):
            found[rule].append(path)
    json.dump(found, sys.stdout)


def _of_others(rule: str) -> bool:
    from importlib import import_module

    from cortex2image.study.settings import Study

    command = import_module(f"cortex2image.steps.{rule}").COMMAND
    return command.settings is not Study or rule.startswith("nsd_")


if __name__ == "__main__":
    _main(sys.argv[1])
