"""A small tree of NSD with every trap of the released files, and a known signal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.support.nsd_files import (
    UNITS,
    write_captions,
    write_ctab,
    write_design,
    write_hdf5,
    write_mat,
    write_pictures,
    write_responses,
    write_stim_info,
    write_surface,
    write_volume,
)
from tests.support.nsd_plan import (
    EARLY,
    PICTURES,
    TRIALS,
    VENTRAL,
    Plan,
    brainmask,
    make_plan,
    make_scenes,
    signals,
    surface_codes,
    volume_codes,
)

from cortex2image.data.nsd.layout import DEFAULT_BETAS, Layout, subject_number
from cortex2image.scenes.captions import captions
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import Scene
from cortex2image.seeds import rng_for

SHAPE = (9, 11, 7)
ATLAS = "streams"
WHERE_SIGNAL_IS = (EARLY, VENTRAL)


@dataclass(frozen=True)
class NsdBrain:
    """The truth about one subject. A voxel is a position in a volume; on a surface it is (vertex, 0, 0).

    Attributes
    ----------
    shown : (sessions, 750) int array
        73k ids, from 1.
    codes : (X, Y, Z) float array
        Codes of the atlas ``streams``: -1 outside cortex, 0 for cortex without a label.
    stored : list of (X, Y, Z, 750) arrays
        Values in the files of each session: int16, percent x 300; on a surface float32, percent.
    ncsnr : (X, Y, Z) float array
        Planted SD of the signal over SD of the noise; NaN in `never_valid`.
    never_valid, once_invalid : (x, y, z)
        A voxel that is invalid in all sessions, and one that is invalid in session 2 only.
    saturated : (x, y, z)
        A voxel whose response to trial 7 of session 1 exceeds the largest value a file can hold.
    """

    shown: np.ndarray
    codes: np.ndarray
    stored: list[np.ndarray]
    ncsnr: np.ndarray
    never_valid: tuple[int, ...]
    once_invalid: tuple[int, ...]
    saturated: tuple[int, ...]


@dataclass(frozen=True)
class NsdTree:
    """A written tree: its layout, the plan of the experiment, and the truth, by 73k id from 1."""

    layout: Layout
    plan: Plan
    scenes: dict[int, Scene]
    pictures: dict[int, np.ndarray]
    coco_ids: np.ndarray
    coco_splits: np.ndarray
    brains: dict[str, NsdBrain]


def write_nsd_tree(
    root: Path,
    subjects: Sequence[str] = ("sub-01", "sub-02"),
    sessions: Sequence[int] = (3, 2),
    shape: tuple[int, int, int] = SHAPE,
    containers: Sequence[str] = ("hdf5",),
    space: str = "func1pt8mm",
    betas: str = DEFAULT_BETAS,
    vertices: int = 90,
    train: int = 150,
    shared: int = 50,
    side: int = 64,
    noise: float = 1.0,
    seed: int = 0,
) -> NsdTree:
    """Write the files of `subjects` with a signal of SD 1 % in early and ventral voxels.

    Early voxels respond to the colours in a coarse grid of the picture, ventral voxels to the category and
    the setting that its captions name, all others to nothing. There are `train` pictures for each subject and
    `shared` pictures for all of them; so few that each is seen far more often than in NSD.

    Parameters
    ----------
    root : Path
    subjects : sequence of str
    sessions : sequence of int
        Number of sessions of each subject; it may differ, as in NSD.
    shape : (X, Y, Z)
        Grid of the first subject; the grid of each further subject is one voxel narrower.
    containers : sequence of {"hdf5", "mat", "nii.gz"}
    space, betas : str
        The space ``fsaverage`` writes surfaces, whatever `containers` says.
    vertices : int
        Number of vertices of each hemisphere.
    side : int
        Width of the pictures in pixels, a multiple of 4.
    noise : float
        SD of the noise in percent.
    """
    layout = Layout(root, space, betas)
    counts = dict(zip(subjects, sessions, strict=True))
    numbers = {subject_number(subject): count for subject, count in counts.items()}
    plan = make_plan(tuple(sessions), train, shared, seed)
    scenes = make_scenes(plan, numbers, seed)
    rng = rng_for(seed, "nsd coco")
    coco_ids = rng.permutation(600_000)[:PICTURES] + 1
    coco_splits = np.where(rng.random(PICTURES) < 0.8, "train2017", "val2017")
    pictures = {number: render(scene, side) for number, scene in scenes.items()}
    tree = NsdTree(layout, plan, scenes, pictures, coco_ids, coco_splits, {})
    _write_experiment(tree)
    for place, (subject, count) in enumerate(counts.items()):
        grid = (2 * vertices, 1, 1) if layout.is_surface else (shape[0] - place, *shape[1:])
        tree.brains[subject] = _brain(tree, subject, count, grid, noise, seed)
        _write_subject(tree, subject, containers)
    return tree


def _brain(
    tree: NsdTree, subject: str, sessions: int, grid: tuple[int, ...], noise: float, seed: int
) -> NsdBrain:
    rng, surface = rng_for(seed, "nsd brain", subject), tree.layout.is_surface
    codes = surface_codes(grid) if surface else volume_codes(grid)
    inside = brainmask(codes)
    evoked = signals(tree.scenes, tree.pictures, codes[inside], seed + subject_number(subject))
    early, ventral = (np.argwhere(codes == code) for code in WHERE_SIGNAL_IS)
    never, once, saturated = (tuple(voxel.tolist()) for voxel in (early[1], early[3], ventral[2]))
    shown, stored = tree.plan.shown(subject_number(subject), sessions), []
    for session in range(sessions):
        volume = np.zeros((*grid, TRIALS), np.float32)
        volume[inside] = _responses(evoked, shown[session], noise, rng)
        if session == 0:
            volume[saturated][6] = 200
        for voxel in [never, once] if session == 1 else [never]:
            volume[voxel] = np.nan if surface else 0
        stored.append(volume if surface else _as_stored(volume))
    ncsnr = np.where(np.isin(codes, WHERE_SIGNAL_IS), 1 / noise, 0.0)
    ncsnr[never] = np.nan
    return NsdBrain(shown, codes, stored, ncsnr, never, once, saturated)


def _responses(
    evoked: dict[int, np.ndarray], shown: np.ndarray, noise: float, rng: np.random.Generator
) -> np.ndarray:
    """Return the betas of one session, (voxels, 750): signal, noise, and an offset per voxel."""
    signal = np.stack([evoked[number] for number in shown.tolist()], axis=-1)
    return signal + rng.normal(0, noise, signal.shape) + rng.normal(0.5, 0.5, (len(signal), 1))


def _as_stored(volume: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(volume * UNITS), -32767, 32767).astype(np.int16)


def _write_subject(tree: NsdTree, subject: str, containers: Sequence[str]) -> None:
    layout, brain = tree.layout, tree.brains[subject]
    write_responses(layout.responses(subject), tree.plan, subject_number(subject), len(brain.stored))
    write_ctab(layout.ctab(subject, ATLAS))
    if layout.is_surface:
        _write_surfaces(layout, subject, brain)
    else:
        _write_volumes(layout, subject, brain, containers)


def _write_volumes(layout: Layout, subject: str, brain: NsdBrain, containers: Sequence[str]) -> None:
    space, inside = layout.space, brainmask(brain.codes)
    writers: dict[str, Callable[[Path, np.ndarray], None]] = {
        "hdf5": write_hdf5,
        "mat": write_mat,
        "nii.gz": lambda path, values: write_volume(path, values, space),
    }
    left = np.arange(inside.shape[0])[:, None, None] < inside.shape[0] / 2
    write_volume(layout.brainmask(subject), inside.astype(np.uint8), space)
    write_volume(layout.atlas(subject, ATLAS), brain.codes, space)
    write_volume(layout.hemisphere_atlas(subject, "lh", ATLAS), np.where(left, brain.codes, -1.0), space)
    write_volume(layout.hemisphere_atlas(subject, "rh", ATLAS), np.where(left, -1.0, brain.codes), space)
    write_volume(layout.ncsnr(subject)[0], brain.ncsnr.astype(np.float32), space)
    for number, betas in enumerate(brain.stored, start=1):
        write_volume(layout.valid(subject, number), betas.any(axis=3).astype(np.uint8), space)
        for (path,) in layout.session_candidates(subject, number):
            suffix = path.name.partition(".")[2]
            if suffix in containers:
                writers[suffix](path, betas)


def _write_surfaces(layout: Layout, subject: str, brain: NsdBrain) -> None:
    half = len(brain.codes) // 2
    parts = {"lh": slice(half), "rh": slice(half, None)}
    for side, part in parts.items():
        write_surface(layout.hemisphere_atlas(subject, side, ATLAS), brain.codes[part, 0, 0])
    for path, part in zip(layout.ncsnr(subject), parts.values(), strict=True):
        write_surface(path, brain.ncsnr[part, 0, 0])
    for number, betas in enumerate(brain.stored, start=1):
        for path, part in zip(layout.session_files(subject, number), parts.values(), strict=True):
            write_surface(path, betas[part, 0, 0])


def _write_experiment(tree: NsdTree) -> None:
    layout = tree.layout
    write_design(layout.design(), tree.plan)
    write_stim_info(layout.stim_info(), tree.plan, tree.coco_ids, tree.coco_splits)
    write_pictures(layout.stimuli(), tree.pictures)
    for split in ("train2017", "val2017"):
        own = {n: s for n, s in tree.scenes.items() if tree.coco_splits[n - 1] == split}
        texts = {int(tree.coco_ids[number - 1]): captions(scene) for number, scene in own.items()}
        write_captions(layout.captions(split), texts)
