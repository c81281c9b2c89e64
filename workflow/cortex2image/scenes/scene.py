"""Scenes, sampled such that no combination of contents is shared between splits."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cortex2image.errors import ConfigError
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, HELD_OUT_PAIRS, LIGHTS, SETTINGS
from cortex2image.seeds import rng_for, seed_for

Split = Literal["train", "validation", "test", "composition"]
Combination = tuple[str, tuple[tuple[str, str], ...]]

SPLIT_ENDS: dict[str, float] = {"train": 0.8, "validation": 0.9, "test": 1.0}
COMPOSITION = "composition"
"""Split of the scenes that show a category in its held-out setting."""
SPLITS = (*SPLIT_ENDS, COMPOSITION)
SINGLE_OBJECT_SHARE = 0.75


@dataclass(frozen=True)
class SceneObject:
    """One object: category, colour, size, position of its centre, rotation and mirroring.

    Lengths are fractions of the image side, `angle` is in degrees.
    """

    category: str
    colour: str
    size: float
    x: float
    y: float
    angle: float
    mirrored: bool


@dataclass(frozen=True)
class Scene:
    """Complete description of a picture; `detail_seed` determines its texture and palette jitter."""

    index: int
    split: str
    setting: str
    objects: tuple[SceneObject, ...]
    light: str
    detail_seed: int


def split_of(combination: Combination) -> str:
    """Return the split to which a combination of setting and coloured objects belongs.

    A combination with a category in its held-out setting (`HELD_OUT_PAIRS`) belongs to the split
    ``composition``. For all others a hash of the combination decides, independently of any seed: two data
    sets drawn with different seeds can share combinations within a split but never across splits.
    """
    setting, objects = combination
    if any(HELD_OUT_PAIRS[category] == setting for category, _ in objects):
        return COMPOSITION
    text = "|".join([setting, *sorted(f"{colour} {category}" for category, colour in objects)])
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    share = int.from_bytes(digest, "big") / 2**64
    return next(split for split, end in SPLIT_ENDS.items() if share < end)


def sample_scene(seed: int, split: str, index: int) -> Scene:
    """Return scene number `index` of a split; the same arguments always give the same scene.

    Parameters
    ----------
    seed : int
        Seed of the data set.
    split : {"train", "validation", "test", "composition"}
    index : int

    Raises
    ------
    ConfigError
        `split` is none of these.
    """
    if split not in SPLITS:
        raise ConfigError("scene split", " | ".join(SPLITS), repr(split), "ask for one of these splits")
    rng = rng_for(seed, "scene", split, index)
    combination = _sample_combination(rng)
    while split_of(combination) != split:
        combination = _sample_combination(rng)
    setting, contents = combination
    return Scene(
        index=index,
        split=split,
        setting=setting,
        objects=_place(contents, rng),
        light=str(rng.choice(list(LIGHTS))),
        detail_seed=seed_for(seed, "scene detail", split, index),
    )


def sample_scenes(seed: int, split: str, number: int) -> list[Scene]:
    """Return the first scenes of a split, see :func:`sample_scene`."""
    return [sample_scene(seed, split, index) for index in range(number)]


def combination_of(scene: Scene) -> Combination:
    """Return the combination of a scene: its setting, and the category and colour of each object."""
    return scene.setting, tuple((item.category, item.colour) for item in scene.objects)


def _sample_combination(rng: np.random.Generator) -> Combination:
    number = 1 if rng.random() < SINGLE_OBJECT_SHARE else 2
    categories = rng.choice(len(CATEGORIES), size=number, replace=False)
    colours = list(COLOURS)
    objects = tuple((CATEGORIES[i], colours[rng.integers(len(colours))]) for i in categories)
    return SETTINGS[rng.integers(len(SETTINGS))], objects


def _place(contents: tuple[tuple[str, str], ...], rng: np.random.Generator) -> tuple[SceneObject, ...]:
    """Draw size and position of one large object near the middle, or of two smaller ones side by side."""
    if len(contents) == 1:
        centres, sizes = [0.5], (0.58, 0.78)
    else:
        centres, sizes = [0.27, 0.73], (0.4, 0.5)
    return tuple(
        SceneObject(
            category=category,
            colour=colour,
            size=float(rng.uniform(*sizes)),
            x=float(centre + rng.uniform(-1, 1) * (0.1 if len(contents) == 1 else 0.03)),
            y=float(rng.uniform(0.5, 0.62)),
            angle=float(rng.uniform(-10, 10)),
            mirrored=bool(rng.random() < 0.5),
        )
        for (category, colour), centre in zip(contents, centres, strict=True)
    )
