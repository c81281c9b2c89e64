"""What `import cortex2image` offers, and what it costs."""

import subprocess
import sys

import pytest

import cortex2image
from cortex2image.sources import ROOT, source_files

CODE = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
start = time.process_time()
import cortex2image
spent = time.process_time() - start
heavy = [name for name in ("torch", "pandas", "matplotlib", "numpy", "pyarrow") if name in sys.modules]
print(spent < 0.2, heavy)
"""


def test_the_import_is_light():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "True []"


def test_functions_are_loaded_when_they_are_asked_for():
    from cortex2image.notebook.open_study import open_study
    from cortex2image.scoring.folder import score_folder

    assert cortex2image.open_study is open_study
    assert cortex2image.score_folder is score_folder
    assert {"open_study", "score_folder"} <= set(dir(cortex2image))
    with pytest.raises(AttributeError, match="it offers open_study, score_folder"):
        cortex2image.__getattr__("open_studies")


def test_no_step_depends_on_what_notebooks_are_offered():
    files = source_files("cortex2image.steps.scores", start=ROOT)
    assert "cortex2image/__init__.py" not in files
    assert not [file for file in files if "/notebook/" in file]
