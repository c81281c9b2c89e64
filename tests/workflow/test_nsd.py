"""The study of NSD before its data are there: what is missing is listed, and fetched once the terms allow.

And what it asks for once they are there, on a surface.
"""

import csv
import re

import pytest
import yaml
from tests.support.loopback import loopback_bucket
from tests.support.nsd_tree import write_nsd_tree
from tests.support.snakemake import ROOT

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import BUCKET, needed

RESPONSES = "SESSION\tRUN\t73KID\t10KID\n" + "1\t1\t1\t1\n" * 750


@pytest.fixture
def study(tmp_path):
    """Return a function that writes a config: that of NSD with other keys under `dataset`."""

    def write(**dataset):
        config = yaml.safe_load((ROOT / "config" / "nsd.yaml").read_text())
        config["dataset"] |= {"root": "nsd", **dataset}
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(config | {"subjects": ["sub-01", "sub-05"]}))
        return tmp_path / "mine.yaml"

    return write


def test_an_empty_tree_gets_the_list_and_no_traceback(snakemake, study):
    done = snakemake("--dry-run", config=study(sessions=37))
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "missing 83 files, 112 GB" in said
    assert "nsddata_stimuli/stimuli/nsd/nsd_stimuli.hdf5 (about 39.6 GB)" in said
    assert "nsd_manifest --configfile" in said
    assert "nsd_download --configfile" in said
    assert "Traceback" not in said


def test_the_manifest_is_printed_and_written_each_time_it_is_asked_for(snakemake, study, tmp_path):
    config = study(sessions=2)
    for _ in range(2):
        done = snakemake("nsd_manifest", config=config)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "betas_session02.hdf5" in done.stdout
        (tmp_path / "nsd").mkdir(exist_ok=True)
        Layout(tmp_path / "nsd").design().parent.mkdir(parents=True, exist_ok=True)
        Layout(tmp_path / "nsd").design().touch()
    rows = list(csv.DictReader((tmp_path / "results" / "nsd" / "nsd_manifest.tsv").open(), delimiter="\t"))
    (there,) = [row for row in rows if row["status"] not in ("missing", "optional")]
    assert there["path"] == "nsddata/experiments/nsd/nsd_expdesign.mat"
    assert there["status"] == "wrong"


def test_once_the_terms_are_accepted_the_missing_files_come(snakemake, study, tmp_path, monkeypatch):
    with loopback_bucket() as bucket:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", bucket.url)
        files = needed(Layout("."), ["sub-01", "sub-05"], 1, "streams", "atlas")
        keys = [file.key for file in files if file.origin == BUCKET and file.required]
        for key in keys:
            bucket.put(key, RESPONSES.encode() if key.endswith("responses.tsv") else key.encode())
        done = snakemake("nsd_download", config=study(sessions=1, terms_accepted=True))
    assert done.returncode == 0, done.stdout + done.stderr
    there = [path.relative_to(tmp_path / "nsd").as_posix() for path in (tmp_path / "nsd").rglob("*.*")]
    assert sorted(there) == sorted(keys)
    assert "captions_train2017.json" in done.stdout


def test_another_study_has_nothing_to_list(snakemake):
    done = snakemake("nsd_manifest", "--dry-run")
    assert done.returncode == 1
    assert "expected: nsd" in done.stdout + done.stderr


def test_nsd_on_a_surface_has_a_plan_that_asks_for_what_its_vertices_need(snakemake, study, tmp_path):
    tree = {"space": "fsaverage", "vertices": 30, "train": 40, "shared": 20, "side": 16}
    write_nsd_tree(tmp_path / "nsd", ["sub-01", "sub-05"], [1, 1], **tree)
    labels = {"early": 1, "ventral": 5}
    needed = []
    for mask in ("atlas", "brain"):
        rois = {"atlas": "streams", "labels": labels}
        config = study(space="fsaverage", sessions=1, mask=mask, rois=rois)
        without_layers = "encode={grid: {noise_levels: [], steps: [], layers: []}}"
        same_regions = "evaluate={brain: {regions: []}}"
        settings = "--config", "models={set: miniature}", without_layers, same_regions
        done = snakemake("preprocess", "--dry-run", *settings, config=config)
        assert done.returncode == 0, done.stdout + done.stderr
        job = re.search(r"rule prepared_betas:.*?mem_mb=(\d+)", done.stdout, re.DOTALL)
        needed.append(int(job[1]))
    assert needed[0] < needed[1]
