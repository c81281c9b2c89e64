"""The reader of bdpy files in the layouts of the two published data sets."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from tests.support.bdpy_files import GRID, some_content, write_bdpy, write_pictures

from cortex2image.data.bdpy.reader import BdpyDataset
from cortex2image.errors import ConfigError, DataError

SUBJECT = "sub-01"
TRAIN = [f"n0151887{k}_{100 + k}" for k in range(6)]
TEST = ["n02051845_7", "n03626115_19498"]


@pytest.fixture
def god(tmp_path):
    """A folder of Generic Object Decoding: one old file; train, test and imagery rows; runs not in order."""
    shown = [*TRAIN, *TEST, *TEST, *TEST]
    content = some_content(
        shown,
        DataType=[1] * 6 + [2] * 4 + [3] * 2,
        Session=[1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1],
        Run=[2, 2, 1, 1, 1, 1, 1, 1, 2, 2, 1, 1],
    )
    write_bdpy(tmp_path / "Subject1.h5", content, old=True)
    write_pictures(tmp_path, set(shown))
    return tmp_path, content


@pytest.fixture
def deeprecon(tmp_path):
    """A folder of Deep Image Reconstruction: one file for training, one for testing, named pictures."""
    contents = {}
    for seed, (part, shown) in enumerate((("Training", TRAIN * 2), ("Test", TEST * 3))):
        content = some_content(shown, seed, Session=[1] * len(shown), Run=[1] * len(shown))
        pictures = sorted(set(shown))
        numbers = np.array([pictures.index(name) + 1.0 for name in shown])
        names = {"stimulus_name": {k + 1.0: f"{name}.JPEG" for k, name in enumerate(pictures)}}
        content = replace(content, labels={**content.labels, "stimulus_name": numbers}, names=names)
        write_bdpy(tmp_path / f"sub-01_perceptionNaturalImage{part}_original_VC.h5", content)
        contents[part] = content
    write_pictures(tmp_path, {*TRAIN, *TEST})
    return tmp_path, contents


def in_c_order(content) -> list[int]:
    """Return the columns of voxels sorted by z within y within x."""
    keys = ("voxel_x", "voxel_y", "voxel_z")
    places = list(zip(*(content.metadata[key] for key in keys), strict=True))
    return sorted(range(len(places)), key=places.__getitem__)


def read_all(dataset: BdpyDataset) -> np.ndarray:
    voxels = dataset.voxels(SUBJECT)
    return np.concatenate([dataset.read(session, voxels) for session in dataset.sessions(SUBJECT)])


def shown(dataset: BdpyDataset) -> list[tuple[str, str, str]]:
    return [(r.session, r.run, event.stimulus_id) for r in dataset.runs(SUBJECT) for event in r.events]


def test_one_file_of_training_and_test(god):
    root, content = god
    dataset = BdpyDataset(root)
    assert dataset.subjects() == [SUBJECT]
    assert dataset.subject_files(SUBJECT) == [root / "Subject1.h5"]
    rows = [2, 3, 0, 1, 4, 5, 6, 7, 8, 9]
    stimuli = [*TRAIN, *TEST, *TEST]
    sessions = ["ses-train01"] * 4 + ["ses-train02"] * 2 + ["ses-test01"] * 4
    runs = [f"run-0{n}" for n in (1, 1, 2, 2, 1, 1, 1, 1, 2, 2)]
    assert shown(dataset) == list(zip(sessions, runs, [stimuli[row] for row in rows], strict=True))
    expected = content.voxels[rows][:, in_c_order(content)].astype(np.float32)
    np.testing.assert_array_equal(read_all(dataset), expected)


def test_trials_of_sessions_are_the_events_of_runs(god):
    dataset = BdpyDataset(god[0])
    sessions = {session.session: session.trials for session in dataset.sessions(SUBJECT)}
    events = dict.fromkeys(sessions, 0)
    for run in dataset.runs(SUBJECT):
        events[run.session] += len(run.events)
    assert sessions == events
    assert np.isnan([e.onset for run in dataset.runs(SUBJECT) for e in run.events]).all()


def test_imagery_is_left_out_and_reported(god):
    assert BdpyDataset(god[0]).problems(SUBJECT) == ["Subject1.h5: 2 imagery left out"]


def test_a_file_for_training_and_one_for_testing(deeprecon):
    root, contents = deeprecon
    dataset = BdpyDataset(root)
    assert [name for _, _, name in shown(dataset)] == TRAIN * 2 + TEST * 3
    order = in_c_order(contents["Training"])
    expected = np.concatenate([contents[part].voxels[:, order] for part in ("Training", "Test")])
    np.testing.assert_array_equal(read_all(dataset), expected.astype(np.float32))
    assert {s.split for s in dataset.stimuli([SUBJECT]) if s.stimulus_id in TEST} == {"test"}
    assert dataset.problems(SUBJECT) == []


def test_columns_of_the_test_file_in_another_order(deeprecon):
    root, contents = deeprecon
    content, order = contents["Test"], in_c_order(contents["Training"])
    turned = {key: values[::-1] for key, values in content.metadata.items()}
    other = replace(content, voxels=content.voxels[:, ::-1], metadata=turned)
    write_bdpy(root / "sub-01_perceptionNaturalImageTest_original_VC.h5", other)
    np.testing.assert_array_equal(
        read_all(BdpyDataset(root))[12:], content.voxels[:, order].astype(np.float32)
    )


def test_voxels_of_the_test_file_that_are_others(deeprecon):
    root, contents = deeprecon
    moved = dict(contents["Test"].metadata) | {"voxel_x": contents["Test"].metadata["voxel_x"] + 1.0}
    path = root / "sub-01_perceptionNaturalImageTest_original_VC.h5"
    write_bdpy(path, replace(contents["Test"], metadata=moved))
    with pytest.raises(DataError, match=r"Test_original_VC\.h5(.|\n)*voxels of the training file"):
        read_all(BdpyDataset(root))


def test_stimuli(god):
    stimuli = BdpyDataset(god[0]).stimuli([SUBJECT])
    assert [s.stimulus_id for s in stimuli] == sorted([*TRAIN, *TEST])
    assert {s.stimulus_id for s in stimuli if s.split == "test"} == set(TEST)
    assert Path(stimuli[0].image_path).is_file()


def test_a_picture_for_training_and_for_testing(god):
    root, content = god
    labels = dict(content.labels) | {"stimulus_id": content.labels["stimulus_id"][[6, *range(1, 12)]]}
    write_bdpy(root / "Subject1.h5", replace(content, labels=labels))
    with pytest.raises(DataError, match="n02051845_7 for both"):
        BdpyDataset(root).stimuli([SUBJECT])


def test_the_first_training_sessions(god):
    dataset = BdpyDataset(god[0], sessions=1)
    assert [s.session for s in dataset.sessions(SUBJECT)] == ["ses-train01", "ses-test01"]
    assert len(read_all(dataset)) == 8
    assert len(dataset.stimuli([SUBJECT])) == 4 + 2


def test_voxels_on_the_grid_of_their_coordinates(god):
    root, content = god
    voxels = BdpyDataset(root).voxels(SUBJECT)
    assert voxels.shape == GRID
    mm = voxels.indices @ voxels.affine[:3, :3].T + voxels.affine[:3, 3]
    keys = ("voxel_x", "voxel_y", "voxel_z")
    coordinates = np.stack([content.metadata[key] for key in keys], axis=1)[in_c_order(content)]
    np.testing.assert_allclose(mm, coordinates)
    assert voxels.hemisphere == ["left" if x < 0 else "right" for x in coordinates[:, 0]]
    flat = np.ravel_multi_index(tuple(voxels.indices.T), voxels.shape)
    assert (np.diff(flat) > 0).all()


def test_a_voxel_of_several_regions_takes_the_first_name(god):
    root, content = god
    regions = {
        name: set(np.flatnonzero(content.metadata[f"ROI_{name}"] == 1)) for name in ("V1", "LOC", "VC")
    }
    for labels in (["V1", "VC"], ["VC", "V1"], ["LOC", "VC", "V1"]):
        found = BdpyDataset(root, labels=dict.fromkeys(labels, 1)).voxels(SUBJECT).roi
        expected = [next((n for n in labels if v in regions[n]), "unlabelled") for v in in_c_order(content)]
        assert found == expected


def test_only_voxels_of_named_regions(god):
    root, content = god
    dataset = BdpyDataset(root, mask="atlas", labels={"ROI_LOC": 1})
    chosen = [v for v in in_c_order(content) if content.metadata["ROI_LOC"][v] == 1]
    np.testing.assert_array_equal(read_all(dataset)[0], content.voxels[2, chosen].astype(np.float32))
    assert set(dataset.voxels(SUBJECT).roi) == {"ROI_LOC"}


@pytest.mark.parametrize(("drop", "match"), [(True, "no voxel_x"), (False, "no upright grid")])
def test_without_usable_coordinates_voxels_stand_in_a_row(god, drop, match):
    root, content = god
    keys = ("voxel_x", "voxel_y", "voxel_z")
    kept = {key: values for key, values in content.metadata.items() if not (drop and key in keys)}
    if not drop:
        kept |= dict(zip(keys, np.random.default_rng(3).normal(0, 40, (3, 12)), strict=True))
    write_bdpy(root / "Subject1.h5", replace(content, metadata=kept))
    dataset = BdpyDataset(root)
    assert dataset.voxels(SUBJECT).shape == (12, 1, 1)
    np.testing.assert_array_equal(read_all(dataset)[0], content.voxels[2].astype(np.float32))
    assert match in dataset.problems(SUBJECT)[1]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_voxel_invalid_in_one_session_is_nan_there(god, value):
    root, content = god
    content.voxels[4, 0] = value
    write_bdpy(root / "Subject1.h5", content)
    betas = read_all(BdpyDataset(root))
    place = in_c_order(content).index(0)
    assert [tuple(at) for at in np.argwhere(np.isnan(betas))] == list(product((4, 5), [place]))


def test_unknown_region(god):
    with pytest.raises(ConfigError, match=r"Subject1\.h5: LOC, V1, VC(.|\n)*FFA"):
        BdpyDataset(god[0], labels={"FFA": 1}).voxels(SUBJECT)


def test_regions_without_names(tmp_path):
    with pytest.raises(ConfigError, match="without labels"):
        BdpyDataset(tmp_path, mask="atlas")


def test_truncated_file(god):
    path = god[0] / "Subject1.h5"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"Subject1\.h5(.|\n)*whole HDF5"):
        BdpyDataset(god[0]).runs(SUBJECT)


def test_other_experiments_are_named(deeprecon):
    root, contents = deeprecon
    write_bdpy(root / "sub-01_perceptionLetterImage_original_VC.h5", contents["Test"])
    dataset = BdpyDataset(root)
    assert len(dataset.subject_files(SUBJECT)) == 2
    expected = "sub-01_perceptionLetterImage_original_VC.h5: another experiment, left out"
    assert dataset.problems(SUBJECT) == [expected]


def test_pictures_are_files_of_their_own(god):
    assert list(BdpyDataset(god[0]).pictures(TEST)) == []


def test_one_file_passes_before_the_first_job(god):
    BdpyDataset(god[0], mask="atlas", labels={"V1": 1}).check(SUBJECT)


def test_two_files_of_the_same_voxels_pass_before_the_first_job(deeprecon):
    BdpyDataset(deeprecon[0]).check(SUBJECT)


def test_a_test_file_of_other_voxels_is_named_before_the_first_job(deeprecon):
    root, contents = deeprecon
    path = root / "sub-01_perceptionNaturalImageTest_original_VC.h5"
    other = contents["Test"]
    place = {**other.metadata, "voxel_x": other.metadata["voxel_x"] + 3}
    write_bdpy(path, replace(other, metadata=place))
    with pytest.raises(DataError, match="voxels of the training file") as error:
        BdpyDataset(root).check(SUBJECT)
    assert error.value.where == str(path)


def test_a_region_that_the_files_lack_is_refused_before_the_first_job(deeprecon):
    with pytest.raises(ConfigError, match=r"V1(.|\n)*hV9"):
        BdpyDataset(deeprecon[0], labels={"hV9": 1}).check(SUBJECT)
