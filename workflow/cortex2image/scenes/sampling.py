"""Scenes sampled under conditions: the same contents in other layouts, or all categories equally often."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, cycle, islice

from cortex2image.errors import ConfigError
from cortex2image.scenes.scene import Combination, Scene, combination_of, sample_scene, split_of
from cortex2image.scenes.vocabulary import CATEGORIES


def recast(layout: Scene, combination: Combination) -> Scene:
    """Return `layout` with the setting, categories and colours of `combination`.

    The split of the scene is the one to which the combination belongs.

    Raises
    ------
    ConfigError
        `layout` and `combination` have different numbers of objects.
    """
    setting, contents = combination
    if len(contents) != len(layout.objects):
        expected, found = f"{len(layout.objects)} objects, as in the layout", str(len(contents))
        raise ConfigError("recast scene", expected, found, "take a layout of as many objects")
    objects = tuple(
        replace(item, category=category, colour=colour)
        for item, (category, colour) in zip(layout.objects, contents, strict=True)
    )
    return replace(layout, split=split_of(combination), setting=setting, objects=objects)


def variations(scene: Scene, seed: int, number: int) -> list[Scene]:
    """Return scenes with the setting, categories and colours of `scene`, all else drawn anew.

    Position, size and orientation of the objects, light, texture and palette are taken from other scenes of
    the split. They are independent of setting, categories and colours, so the variations follow the
    distribution of all scenes with these contents.
    """
    layouts = _layouts(len(scene.objects), seed, scene.split)
    return [recast(layout, combination_of(scene)) for layout in islice(layouts, number)]


def _layouts(objects: int, seed: int, split: str) -> Iterator[Scene]:
    """Sample the scenes of a split that have this number of objects."""
    scenes = (sample_scene(seed, split, index) for index in count())
    return (scene for scene in scenes if len(scene.objects) == objects)


def balanced_scenes(seed: int, split: str, number: int) -> list[Scene]:
    """Return scenes of one object that show all categories in turn, each equally often.

    A split contains more combinations of some categories than of others (in the test split, six times as many
    of flowers as of shoes), so a mean over scenes as sampled would mostly reflect the frequent categories.
    The scenes of each category keep the order in which they are sampled.

    Raises
    ------
    ConfigError
        `split` is not a split of scenes.
    """
    waiting: dict[str, deque[Scene]] = {category: deque() for category in CATEGORIES}
    sampled = (sample_scene(seed, split, index) for index in count())
    single = (scene for scene in sampled if len(scene.objects) == 1)
    turns = islice(cycle(CATEGORIES), number)
    return [_next_of(category, waiting, single) for category in turns]


def _next_of(category: str, waiting: dict[str, deque[Scene]], sampled: Iterator[Scene]) -> Scene:
    """Return the next scene of a category; scenes of other categories sampled on the way are kept."""
    while not waiting[category]:
        scene = next(sampled)
        waiting[scene.objects[0].category].append(scene)
    return waiting[category].popleft()
