"""A simulated subject, assembled from its parts; each part has a random generator of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cortex2image.scenes.scene import Scene
from cortex2image.seeds import rng_for
from cortex2image.simulation.anatomy import Anatomy, Traits, build_anatomy, traits_of
from cortex2image.simulation.design import EstimationNoise, RunDesign, draw_designs, estimation_noise
from cortex2image.simulation.haemodynamics import bold_signal, design_matrix, draw_peaks
from cortex2image.simulation.layout import Sizes, run_names
from cortex2image.simulation.receptive_fields import (
    Images,
    ReceptiveFields,
    draw_receptive_fields,
    visual_channels,
)
from cortex2image.simulation.responses import (
    Responses,
    Roles,
    draw_responses,
    draw_roles,
    tuned_responses,
)
from cortex2image.simulation.scanner import Scanner, confounds, cosines, draw_motion, draw_scanner, scan
from cortex2image.simulation.tuning import Tuning, attributes, draw_tuning

HIGH_PASS_S = 100.0
"""Shortest period in seconds of the drift terms in the model from which the true ncsnr is computed."""


@dataclass(frozen=True)
class Subject:
    """Everything about a subject that is fixed before the first run is scanned."""

    seed: int
    label: str
    traits: Traits
    anatomy: Anatomy
    roles: Roles
    fields: ReceptiveFields
    tuning: Tuning
    scanner: Scanner
    peaks: NDArray[np.float64]
    designs: list[RunDesign]
    responses: Responses

    def scan_run(self, number: int) -> tuple[NDArray[np.float64], pd.DataFrame]:
        """Return the intensities of run `number` (from 0), (volumes, voxels), and its confounds table."""
        design, traits = self.designs[number], self.traits
        rng = rng_for(self.seed, "simulated", self.label, "run", number)
        amplitudes = self.responses.draw_trials(design.stimuli[design.shown], rng)
        times = traits.sample_times(design.volumes)
        signal = bold_signal(amplitudes, design.onsets[design.shown], times, self.peaks)
        motion = draw_motion(design.volumes, traits.non_steady_volumes, rng)
        table = confounds(motion, traits.non_steady_volumes, traits.tr)
        return scan(signal, motion, self.scanner, traits, rng), table


def build_subject(seed: int, label: str, sizes: Sizes, scenes: Sequence[Scene], images: Images) -> Subject:
    """Build a subject from seed, label and stimuli, independently of the other subjects of the study.

    Parameters
    ----------
    seed : int
        The study's seed.
    label : str
        Label of the subject, e.g. ``sub-01``.
    sizes : Sizes
    scenes : sequence of Scene, training scenes first
    images : (scenes, 64, 64, 3) uint8
        Pictures of the scenes.
    """
    rng_of = partial(rng_for, seed, "simulated", label)
    traits = traits_of(seed, label)
    anatomy = build_anatomy(traits)
    roles = draw_roles(anatomy.labels, rng_of("roles"))
    fields = draw_receptive_fields(anatomy, rng_of("receptive fields"))
    tuning = draw_tuning(anatomy.labels, rng_of("tuning"))
    scanner = draw_scanner(anatomy.position, traits, rng_of("scanner"))
    peaks = draw_peaks(len(anatomy.ijk), rng_of("haemodynamics"))
    designs = draw_designs(sizes, len(run_names(sizes)), traits.tr, rng_of("design"))
    training = np.array([scene.split == "train" for scene in scenes])
    tuned = tuned_responses(roles, fields, tuning, visual_channels(images), attributes(scenes), training)
    noise = _mean_estimation_noise(designs, traits)
    responses = draw_responses(tuned, roles.responds, scanner.noise, noise, traits.ncsnr, rng_of("responses"))
    return Subject(seed, label, traits, anatomy, roles, fields, tuning, scanner, peaks, designs, responses)


def _mean_estimation_noise(designs: Sequence[RunDesign], traits: Traits) -> EstimationNoise:
    """Return the estimation noise of the canonical model, averaged over runs."""
    noises = []
    for design in designs:
        times = traits.sample_times(design.volumes)
        columns = design_matrix(design.onsets[design.shown], times)
        slow = cosines(design.volumes, traits.tr, HIGH_PASS_S)
        nuisance = np.column_stack([np.ones(design.volumes), slow])
        noises.append(estimation_noise(columns, nuisance, traits.autocorrelation))
    return EstimationNoise(
        float(np.mean([noise.scanner for noise in noises])),
        float(np.mean([noise.leakage for noise in noises])),
    )
