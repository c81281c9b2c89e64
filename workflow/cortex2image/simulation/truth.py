"""Ground truth of a simulated subject, kept outside the data set.

Only tests and calibration may read it; no step of the workflow does.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cortex2image.files import atomic
from cortex2image.scenes.scene import Scene
from cortex2image.simulation.layout import stimulus_id
from cortex2image.simulation.receptive_fields import CHANNELS
from cortex2image.simulation.subject import Subject
from cortex2image.simulation.tuning import ATTRIBUTES


@dataclass(frozen=True)
class Truth:
    """Ground truth of one subject; voxels are in C order of the brain mask.

    Attributes
    ----------
    ijk : (voxels, 3)
        Indices into the subject's grid.
    kind : (voxels,) str
        ``early``, ``mid``, ``higher`` or ``silent``.
    visual_share : (voxels,)
        Weight of the receptive field relative to semantic tuning, in [0, 1].
    stimulus_id : (stimuli,) str
    responses : (stimuli, voxels) float32
        Noise-free response in percent of the baseline, at the peak of the response; 0 in silent voxels.
    trial_noise : (voxels,)
        Standard deviation of the response over trials of one stimulus, in percent.
    scanner_noise : (voxels,)
        Standard deviation of the autoregressive noise over volumes, in percent.
    ncsnr : (voxels,)
        Signal-to-noise ratio of a single-trial estimate by least-squares-separate with the canonical response
        and slow cosines. It ignores the voxel's own time to peak and motion and drift that remain after the
        fit.
    noise_ceiling : (voxels,)
        Explainable share of the variance of the mean over the repeats of a test stimulus, from `ncsnr`.
    peak_s : (voxels,)
        Time to peak of the haemodynamic response, in seconds.
    rf_x, rf_y, rf_size, rf_exponent : (voxels,)
    rf_weights : (voxels, channels)
        Receptive fields: positions and sizes as fractions of the image side. The JSON file names the
        channels.
    tuning_weights : (voxels, units, attributes)
    tuning_gains : (voxels, units)
        Semantic tuning. The JSON file names the attributes.
    """

    ijk: NDArray[np.int64]
    kind: NDArray[np.str_]
    visual_share: NDArray[np.float64]
    stimulus_id: NDArray[np.str_]
    responses: NDArray[np.float32]
    trial_noise: NDArray[np.float64]
    scanner_noise: NDArray[np.float64]
    ncsnr: NDArray[np.float64]
    noise_ceiling: NDArray[np.float64]
    peak_s: NDArray[np.float64]
    rf_x: NDArray[np.float64]
    rf_y: NDArray[np.float64]
    rf_size: NDArray[np.float64]
    rf_exponent: NDArray[np.float64]
    rf_weights: NDArray[np.float64]
    tuning_weights: NDArray[np.float64]
    tuning_gains: NDArray[np.float64]


def truth_of(subject: Subject, scenes: Sequence[Scene], test_repeats: int) -> Truth:
    """Return the ground truth of a subject; `test_repeats` sets its noise ceilings."""
    fields, tuning, responses = subject.fields, subject.tuning, subject.responses
    return Truth(
        ijk=subject.anatomy.ijk,
        kind=subject.roles.kinds,
        visual_share=subject.roles.visual_share,
        stimulus_id=np.array([stimulus_id(scene.split, scene.index) for scene in scenes]),
        responses=responses.amplitudes.astype(np.float32),
        trial_noise=responses.trial_noise,
        scanner_noise=subject.scanner.noise,
        ncsnr=responses.ncsnr,
        noise_ceiling=responses.noise_ceiling(test_repeats),
        peak_s=subject.peaks,
        rf_x=fields.x,
        rf_y=fields.y,
        rf_size=fields.size,
        rf_exponent=fields.exponent,
        rf_weights=fields.weights,
        tuning_weights=tuning.weights,
        tuning_gains=tuning.gains,
    )


def save_truth(truth: Truth, facts: dict[str, object], arrays: str | Path, description: str | Path) -> None:
    """Write the truth as .npz, and `facts` with the names of channels and attributes as .json."""
    with atomic(arrays) as temporary:
        np.savez_compressed(temporary, **vars(truth))
    names = {"channels": CHANNELS, "attributes": ATTRIBUTES}
    with atomic(description) as temporary:
        temporary.write_text(json.dumps({**facts, **names}, indent=2) + "\n")


def load_truth(arrays: str | Path) -> Truth:
    """Read a truth written by :func:`save_truth`."""
    with np.load(arrays) as file:
        return Truth(**{name: file[name] for name in file.files})
