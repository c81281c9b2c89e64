"""The plan of a small study in the shape of NSD: who sees which picture when, and which voxels know of it."""

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
        Per trial, the number of its picture within a subject's 10,000.
    pictures : (8, 10000) int array
        Their 73k ids.
    slots : (40, 12, 75) uint8 array
    special : set of int
        73k ids of the shared pictures that have all three presentations in the first 30 sessions.
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
    """Plan the experiment such that few pictures occur in `sessions`: `train` per subject, `shared` of all.

    Of the shared ones 60 % are shown three times in the sessions that every subject takes part in. Of the
    rest some are shown twice there, some once and some not at all, as in NSD to those who came 30 times;
    their last presentations lie where nobody gets to.
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
    """Return `trials` presentations in random order: the planned ones, and the others in turn."""
    rest = np.resize(rng.permutation(fill), trials - len(planned))
    return rng.permutation(np.concatenate([planned, rest]).astype(np.int64))


def _slots(rng: np.random.Generator) -> np.ndarray:
    """Return 63 trials in odd runs and 62 in even ones, in random slots."""
    slots = np.zeros((SESSIONS, 12, 75), np.uint8)
    for session in range(SESSIONS):
        for run in range(12):
            slots[session, run, rng.permutation(75)[: 63 - run % 2]] = 1
    return slots


def make_scenes(plan: Plan, sessions: Mapping[int, int], seed: int) -> dict[int, Scene]:
    """Return the scene of each 73k id that some subject sees; shared pictures show contents of their own."""
    seen = np.unique(
        np.concatenate([plan.shown(number, count).ravel() for number, count in sessions.items()])
    )
    shared = np.isin(seen, plan.pictures[0, :SHARED])
    scenes = {}
    for split, ids in (("test", seen[shared]), ("train", seen[~shared])):
        scenes |= dict(zip(ids.tolist(), balanced_scenes(seed, split, len(ids)), strict=True))
    return scenes


def picture_features(picture: np.ndarray) -> np.ndarray:
    """Return what the early region knows: mean colour in each field of a 4 x 4 grid, (48,)."""
    step = len(picture) // GRID
    return picture.reshape(GRID, step, GRID, step, 3).mean(axis=(1, 3)).ravel()


def content_features(scene: Scene) -> np.ndarray:
    """Return what the ventral region knows: the category and the setting as the captions name them, (25,)."""
    category = [scene.objects[0].category == name for name in CATEGORIES]
    return np.array([*category, *(scene.setting == name for name in SETTINGS)], float)


def signals(
    scenes: Mapping[int, Scene], pictures: Mapping[int, np.ndarray], codes: np.ndarray, seed: int
) -> dict[int, np.ndarray]:
    """Return what each picture evokes without noise, (voxels,) in percent; of SD 1 where there is any.

    Parameters
    ----------
    scenes, pictures : mappings of 73k id
    codes : (voxels,) streams
    seed : int
        Whose brain it is: the weights differ between seeds.
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
    """Return a shell of cortex: its back early, below ventral, above parietal; -1 around and within it."""
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
    """Return the same regions on both hemispheres, (vertices, 1, 1)."""
    codes = np.resize([-1.0, 0.0, EARLY, EARLY, VENTRAL, VENTRAL, PARIETAL], grid[0] // 2)
    return np.concatenate([codes, codes]).reshape(grid)


def brainmask(codes: np.ndarray) -> np.ndarray:
    """Return a liberal mask: cortex, and for volumes what it encloses and one layer around it."""
    if codes.shape[1:] == (1, 1):
        return np.ones(codes.shape, bool)
    x, y, z = np.meshgrid(*(np.linspace(-1, 1, n) for n in codes.shape), indexing="ij")
    return x**2 + y**2 + z**2 < 1.3
