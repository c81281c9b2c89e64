"""Conventions that make the workflow readable and its re-runs honest."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEPS = {p.stem for p in (ROOT / "workflow" / "cortex2image" / "steps").glob("*.py")} - {"__init__"}


def rules():
    for path in sorted((ROOT / "workflow" / "rules").glob("*.smk")):
        parts = re.split(r"^rule (\w+):$", path.read_text(), flags=re.MULTILINE)
        yield from zip(parts[1::2], parts[2::2], strict=True)


RULES = dict(rules())
COMPUTING = {name: text for name, text in RULES.items() if "shell:" in text}


def test_every_step_is_one_rule_of_the_same_name():
    assert set(COMPUTING) == STEPS


@pytest.mark.parametrize("name", sorted(COMPUTING))
def test_computing_rules_follow_the_conventions(name):
    text = COMPUTING[name]
    assert text.lstrip().startswith('"""'), "a docstring says what it makes"
    assert re.search(rf'code=(ancient\()?source_files\("cortex2image.steps.{name}"\)', text)
    assert f"python -m cortex2image.steps.{name} " in text
    assert f"logs/{{STUDY}}/{name}" in text or f"logs/{name}" in text
    assert "2>{log" in text
    for directive in ("log:", "conda:", "threads:", "mem_mb=", "runtime="):
        assert directive in text, directive
    # To Snakemake a benchmark is an output: a rule that has no other would never run a second time.
    assert ("benchmark:" in text) == ("output:" in text)


def test_gpu_rules_ask_for_one_gpu():
    asking = {name for name, text in COMPUTING.items() if "gpu=" in text}
    assert {"extract_features", "reconstruct_images", "evaluate_images"} <= asking
    assert all("gpu=1," in COMPUTING[name] for name in asking)


def test_no_rule_names_a_site():
    for name, text in RULES.items():
        assert not re.search(r"slurm|partition|account|gres|constraint=", text), name
