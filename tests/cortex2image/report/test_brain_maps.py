"""Maps as packed numbers: their size, and cases at the ends of their ranges."""

import base64

import numpy as np

from cortex2image.report.brain_maps import (
    Q_STEPS,
    R_STEPS,
    accuracy_map,
    best_voxels,
    colour_end,
    response_scale,
    shares,
    without_fold_means,
)
from cortex2image.report.scripts import data_script, packed


def test_twenty_models_of_a_subject_of_nsd_take_less_than_3_mb():
    rng, voxels, models = np.random.default_rng(0), 15_000, 20
    size = len(
        data_script("index", [packed(np.arange(voxels), "uint32"), packed(np.zeros(voxels), "uint16")])
    )
    for _ in range(models):
        r, q = rng.uniform(-1, 1, voxels), rng.uniform(0, 1, voxels)
        size += len(data_script("map", accuracy_map(r, q, q < 0.05)))
    assert size < 3e6


def test_numbers_at_the_ends_of_their_range():
    r, q = np.array([-1.0, 1.0, 1.0000001]), np.array([1.0, 0.0, 1e-300])
    stored = accuracy_map(r, q, np.array([False, True, True]))
    codes = {name: base64.b64decode(text) for name, text in stored.items()}
    assert np.frombuffer(codes["r"], "<i2").tolist() == [-R_STEPS, R_STEPS, R_STEPS]
    assert np.frombuffer(codes["q"], "<u2").tolist() == [0, 15 * Q_STEPS, 15 * Q_STEPS]
    assert codes["significant"] == bytes([0b110])
    assert np.frombuffer(base64.b64decode(shares(np.array([0, 1, np.nan, -0.1]))), "<u2").tolist() == [
        0,
        65534,
        65535,
        0,
    ]


def test_bytes_lie_lowest_first_on_every_machine():
    assert base64.b64decode(packed(np.array([1, 258], ">i4"), "int16")) == bytes([1, 0, 2, 1])


def test_silent_voxels_do_not_decide_the_end_of_colours():
    r = np.concatenate([np.zeros(1000), np.full(100, 0.4)])
    assert colour_end(r, r > 0.3) == 0.4
    assert colour_end(np.array([-0.5, -0.1]), np.zeros(2, bool)) == 0


def test_the_best_voxels_are_those_of_the_best_model():
    first, second = np.array([0.1, 0.9, 0.0, 0.3]), np.array([0.8, 0.0, 0.1, 0.2])
    assert best_voxels([first, second], 2).tolist() == [0, 1]
    assert best_voxels([first, second], 9).tolist() == [0, 1, 2, 3]


def test_a_voxel_without_responses_has_a_scale():
    assert response_scale(np.array([[0.0, -2.0], [0.0, 1.0]])).tolist() == [1, 2]


def test_means_of_folds_are_taken_off_without_changing_the_input():
    responses = np.array([[1.0], [5.0], [3.0]])
    centred = without_fold_means(responses, np.array([0, 1, 0]))
    assert centred.tolist() == [[-1.0], [0.0], [1.0]]
    assert responses[0] == 1
    assert without_fold_means(responses, None) is responses
