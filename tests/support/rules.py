"""The rules of the workflow as Snakemake understands them, whatever way they are written in.

Run as a script, it prints the facts of every rule of a study as JSON. :func:`rules_of` does so in a process
of its own, since loading a workflow changes paths and the shell of the process that loads it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.snakemake import ROOT

WILDCARDS = {
    "subject": "sub-01",
    "space": "z",
    "method": "zc",
    "noise": "0.8",
    "part": "0",
    "shard": "0",
    "model": "z+zc",
    "family": "noise",
    "region": "early",
}
Facts = dict[str, Any]


def rules_of(config: Path, cwd: Path) -> dict[str, Facts]:
    """Return the rules of a study by name, loaded in the folder `cwd`.

    The facts of a rule: `doc`, `shell`, `logs`, `outputs`, `benchmark`, `conda`, `code` (the files of its
    input `code`), `names` (of its inputs, outputs, params and wildcards) and `resources` (values by name, of
    the first and of the second attempt).
    """
    command = [sys.executable, "-m", "tests.support.rules", str(config)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {rule.pop("name"): rule for rule in json.loads(done.stdout)}


class Wildcards(dict[str, str]):
    """Wildcards of a job as functions of rules read them: by attribute, by key, and all of them."""

    def __getattr__(self, name: str) -> str:
        return self[name]


def _facts(rule: Any) -> Facts:
    from snakemake.rules import RuleProxy

    wildcards = Wildcards(WILDCARDS)
    code = RuleProxy(rule).input.get("code", [])
    attempts = [rule.expand_resources(wildcards, [], attempt) for attempt in (1, 2)]
    return {
        "name": rule.name,
        "doc": rule.docstring,
        "shell": rule.shellcmd,
        "logs": [str(log) for log in rule.log],
        "outputs": [str(output) for output in rule.output],
        "benchmark": str(rule.benchmark) if rule.benchmark else None,
        "conda": rule.conda_env,
        "code": [str(file) for file in (code(wildcards) if callable(code) else code)],
        "names": {
            "input": list(rule.input.keys()),
            "output": list(rule.output.keys()),
            "params": list(rule.params.keys()),
            "wildcards": sorted(rule.wildcard_names),
        },
        "resources": [dict(asked.items()) for asked in attempts],
    }


@contextmanager
def loaded_workflow(config: str) -> Iterator[Any]:
    """Yield the workflow of Snakemake for a config; it changes the process that loads it."""
    from snakemake.api import SnakemakeApi
    from snakemake.settings.types import ConfigSettings, OutputSettings, Quietness, ResourceSettings

    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        loaded = api.workflow(
            ResourceSettings(cores=64),
            ConfigSettings(configfiles=[Path(config)]),
            snakefile=ROOT / "Snakefile",
        )
        yield loaded._workflow


def _main(config: str) -> None:
    with loaded_workflow(config) as workflow:
        json.dump([_facts(rule) for rule in workflow.rules], sys.stdout, default=str)


if __name__ == "__main__":
    _main(sys.argv[1])
