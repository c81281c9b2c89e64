"""The plan of a small study in the shape of NSD: who sees which picture when, and what voxels respond to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cortex2image.scenes.sampling import balanced_scenes
from cortex2image.scenes.scene import Scene
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS
from cortex2image.seeds import rng_for

TRIALS, SESSIONS, POOL, PICTURES, SUBJECTS, SHARED = 750, 40, 10_000, 73_000, 8, 1000
GRID = 4
EARLY, VENTRAL, PARIETAL = 1, 5, 7
STREAMS = ("Unknown", "early", "midventral", "midlateral", "midparietal", "ventral", "lateral", "parietal")


@dataclass(frozen=True)
class Plan:
    """The experiment; all ids count from 1, as in NSD's own files.

    Attributes
    ----------
    ordering : (30000,) int array
        Picture of each trial, as a number within the subject's 10,000 pictures.
    pictures : (8, 10000) int array
        73k ids of the pictures of each subject.
    slots : (40, 12, 75) uint8 array
        1 for each slot of a session and run that has a trial.
    special : set of int
        73k ids of the shared pictures that everybody sees three times in the sessions of this study.
    """

    ordering: np.ndarray
    pictures: np.ndarray
    slots: np.ndarray
    special: set[int]

    def shown(self, number: int, sessions: int) -> np.ndarray:
        """Return the 73k id of every trial of a subject, (sessions, 750)."""
        numbers = self.ordering[: sessions * TRIALS] - 1
        return self.pictures[number - 1][numbers].reshape(sessions, TRIALS)


def make_plan(sessions: tuple[int, ...], train: int, shared: int, seed: int) -> Plan:
    """Plan the experiment; `sessions` is the number of sessions of each subject.

    Few pictures occur in these sessions: `train` for each subject, and `shared` for all subjects together.
    Of the shared pictures 60 % are shown three times in the sessions that every subject takes part in. The
    others are shown twice, once or never there, as in NSD to subjects who came 30 times; the rest of their
    presentations is in sessions that nobody takes part in.
    """
    rng = rng_for(seed, "nsd plan")
    ids = rng.permutation(PICTURES) + 1
    common = np.sort(ids[:SHARED])
    pictures = np.hstack([np.tile(common, (SUBJECTS, 1)), ids[SHARED:].reshape(SUBJECTS, -1)])
    chosen = rng.permutation(SHARED)[:shared] + 1
    special, twice, once, late = np.split(chosen, (np.array([0.6, 0.8, 0.9]) * shared).astype(int))
    own = rng.permutation(np.arange(SHARED + 1, POOL + 1))
    used, filler = own[:train], own[train:]
    shortest, longest = min(sessions) * TRIALS, max(sessions) * TRIALS
    last = np.concatenate([twice, once, once, late, late, late])
    blocks = [
        _block(
            rng,
            np.concatenate([np.repeat(special, 3), np.repeat(twice, 2), once]),
            used[train // 10 :],
            shortest,
        ),
        _block(rng, late if longest > shortest else [], used, longest - shortest),
        _block(rng, [], filler, 30 * TRIALS - longest),
        _block(rng, last, filler, 10 * TRIALS),
    ]
    return Plan(np.concatenate(blocks), pictures, _slots(rng), set(common[special - 1].tolist()))


def _block(rng: np.random.Generator, planned: np.ndarray | list, fill: np.ndarray, trials: int) -> np.ndarray:
    """Return `trials` presentations in random order: those of `planned`, and those of `fill` in turn."""
    rest = np.resize(rng.permutation(fill), trials - len(planned))
    return rng.permutation(np.concatenate([planned, rest]).astype(np.int64))


def _slots(rng: np.random.Generator) -> np.ndarray:
    """Return the slots of all trials: at random, 63 in runs with odd numbers and 62 in the others."""
    slots = np.zeros((SESSIONS, 12, 75), np.uint8)
    for session in range(SESSIONS):
        for run in range(12):
            slots[session, run, rng.permutation(75)[: 63 - run % 2]] = 1
    return slots


def make_scenes(plan: Plan, sessions: Mapping[int, int], seed: int) -> dict[int, Scene]:
    """Return the scene of each 73k id that some subject sees; shared ones are scenes of the test split."""
    seen = np.unique(
        np.concatenate([plan.shown(number, count).ravel() for number, count in sessions.items()])
    )
    shared = np.isin(seen, plan.pictures[0, :SHARED])
    scenes = {}
    for split, ids in (("test", seen[shared]), ("train", seen[~shared])):
        scenes |= dict(zip(ids.tolist(), balanced_scenes(seed, split, len(ids)), strict=True))
    return scenes


def picture_features(picture: np.ndarray) -> np.ndarray:
    """Return what the early region responds to: the mean colour in each field of a 4 x 4 grid, (48,)."""
    step = len(picture) // GRID
    return picture.reshape(GRID, step, GRID, step, 3).mean(axis=(1, 3)).ravel()


def content_features(scene: Scene) -> np.ndarray:
    """Return what the ventral region responds to: category and setting as the captions name them, (25,)."""
    category = [scene.objects[0].category == name for name in CATEGORIES]
    return np.array([*category, *(scene.setting == name for name in SETTINGS)], float)


def signals(
    scenes: Mapping[int, Scene], pictures: Mapping[int, np.ndarray], codes: np.ndarray, seed: int
) -> dict[int, np.ndarray]:
    """Return the response to each picture without noise, (voxels,) in percent, with an SD of 1 or 0.

    Parameters
    ----------
    scenes, pictures : scene, and its picture, of each 73k id
    codes : (voxels,) array
        Code of each voxel in the atlas ``streams``.
    seed : int
        One per subject, since the weights of a brain are drawn from it.
    """
    planted = np.zeros((len(scenes), len(codes)))
    features = {
        EARLY: np.stack([picture_features(pictures[number]) for number in scenes]),
        VENTRAL: np.stack([content_features(scene) for scene in scenes.values()]),
    }
    for code, values in features.items():
        rng, chosen = rng_for(seed, "nsd weights", code), codes == code
        evoked = (values - values.mean(axis=0)) @ rng.standard_normal((values.shape[1], int(chosen.sum())))
        planted[:, chosen] = evoked / evoked.std(axis=0)
    return dict(zip(scenes, planted, strict=True))


def volume_codes(grid: tuple[int, ...]) -> np.ndarray:
    """Return a shell of cortex whose back is early, bottom ventral and top parietal; -1 outside the shell."""
    x, y, z = np.meshgrid(*(np.linspace(-1, 1, n) for n in grid), indexing="ij")
    radius = np.sqrt(x**2 + y**2 + z**2)
    codes = np.full(grid, -1.0)
    cortex = (radius < 1.05) & (radius > 0.35)
    codes[cortex] = 0
    codes[cortex & (y < -0.3)] = EARLY
    codes[cortex & (y >= -0.3) & (y < 0.5) & (z < -0.1)] = VENTRAL
    codes[cortex & (y >= -0.3) & (y < 0.5) & (z > 0.4)] = PARIETAL
    return codes


def surface_codes(grid: tuple[int, ...]) -> np.ndarray:
    """Return early, ventral and parietal vertices on both hemispheres, (vertices, 1, 1)."""
    codes = np.resize([-1.0, 0.0, EARLY, EARLY, VENTRAL, VENTRAL, PARIETAL], grid[0] // 2)
    return np.concatenate([codes, codes]).reshape(grid)


def brainmask(codes: np.ndarray) -> np.ndarray:
    """Return a liberal mask: every vertex of a surface; of a volume, cortex and some voxels on both sides."""
    if codes.shape[1:] == (1, 1):
        return np.ones(codes.shape, bool)
    x, y, z = np.meshgrid(*(np.linspace(-1, 1, n) for n in codes.shape), indexing="ij")
    return x**2 + y**2 + z**2 < 1.3
