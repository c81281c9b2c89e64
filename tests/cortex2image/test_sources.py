"""The files a step is made of: all that it imports, no more, wherever the repository lies."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from cortex2image import sources

STEPS = sorted(p.stem for p in (sources.ROOT / "cortex2image" / "steps").glob("*.py") if p.stem != "__init__")


def test_spaces_are_made_of_themselves_and_errors():
    files = [Path(f).name for f in sources.source_files("cortex2image.study.spaces")]
    assert files == ["arrow.py", "errors.py", "spaces.py"]


def test_paths_are_relative_to_the_working_directory(tmp_path):
    files = sources.source_files("cortex2image.tables.contracts", start=tmp_path)
    assert all(not Path(f).is_absolute() and (tmp_path / f).exists() for f in files)


LOADED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from cortex2image.networks.compat import ensure_torchvision
ensure_torchvision()
import diffusers, matplotlib, nibabel, pandas, pyarrow.parquet, scipy, sklearn, transformers
for name in [m for m in sys.modules if m.split(".")[0] == "cortex2image"]:
    del sys.modules[name]
for step in sys.argv[2:]:
    sys.stdout.flush()
    if not (child := os.fork()):
        __import__(f"cortex2image.steps.{step}")
        print(step, *[m for m in sys.modules if m.startswith("cortex2image.")], flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, step
"""
"""Program that prints what each step loads. Libraries are there before; the package is loaded anew."""


@pytest.fixture(scope="module")
def loaded():
    """Modules of the package that Python loads for a step and no other, by step."""
    command = [sys.executable, "-c", LOADED, str(sources.ROOT), *STEPS]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {line.split()[0]: line.split()[1:] for line in out.splitlines()}


@pytest.mark.xdist_group("sources")
@pytest.mark.parametrize("step", STEPS)
def test_every_module_a_step_loads_is_among_its_sources(loaded, step):
    """Independent check: import the step and look at what Python loaded."""
    assert f"cortex2image.steps.{step}" in loaded[step]
    found = {str(sources.module_path(m).resolve()) for m in loaded[step] if _has_code(m)}
    named = {str(Path(f).resolve()) for f in sources.source_files(f"cortex2image.steps.{step}")}
    assert found <= named


def _has_code(module: str) -> bool:
    return sources.module_path(module).stat().st_size > 0


def test_packages_resolve_to_their_init():
    assert sources.module_path("cortex2image.data").name == "__init__.py"
    assert importlib.import_module("cortex2image.data").__file__ == str(
        sources.module_path("cortex2image.data")
    )


def test_imports_are_found_in_whatever_statement_they_stand(tmp_path):
    names = ["errors", "arrow", "files", "seeds", "leakage", "pictures", "device", "progress", "regions"]
    a, b, c, d, e, f, g, h, i = (f"from cortex2image import {name}" for name in names)
    text = f"""
{a}
def function():
    with open("x"):
        {b}
    for _ in ():
        pass
    else:
        {c}
class Kind:
    if True:
        {d}
    else:
        {e}
try:
    {f}
except OSError:
    {g}
finally:
    {h}
match 1:
    case 1:
        {i}
x = "import cortex2image.row_files"
"""
    (tmp_path / "module.py").write_text(text)
    found = sources.imported_modules(tmp_path / "module.py")
    assert found == {"cortex2image", *(f"cortex2image.{name}" for name in names)}
