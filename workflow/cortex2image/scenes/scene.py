"""What is in a scene, sampled so that no combination is shared between splits."""

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
"""The split of all scenes that show a category in the setting it is held out from."""
SPLITS = (*SPLIT_ENDS, COMPOSITION)
SINGLE_OBJECT_SHARE = 0.75


@dataclass(frozen=True)
class SceneObject:
    """One object; lengths are fractions of the image side, `angle` is in degrees."""

    category: str
    colour: str
    size: float
    x: float
    y: float
    angle: float
    mirrored: bool


@dataclass(frozen=True)
class Scene:
    """Everything a picture is drawn from; `detail_seed` fixes its texture and the jitter of its palette."""

    index: int
    split: str
    setting: str
    objects: tuple[SceneObject, ...]
    light: str
    detail_seed: int


def split_of(combination: Combination) -> str:
    """Return the split that owns a combination of setting and coloured objects.

    A category in the setting it is held out from (`HELD_OUT_PAIRS`) makes it a held-out composition; of the
    rest a hash of the combination alone decides, whatever the seed: two data sets drawn with different seeds
    can share combinations within a split, never across splits.
    """
    setting, objects = combination
    if any(HELD_OUT_PAIRS[category] == setting for category, _ in objects):
        return COMPOSITION
    text = "|".join([setting, *sorted(f"{colour} {category}" for category, colour in objects)])
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    share = int.from_bytes(digest, "big") / 2**64
    return next(split for split, end in SPLIT_ENDS.items() if share < end)


def sample_scene(seed: int, split: str, index: int) -> Scene:
    """Return scene `index` of a split; the same arguments always give the same scene.

    Parameters
    ----------
    seed : int
        Seed of the data set.
    split : {"train", "validation", "test", "composition"}
    index : int

    Raises
    ------
    ConfigError
        Where `split` is none of these.
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
    """Return what :func:`split_of` judges: the setting and the (category, colour) of each object."""
    return scene.setting, tuple((item.category, item.colour) for item in scene.objects)


def _sample_combination(rng: np.random.Generator) -> Combination:
    number = 1 if rng.random() < SINGLE_OBJECT_SHARE else 2
    categories = rng.choice(len(CATEGORIES), size=number, replace=False)
    colours = list(COLOURS)
    objects = tuple((CATEGORIES[i], colours[rng.integers(len(colours))]) for i in categories)
    return SETTINGS[rng.integers(len(SETTINGS))], objects


def _place(contents: tuple[tuple[str, str], ...], rng: np.random.Generator) -> tuple[SceneObject, ...]:
    """Place one large object near the middle, or two smaller ones side by side."""
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
