"""Step fetch_haxby, with nilearn's download replaced by a copy of a small distribution."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import nilearn.datasets
import pytest

from cortex2image.data.haxby2001 import Haxby2001Dataset
from cortex2image.errors import DataError
from cortex2image.steps.fetch_haxby import main


def test_what_is_fetched_can_be_read(haxby_root, tmp_path, monkeypatch):
    def fetch(data_dir: str, subjects: list[int]) -> SimpleNamespace:
        folder = Path(data_dir) / "haxby2001"
        shutil.copytree(haxby_root, folder)
        return SimpleNamespace(
            func=[str(folder / f"subj{number}" / "bold.nii.gz") for number in subjects],
            mask=str(folder / "mask.nii.gz"),
        )

    monkeypatch.setattr(nilearn.datasets, "fetch_haxby", fetch)
    root = tmp_path / "resources"
    main(["--subject", "sub-05", "--root", str(root)])
    dataset = Haxby2001Dataset(root)
    assert sorted(p.name for p in root.rglob("*") if p.is_file()) == [
        "bold.nii.gz",
        "labels.txt",
        "mask.nii.gz",
    ]
    assert all(path.exists() for path in dataset.subject_files("sub-5"))
    assert len(dataset.runs("sub-5")) == 2


def test_without_a_connection_the_error_says_what_to_place(tmp_path, monkeypatch):
    def fetch(data_dir: str, subjects: list[int]) -> SimpleNamespace:
        raise ConnectionError("no route to host")

    monkeypatch.setattr(nilearn.datasets, "fetch_haxby", fetch)
    with pytest.raises(DataError, match=r"subject 1 of Haxby(.|\n)*no route to host(.|\n)*subjN/labels\.txt"):
        main(["--subject", "sub-1", "--root", str(tmp_path)])
    assert not (tmp_path / "subj1").exists()
