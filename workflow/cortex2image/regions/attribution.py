"""How far reconstructions change along the denoising steps, when what was decoded has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.diffusion.denoise import Denoiser, Stage
from cortex2image.networks.codec import decode_latents
from cortex2image.progress import track
from cortex2image.reconstruction.generator import StableDiffusion, coarse_start
from cortex2image.reconstruction.rows import Row
from cortex2image.study.methods import FROM_PICTURE, Method


@dataclass(frozen=True)
class Trajectory:
    """The way to n pictures.

    Attributes
    ----------
    timesteps : list of int
        Where each of the s steps starts.
    predicted : float32 (s, n, d)
        x_0 as the U-Net predicts it at each step, flattened.
    pictures : uint8 (n, image_size, image_size, 3)
    """

    timesteps: list[int]
    predicted: np.ndarray
    pictures: np.ndarray


def trajectory(
    method: Method,
    denoiser: Denoiser,
    features: Mapping[str, np.ndarray],
    rows: Sequence[Row],
    batch_size: int,
) -> Trajectory:
    """Draw the pictures of `rows` as the method draws them, and keep the prediction of every step.

    Parameters
    ----------
    method : Method
        One that denoises: from noise, or from the coarse picture of z.
    denoiser : Denoiser
    features : mapping of space to (stimuli, d) float32 array
    rows : sequence of Row
    batch_size : int
        Pictures at a time. Equal features in equal batches give equal trajectories.
    """
    parts = []
    for first in track(range(0, len(rows), batch_size), f"denoise, batches of {batch_size}"):
        batch = rows[first : first + batch_size]
        chosen = {space: values[[row.stimulus for row in batch]] for space, values in features.items()}
        stages = _stages(method, denoiser, chosen, [row.seed for row in batch])
        predicted = torch.stack([stage.predicted.flatten(1) for stage in stages]).cpu().numpy()
        parts.append((predicted, decode_latents(denoiser.diffusion, stages[-1].denoised)))
    timesteps = [stage.timestep for stage in stages]
    return Trajectory(
        timesteps, np.concatenate([part[0] for part in parts], axis=1), np.concatenate([p for _, p in parts])
    )


def relative_change(full: np.ndarray, changed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each row has changed, relative to what tells it from other rows.

    With m the mean of the full rows, the change of row i is |x'_i - x_i| / |x_i - m|: 0 for no change, about
    1 for a row that lost what was its own. The cosine is that of x'_i - m and x_i - m.

    Parameters
    ----------
    full, changed : (..., n, d) arrays
        n rows, of stimuli.

    Returns
    -------
    change, cosine : (..., n) float64 arrays
        NaN where a full row equals the mean.
    """
    x, other = full.astype(np.float64), changed.astype(np.float64)
    mean = x.mean(axis=-2, keepdims=True)
    own, others_own = x - mean, other - mean
    size, other_size = (np.linalg.norm(values, axis=-1) for values in (own, others_own))
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.where(size > 0, np.linalg.norm(other - x, axis=-1) / size, np.nan)
        cosine = (own * others_own).sum(axis=-1) / (size * other_size)
    return change, cosine


def change_over_samples(
    full: np.ndarray, changed: np.ndarray, samples: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return :func:`relative_change` of (steps, n, d) predictions, with a mean of its own for each sample."""
    change, cosine = (np.full(full.shape[:2], np.nan) for _ in range(2))
    for sample in np.unique(samples):
        rows = np.asarray(samples) == sample
        change[:, rows], cosine[:, rows] = relative_change(full[:, rows], changed[:, rows])
    return change, cosine


def _stages(
    method: Method, denoiser: Denoiser, features: Mapping[str, np.ndarray], seeds: Sequence[int]
) -> list[Stage]:
    states = denoiser.states(features["c"])
    if method.start == FROM_PICTURE:
        start = coarse_start(StableDiffusion(denoiser), features["z"], seeds)
        return list(denoiser.stages(start, states, seeds))
    return denoiser.trajectory(states, seeds)
