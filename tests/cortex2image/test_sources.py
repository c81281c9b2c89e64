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


@pytest.mark.parametrize("step", STEPS)
def test_every_module_a_step_loads_is_among_its_sources(step):
    """Independent check: import the step in a fresh interpreter and look at what Python loaded."""
    code = (
        f"import sys; sys.path.insert(0, {str(sources.ROOT)!r}); import cortex2image.steps.{step};"
        "print(*[m for m in sys.modules if m.startswith('cortex2image.')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {str(sources.module_path(m).resolve()) for m in out.split() if _has_code(m)}
    named = {str(Path(f).resolve()) for f in sources.source_files(f"cortex2image.steps.{step}")}
    assert loaded <= named


def _has_code(module: str) -> bool:
    return sources.module_path(module).stat().st_size > 0


def test_packages_resolve_to_their_init():
    assert sources.module_path("cortex2image.data").name == "__init__.py"
    assert importlib.import_module("cortex2image.data").__file__ == str(
        sources.module_path("cortex2image.data")
    )
