"""The benchmark of the report builds what the workflow builds, only smaller here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.benchmarks.report_scale import METHODS, SAMPLES, SUBJECTS, write_large_study
from tests.benchmarks.step_process import IMPORTED_FROM
from tests.support.browser import browser_path

from cortex2image.report.strips import read_strips
from cortex2image.tables.results import RECONSTRUCTIONS


def test_the_study_has_the_sizes_that_are_said(tmp_path: Path) -> None:
    write_large_study(tmp_path / "study", scale=50)
    tables = list((tmp_path / "study").glob("sub-*/reconstructions/*.parquet"))
    assert len(tables) == SUBJECTS * len(METHODS)
    for table in tables:
        rows = RECONSTRUCTIONS.read(table).to_pandas()
        assert len(rows) == 20 * SAMPLES
        assert all(Path(path).is_file() for path in rows["image_path"])


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.xdist_group("browser")
@pytest.mark.skipif(browser_path() is None, reason="no browser is installed: pages were not opened")
def test_a_small_run_gives_the_whole_section(tmp_path: Path) -> None:
    # In a process of its own: other tests of this one hold a browser open.
    command = [sys.executable, "-m", "tests.benchmarks.report_scale"]
    command += ["--folder", str(tmp_path), "--scale", "50", "--threads", "1"]
    paths = {"PYTHONPATH": os.pathsep.join(IMPORTED_FROM)}
    done = subprocess.run(command, env=os.environ | paths, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == "## Report of a large study"
    assert lines[3].startswith("20 test stimuli x 5 samples x 6 methods x 4 subjects = 2,400 pictures")
    assert [line.split()[1] for line in lines if line.startswith("- ")] == [
        "Built",
        "First",
        "Gallery:",
        "Folder:",
    ]
    strips = read_strips(tmp_path / "study" / "report" / "pictures" / "sub-04")
    assert len(strips.columns) == 2 + SAMPLES * len(METHODS)
    assert len(list((tmp_path / "study" / "report" / "pictures").rglob("*.webp"))) == 20 * SUBJECTS
