"""What documents say of the workflow is true of it: targets, files, keys and configs exist."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from tests.support.configs import shipped
from tests.support.documents import NAMES, ROOT, blocks, commands, inline_code, parse_command
from tests.support.snakemake import run_snakemake

from cortex2image.study.config import load_schema, resolve

FILES = [ROOT / "Snakefile", *(ROOT / "workflow" / "rules").glob("*.smk")]
RULES = {rule for file in FILES for rule in re.findall(r"^rule (\w+):", file.read_text(), flags=re.MULTILINE)}
SCHEMA = load_schema()
SECTIONS = {key for key, part in SCHEMA["properties"].items() if part.get("type") == "object"}
KEY = re.compile(r"([a-z]\w*(?:/[a-z]\w*)+)(?:: .*)?")
FOLDERS = ("config/", "docs/", "envs/", "profiles/", "tests/", "workflow/", "resources/miniature")
# A changelog tells of keys and files that are gone.
PRESENT = [name for name in NAMES if name != "CHANGELOG.md"]


def has_key(schema: Mapping[str, Any], names: list[str]) -> bool:
    if not names:
        return True
    known = schema.get("properties", {})
    part = known.get(names[0], schema.get("additionalProperties"))
    return isinstance(part, Mapping) and has_key(part, names[1:])


@pytest.mark.parametrize("name", NAMES)
def test_commands_name_targets_and_keys_that_exist(name):
    unknown = []
    for command in commands(ROOT / name):
        unknown += [t for t in command.targets if "/" not in t and t not in RULES]
        given = [value.partition("=")[0] for value in command.options.get("--config", [])]
        unknown += [key for key in given if key not in SCHEMA["properties"]]
    assert unknown == []


@pytest.mark.parametrize("name", PRESENT)
def test_files_of_the_repository_that_are_named_exist(name):
    text = (ROOT / name).read_text()
    configs = re.findall(r"\bconfig/[\w.-]+\.(?:yaml|md|json)", text)
    paths = [code for code in inline_code(ROOT / name) if code.startswith(FOLDERS)]
    named = {path for path in (*configs, *paths) if not re.search(r"[{*<> ]", path)}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", PRESENT)
def test_keys_that_are_named_exist(name):
    matched = [KEY.fullmatch(code) for code in inline_code(ROOT / name)]
    keys = {match[1] for match in matched if match and match[1].split("/")[0] in SECTIONS}
    assert [key for key in sorted(keys) if not has_key(SCHEMA, key.split("/"))] == []


def test_the_check_of_keys_finds_a_wrong_one():
    assert has_key(SCHEMA, ["evaluate", "metrics"])
    assert has_key(SCHEMA, ["decode", "rois", "z"])
    assert not has_key(SCHEMA, ["evaluate", "metric"])
    assert not has_key(SCHEMA, ["seed", "z"])


CONFIGS = [
    (name, block.text) for name in PRESENT for block in blocks(ROOT / name) if block.language == "yaml"
]


@pytest.mark.parametrize(("name", "text"), CONFIGS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(CONFIGS)])
def test_examples_of_configs_are_valid(name, text):
    """They are a study: alone if they name a reader, else over the default study or the one they name."""
    given = yaml.safe_load(text)
    if set(given) <= set(SCHEMA["properties"]):
        whole = "reader" in given.get("dataset", {})
        below = re.search(r"# laid over config/(\S+)\.yaml", text)
        resolve(given if whole else laid_over(shipped(below[1] if below else "config"), given))
    else:
        assert set(given) <= options_of_snakemake(), "neither keys of a study nor of a profile"


def laid_over(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {key: laid_over(below.get(key), part) for key, part in above.items()}
    return above


@cache
def options_of_snakemake() -> set[str]:
    said = run_snakemake("--help", cwd=ROOT, config=None).stdout
    return set(re.findall(r"--([a-z][a-z0-9-]+)", said))


def test_errors_that_the_page_on_own_data_explains_are_those_of_the_code():
    page = (ROOT / "docs" / "own-data.md").read_text()
    table = page.split("## Errors you may meet")[1].split("\n## ")[0]
    code = "".join(file.read_text() for file in (ROOT / "workflow" / "cortex2image").rglob("*.py"))
    rows = re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE)
    said = [part for row in rows for part in re.findall(r"`([^`]+)`", row)]
    parts = [part.strip() for words in said for part in words.split("...") if len(part.strip()) > 1]
    assert len(rows) > 10
    assert [part for part in parts if part not in code] == []


def test_commands_are_taken_apart_as_snakemake_does():
    line = ".venv/bin/snakemake score_folder --cores all --config pictures=a stimuli='b c'  # scores"
    command = parse_command(line)
    assert command.targets == ("score_folder",)
    assert command.options == {"--cores": ["all"], "--config": ["pictures=a", "stimuli=b c"]}
    assert parse_command("snakemake --cores all --dry-run compare").targets == ("compare",)


def test_there_are_commands_keys_and_configs_to_check():
    assert sum(len(list(commands(ROOT / name))) for name in NAMES) > 40
    assert len(CONFIGS) > 10
