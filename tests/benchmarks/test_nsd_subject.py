"""The synthetic subject has the design of NSD, and the signal that its constants say."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.benchmarks import nsd_subject
from tests.benchmarks.nsd_subject import NOISE_CEILING, VOXEL_SIGNAL, Size, Subject

from cortex2image.errors import DataError
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS
from cortex2image.tables.results import FEATURES

SIZE = Size(pictures=400, test_pictures=40, rank=5, decoded_from=20, widths={"c": 60, "z": 30})
VOXELS_HERE = 300


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return Subject(tmp_path_factory.mktemp("subject"), SIZE)


def test_every_picture_is_shown_three_times_over_forty_sessions(subject: Subject) -> None:
    trials = TRIALS.read(subject.trials()).to_pydict()
    _, times = np.unique(trials["stimulus_id"], return_counts=True)
    assert times.tolist() == [3] * SIZE.pictures
    assert sorted(trials["repetition"]) == sorted([0, 1, 2] * SIZE.pictures)
    _, per_session = np.unique(trials["session"], return_counts=True)
    assert per_session.tolist() == [30] * 40
    tested = {
        name for name, split in zip(trials["stimulus_id"], trials["split"], strict=True) if split == "test"
    }
    assert len(tested) == SIZE.test_pictures
    assert trials["split"].count("test") == 3 * SIZE.test_pictures


def test_the_true_size_is_that_of_nsd() -> None:
    assert Size().trials == 30_000
    assert (Size().pictures - Size().test_pictures) * 3 == 27_000


def test_betas_repeat_as_far_as_the_noise_ceiling_says(subject: Subject) -> None:
    """The correlation of two trials of a picture is the share of signal; the ceiling follows from it."""
    trials, betas = TRIALS.read(subject.trials()), BETAS.read(subject.betas(VOXELS_HERE))
    assert betas.column("trial_id").equals(trials.column("trial_id"))
    order = np.argsort(trials.column("stimulus_id").to_numpy(), kind="stable")
    repeats = matrix(betas, "beta")[order].reshape(SIZE.pictures, 3, VOXELS_HERE)
    r = np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(repeats[:, 0].T, repeats[:, 1].T, strict=True)])
    assert r == pytest.approx(VOXEL_SIGNAL, abs=0.03)
    spearman_brown = 3 * r / (1 + 2 * r)
    assert spearman_brown == pytest.approx(NOISE_CEILING, abs=0.04)
    assert repeats.std() == pytest.approx(1, abs=0.02)


def test_features_predict_held_out_betas(subject: Subject) -> None:
    """Least squares on the features of nine tenths of the pictures explain part of the others' mean betas."""
    trials = TRIALS.read(subject.trials())
    order = np.argsort(trials.column("stimulus_id").to_numpy(), kind="stable")
    betas = matrix(BETAS.read(subject.betas(VOXELS_HERE)), "beta")[order]
    means = betas.reshape(SIZE.pictures, 3, VOXELS_HERE).mean(axis=1)
    features = matrix(FEATURES.read(subject.features("z")), "feature")
    weights = np.linalg.lstsq(features[:360], means[:360], rcond=None)[0]
    predicted = features[360:] @ weights
    r = [np.corrcoef(a, b)[0, 1] for a, b in zip(predicted.T, means[360:].T, strict=True)]
    assert np.mean(r) > 0.2


def test_there_are_as_many_voxels_to_decode_from_as_asked(subject: Subject) -> None:
    voxels = VOXELS.read(subject.voxels(VOXELS_HERE))
    assert voxels.column("roi").to_pylist().count("ventral") == SIZE.decoded_from
    assert set(voxels.column("roi").to_pylist()) == {"ventral", "early", "lateral"}
    with pytest.raises(DataError, match="at least 20"):
        subject.voxels(19)


def test_a_table_that_is_there_is_not_written_again(subject: Subject) -> None:
    path = subject.betas(VOXELS_HERE)
    before = path.stat().st_mtime_ns
    assert subject.betas(VOXELS_HERE).stat().st_mtime_ns == before


def test_blocks_cover_all_rows_once_and_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nsd_subject, "BLOCK_BYTES", 4 * 7 * 10)
    cut = list(nsd_subject.blocks(5, 105, 7))
    assert cut[0].start == 5
    assert cut[-1].stop == 105
    assert all(one.stop == other.start for one, other in pairwise(cut))
    assert max(one.stop - one.start for one in cut) <= 10


def test_a_disk_without_room_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="GB of free disk"):
        nsd_subject.check_disk(tmp_path, 10**18)
