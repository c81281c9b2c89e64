import numpy as np
import pytest

from cortex2image.scenes.render import render
from cortex2image.simulation.layout import Sizes
from cortex2image.simulation.stimuli import study_scenes
from cortex2image.simulation.subject import Subject, build_subject

SEED, SIZES = 11, Sizes(10, 3, 2)
SCENES = study_scenes(SEED, SIZES)


@pytest.fixture(scope="module")
def images():
    return np.stack([render(scene, 64) for scene in SCENES])


@pytest.fixture(scope="module")
def subject(images) -> Subject:
    return build_subject(SEED, "sub-01", SIZES, SCENES, images)


def test_a_run_scans_every_voxel_at_every_volume(subject):
    bold, confounds = subject.scan_run(0)
    assert bold.shape == (subject.designs[0].volumes, len(subject.anatomy.ijk))
    assert len(confounds) == len(bold)
    assert np.isfinite(bold).all()
    assert 60 < bold.mean() < 130


def test_runs_can_be_scanned_in_any_order(subject, images):
    first, second = subject.scan_run(0)[0], subject.scan_run(1)[0]
    again = build_subject(SEED, "sub-01", SIZES, SCENES, images)
    np.testing.assert_array_equal(again.scan_run(1)[0], second)
    np.testing.assert_array_equal(again.scan_run(0)[0], first)
    assert first.shape != second.shape or (first != second).any()


def test_label_and_seed_each_make_another_subject(subject, images):
    for seed, label in ((SEED, "sub-03"), (SEED + 1, "sub-01")):
        other = build_subject(seed, label, SIZES, SCENES, images)
        assert not np.array_equal(other.fields.x, subject.fields.x)


def test_an_evoked_response_follows_every_stimulus_and_no_silent_voxel(subject):
    """Responses are positive on average: the mean over onsets must rise, except in silent voxels."""
    responds = subject.roles.responds
    rises = []
    for number, design in enumerate(subject.designs):
        bold = subject.scan_run(number)[0]
        change = 100 * (bold / bold.mean(0) - 1)
        times = subject.traits.sample_times(design.volumes)
        for onset in design.onsets[design.shown]:
            after = change[np.abs(times - onset - 6.5) < 1.1].mean(0)
            rises.append(after - change[np.abs(times - onset) < 1.1].mean(0))
    rise = np.mean(rises, axis=0)
    assert rise[responds].mean() > 5 * abs(rise[~responds].mean())
