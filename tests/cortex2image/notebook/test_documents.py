"""Code in the documents on notebooks and other programs, run on a study as it stands there."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from cortex2image.sources import ROOT
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS

pytestmark = [
    pytest.mark.xdist_group("notebook"),
    pytest.mark.filterwarnings("ignore:ridge alpha"),
]
DOCS = ROOT.parent / "docs"


def code_blocks(page: str, language: str) -> list[str]:
    found = re.findall(
        rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(), flags=re.MULTILINE | re.DOTALL
    )
    assert found, f"no {language} in {page}"
    return found


@pytest.fixture
def lab(written, tmp_path, monkeypatch):
    """A working directory with results/demo, as the documents take it."""
    shutil.copytree(written.root, tmp_path / "results" / "demo")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_line_of_the_page_on_notebooks_runs(lab):
    names: dict = {}
    for block in code_blocks("notebook.md", "python"):
        exec(compile(block, "notebook.md", "exec"), names)
    assert names["pictures"].shape[:2] == (30, 2)
    assert names["predicted"].shape == (3, 180)
    assert names["features"].shape[0] == 3
    assert (lab / "penalty.nii.gz").exists()
    assert (lab / "regions.svg").read_text().lstrip().startswith("<?xml")


def test_pandas_and_nilearn_open_tables_and_maps(lab):
    names: dict = {}
    for block in code_blocks("open-elsewhere.md", "python"):
        exec(compile(block, "open-elsewhere.md", "exec"), names)
    stored = matrix(BETAS.read("results/demo/sub-01/betas.parquet"), "beta")
    np.testing.assert_array_equal(names["X"], stored)


def test_duckdb_answers_as_this_project_does(lab):
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed: pip install duckdb")
    (block,) = code_blocks("open-elsewhere.md", "sql")
    answers = [duckdb.sql(query).df() for query in block.split(";") if query.strip()]
    import cortex2image

    study = cortex2image.open_study("results/demo")
    scores, regions, betas, models = answers
    assert len(scores) == (study.scores["subject"] == "all").sum()
    joined = study.table("encoding", subject="sub-01", model="z").merge(
        study.table("voxels", subject="sub-01")
    )
    expected = joined.groupby("roi")["r"].mean()
    np.testing.assert_allclose(regions.set_index("roi")["mean_r"].sort_index(), expected.sort_index())
    stored = study.table("betas", subject="sub-01").set_index("trial_id")["beta"]
    assert betas["voxels"].tolist() == [180] * 5
    assert betas["first_voxel"].tolist() == pytest.approx([stored[name][0] for name in betas["trial_id"]])
    assert sorted(models["model"]) == ["c", "z"]


def test_r_answers_as_this_project_does(lab):
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R is not installed")
    if subprocess.run([rscript, "-e", "library(arrow)"], capture_output=True).returncode:
        pytest.skip("R has no package arrow: install.packages('arrow')")
    (block,) = code_blocks("open-elsewhere.md", "r")
    code = f"{block}\ncat(nrow(scores), dim(X), sum(X))"
    done = subprocess.run([rscript, "-e", code], capture_output=True, text=True, check=True)
    rows, trials, voxels, total = map(float, done.stdout.split("\n")[-1].split())
    stored = matrix(BETAS.read("results/demo/sub-01/betas.parquet"), "beta")
    assert (trials, voxels) == stored.shape
    assert total == pytest.approx(float(stored.sum(dtype=np.float64)), rel=1e-5)
    assert rows > 0
