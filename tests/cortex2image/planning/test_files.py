"""Files that a study starts from: listed relative to the working directory, or what is missing is said."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.configs import change, distributed, shipped
from tests.support.nsd_tree import write_nsd_tree

from cortex2image.networks.registry import MODEL_SETS
from cortex2image.planning.files import StudyFiles, model_sums, require_manifest
from cortex2image.simulation import layout
from cortex2image.study.config import resolve


def files_of(config):
    return StudyFiles(resolve(config))


@pytest.fixture
def recorded(small_study, tmp_path, monkeypatch):
    """A study of recordings in the folder `bids` of the working directory."""
    monkeypatch.chdir(tmp_path)
    return distributed("bids", root="bids", rois={}) | {"subjects": ["sub-01", "sub-02"]}


def test_simulated_files_are_listed_before_they_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = files_of(shipped())
    listed = files.of_subject("sub-01")
    assert listed == layout.subject_files("results/demo/simulated/bids", "sub-01", files.sizes)
    assert files.sizes == layout.Sizes(train_stimuli=600, test_stimuli=60, test_repeats=3)
    assert not any(Path(file).exists() for file in listed)


def test_recordings_are_listed_relative_to_the_working_directory(recorded):
    listed = files_of(recorded).of_subject("sub-01")
    assert listed
    assert all(Path(file).exists() and not Path(file).is_absolute() for file in listed)
    assert all(file.startswith("bids/") for file in listed)


def test_recordings_elsewhere_keep_their_whole_path(recorded, tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    listed = files_of(change(recorded, "dataset/root", str(tmp_path / "bids"))).of_subject("sub-01")
    assert all(Path(file).is_absolute() for file in listed)


def test_files_are_looked_up_once(recorded, monkeypatch):
    files = files_of(recorded)
    first = files.of_subject("sub-01")
    monkeypatch.chdir("/")
    assert files.of_subject("sub-01") is first


def test_missing_data_end_the_plan_with_the_message_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"(DataError|ConfigError): (.|\n)*nowhere(.|\n)*to do:"):
        files_of(distributed("bids", root="nowhere")).of_subject("sub-01")


def test_events_are_those_of_all_subjects_and_no_recordings(recorded):
    events = files_of(recorded).events()
    assert {Path(file).name[:6] for file in events} == {"sub-01", "sub-02"}
    assert all(file.endswith("_events.tsv") for file in events)


def test_files_of_stimuli_are_no_files_of_recordings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_nsd_tree(tmp_path / "nsd", ["sub-01", "sub-02"], [1, 1], train=20, shared=10, side=8)
    config = distributed("nsd", root="nsd", rois={"atlas": "streams", "labels": {"early": 1}}, sessions=1)
    files = files_of(config | {"subjects": ["sub-01", "sub-02"]})
    stimuli, recorded = files.of_stimuli(), files.recorded("sub-02")
    assert [Path(file).name for file in stimuli] == [
        "nsd_stim_info_merged.csv",
        "captions_train2017.json",
        "captions_val2017.json",
        "nsd_stimuli.hdf5",
    ]
    assert sorted(recorded + stimuli) == sorted(files.of_subject("sub-02"))
    assert {Path(file).name for file in files.events()} == {"nsd_expdesign.mat", "responses.tsv"}


def test_recordings_without_pictures_have_no_files_of_stimuli(recorded):
    files = files_of(recorded)
    assert files.of_stimuli() == []
    assert files.recorded("sub-01") == files.of_subject("sub-01")


@pytest.mark.parametrize(
    ("config", "table"),
    [
        (shipped(), ["results/demo/simulated/bids/stimuli/stimuli.tsv"]),
        (distributed("bids"), ["/data/stimuli/stimuli.tsv"]),
        (distributed("bdpy"), ["/data/stimuli/stimuli.tsv"]),
        (shipped("haxby"), []),
        (distributed("nsd"), []),
    ],
    ids=["simulated", "bids", "bdpy", "haxby", "nsd"],
)
def test_pictures_stand_in_a_table_unless_the_data_set_brings_them(config, table):
    assert files_of(config).stimuli_table() == table


def test_a_changed_picture_changes_the_state_of_the_pictures(recorded):
    files = files_of(recorded)
    before = files.pictures_state()
    assert before == files.pictures_state() != ""
    (Path("bids") / "stimuli" / "another.png").write_bytes(b"x")
    assert files.pictures_state() != before


@pytest.mark.parametrize("config", [shipped(), shipped("haxby")], ids=["simulated", "haxby"])
def test_pictures_that_no_user_brings_have_no_state(config):
    assert files_of(config).pictures_state() == ""


def test_the_atlas_keeps_the_wildcard_of_the_subject():
    (atlas,) = files_of(shipped()).atlas()
    assert "{subject}" in atlas
    assert files_of(distributed("bids")).atlas() == []


def test_released_noise_ceilings_are_files_only_where_the_study_takes_them(tmp_path):
    tree = write_nsd_tree(tmp_path, ["sub-01"], [1], train=4, shared=2, side=8)
    config = distributed("nsd", root=str(tree.layout.root))
    assert files_of(config).released_ncsnr("sub-01") == []
    listed = files_of(change(config, "standardise/ncsnr_from", "released")).released_ncsnr("sub-01")
    assert listed
    assert all("ncsnr" in Path(file).name and Path(file).exists() for file in listed)


def test_checksums_of_the_shipped_models_are_an_input():
    sums = model_sums(MODEL_SETS["miniature"])
    assert not Path(sums).is_absolute()
    assert Path(sums).samefile(MODEL_SETS["miniature"].folder / "SHA256SUMS")


def test_missing_models_end_the_plan_with_the_message_alone(tmp_path):
    missing = replace(MODEL_SETS["stable-diffusion-v1-4"], folder=tmp_path / "none")
    with pytest.raises(SystemExit, match=r"ModelSetError: (.|\n)*download_models"):
        model_sums(missing)


def test_only_nsd_has_a_list_of_files():
    require_manifest(resolve(distributed("nsd")))
    with pytest.raises(SystemExit, match=r"ConfigError: dataset/reader\n.*nsd\n.*bdpy"):
        require_manifest(resolve(distributed("bdpy")))


def test_braces_in_the_names_of_files_end_the_plan(recorded):
    (bold, *_) = Path("bids").rglob("sub-01_*bold.nii.gz")
    for path in bold.parent.glob("*_run-1_*"):
        path.rename(path.with_name(path.name.replace("scenes_run-1", "scenes_run-1_acq-{a}")))
    with pytest.raises(SystemExit, match=r"acq-\{a\}(.|\n)*a file without braces(.|\n)*link"):
        files_of(recorded).of_subject("sub-01")
