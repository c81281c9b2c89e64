"""Blocks of code that documents mark are run as they stand."""

import contextlib
import io
import re
from pathlib import Path

import pytest
from tests.support.documents import NAMES, ROOT, blocks
from tests.support.report_study import write_study
from tests.support.snakemake import copied, run_program

MARKS = {"run": "python", "output": "text", "dry run": "bash"}
RUN = [name for name in NAMES if any(block.mark == "run" for block in blocks(ROOT / name))]


def planned(text: str) -> list[list[str]]:
    """Return the commands of a block without the folder of the program, each with --dry-run."""
    lines = text.replace("\\\n", " ").strip().splitlines()
    words = [re.sub(r"^\.venv/bin/", "", line).split() for line in lines]
    return [command if "--dry-run" in command else [*command, "--dry-run"] for command in words]


DRY = sorted(
    {
        " ".join(command)
        for name in NAMES
        for block in blocks(ROOT / name)
        if block.mark == "dry run"
        for command in planned(block.text)
    }
)


def test_marks_are_known_and_belong_to_blocks_of_their_language():
    marked = [(name, block) for name in NAMES for block in blocks(ROOT / name) if block.mark]
    assert [(name, b.mark) for name, b in marked if MARKS.get(b.mark or "") != b.language] == []
    written = sum((ROOT / name).read_text().count("\n<!-- test: ") for name in NAMES)
    assert len(marked) == written


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a finished study of random numbers, results/demo."""
    root = tmp_path_factory.mktemp("examples")
    (root / "results").mkdir()
    write_study(root / "results" / "demo", ("z", "c", "zc"), ("z", "c", "zc"), True, "simulated")
    return root


@pytest.mark.parametrize("name", RUN)
def test_python_runs_and_prints_what_the_page_says(name, folder, monkeypatch):
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    said = ""
    for block in blocks(ROOT / name):
        if block.mark == "run":
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(block.text, name, "exec"), names)
            said = printed.getvalue()
        elif block.mark == "output":
            assert said == block.text


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("documents") / "cortex2image")


@pytest.mark.parametrize("command", DRY)
def test_snakemake_plans_what_the_page_says(command, clone):
    program, *arguments = command.split()
    done = run_program(program, *arguments, cwd=clone)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"^job .*count", done.stdout, flags=re.MULTILINE), done.stdout[-3000:]
