import hashlib
import importlib.metadata
import json
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.studies import as_option

from cortex2image.errors import ConfigError
from cortex2image.steps.provenance import git_state, main, package_versions, without_machine
from cortex2image.study.config import resolve
from cortex2image.study.fields import as_json

CONFIG = as_json(
    resolve(
        {
            "study": "demo",
            "seed": 11,
            "subjects": ["sub-1"],
            "models": {"set": "miniature"},
            "dataset": {
                "reader": "haxby2001",
                "root": "/some/where/haxby",
                "cross_validate": "run",
                "rois": {"atlas": "rois/atlas.nii", "labels": {"ventral": 1}},
            },
            "standardise": {"by": "none", "average_repeats": []},
            "decode": {"rois": {"c": ["ventral"]}},
            "reconstruct": {"methods": ["c"]},
            "encode": {"models": ["c"]},
        }
    )
)


def git(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    command = ["git", "-C", str(folder), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    (folder / "inner").mkdir(parents=True)
    git(folder, "init", "--quiet")
    (folder / "inner" / "file").write_text("one")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "first")
    return folder


def options(sums: Path, output: Path, config: Mapping[str, object] = CONFIG) -> list[str]:
    files = ["--model-sums", str(sums), "--provenance", str(output)]
    return [*as_option(**config), *files, "--description", str(output.with_name("dataset_description.json"))]


def test_a_clean_checkout_and_a_changed_one(checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    assert git_state(checkout) == {"commit": commit, "dirty": False}
    (checkout / "inner" / "file").write_text("two")
    assert git_state(checkout) == {"commit": commit, "dirty": True}


def test_files_git_does_not_know_are_no_change_of_the_code(checkout: Path) -> None:
    (checkout / "notes.txt").write_text("mine")
    assert git_state(checkout)["dirty"] is False


def test_a_copy_inside_another_repository_claims_no_commit(checkout: Path) -> None:
    assert git_state(checkout / "inner") == {"commit": None, "dirty": None}


def test_without_git_the_commit_is_not_known(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert git_state(checkout) == {"commit": None, "dirty": None}


def test_versions_are_those_installed() -> None:
    versions = package_versions()
    assert versions["numpy"] == importlib.metadata.version("numpy")
    assert versions["torch"] == importlib.metadata.version("torch")


def test_absolute_paths_lose_what_names_a_machine() -> None:
    config = {"root": "/home/somebody/haxby", "atlas": "rois/atlas.nii", "deep": [{"path": "/a/b"}, 3, None]}
    expected = {"root": ".../haxby", "atlas": "rois/atlas.nii", "deep": [{"path": ".../b"}, 3, None]}
    assert without_machine(config) == expected


def test_the_file_says_what_made_the_results(tmp_path: Path) -> None:
    sums, output = tmp_path / "SHA256SUMS", tmp_path / "out" / "provenance.json"
    sums.write_text(f"{'0' * 64}  unet/model.safetensors\n")
    main(options(sums, output))
    facts = json.loads(output.read_text())
    hidden = {"root": ".../haxby", "derivatives": ".../fmriprep"}
    assert facts["config"] == CONFIG | {"dataset": CONFIG["dataset"] | hidden}
    assert facts["seeds"]["study"] == 11
    assert facts["models"] == {"set": "miniature", "sha256": hashlib.sha256(sums.read_bytes()).hexdigest()}
    assert facts["torchvision"] in ("native", "shimmed", "absent")
    assert facts["version"].count(".") == 2
    assert platform.node() not in output.read_text()
    assert str(Path.home()) not in output.read_text()


@pytest.mark.parametrize(
    ("dataset", "source"),
    [
        (CONFIG["dataset"], [{"URL": "https://doi.org/10.1126/science.1063736"}]),
        (
            {"reader": "simulated", "root": "simulated", "task": "scenes"},
            [{"URL": "simulated/bids"}],
        ),
        ({"reader": "bids", "root": "/home/somebody/mine", "task": "scenes", "space": "T1w"}, None),
    ],
)
def test_the_folder_is_described_as_bids_asks(tmp_path: Path, dataset: object, source: object) -> None:
    """Required and recommended keys of the BIDS specification 1.10.0, dataset_description.json."""
    sums, output = tmp_path / "SHA256SUMS", tmp_path / "provenance.json"
    sums.write_text("")
    main(options(sums, output, CONFIG | {"dataset": dataset}))
    text = (tmp_path / "dataset_description.json").read_text(encoding="utf-8")
    facts = json.loads(text)
    assert all(isinstance(facts[key], str) and facts[key] for key in ("Name", "BIDSVersion"))
    assert "demo" in facts["Name"]
    assert facts["DatasetType"] == "derivative"  # it makes GeneratedBy required, with a Name in each entry
    assert [entry["Name"] for entry in facts["GeneratedBy"]] == ["cortex2image"]
    assert facts["GeneratedBy"][0]["Version"] == json.loads(output.read_text())["version"]
    assert set(facts["GeneratedBy"][0]) <= {"Name", "Version", "Description", "CodeURL", "Container"}
    assert facts.get("SourceDatasets") == source
    assert "somebody" not in text


@pytest.mark.parametrize("text", ["{", "[]", '{"study": "demo"}', json.dumps(CONFIG | {"seeds": 3})])
def test_a_config_that_is_none_leaves_no_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="--settings"):
        main(["--settings", text, *options(Path("sums"), tmp_path / "p.json")[2:]])
    assert list(tmp_path.iterdir()) == []
