"""Other scenes of the same caption: what a picture may look like where the words leave it open."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, cycle, islice

from cortex2image.errors import ConfigError
from cortex2image.scenes.scene import Combination, Scene, combination_of, sample_scene, split_of
from cortex2image.scenes.vocabulary import CATEGORIES


def recast(layout: Scene, combination: Combination) -> Scene:
    """Return a scene with the setting, categories and colours of `combination` and all else of `layout`.

    Its split is the one that owns the combination.

    Raises
    ------
    ConfigError
        The two do not have the same number of objects.
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
    """Return scenes that agree with `scene` in setting, categories and colours and in nothing else.

    Place, size and pose of the objects, light, texture and palette are those of other scenes of the split, of
    which contents are independent: the variations are drawn as all scenes are, given what is in them.
    """
    layouts = _layouts(len(scene.objects), seed, scene.split)
    return [recast(layout, combination_of(scene)) for layout in islice(layouts, number)]


def _layouts(objects: int, seed: int, split: str) -> Iterator[Scene]:
    scenes = (sample_scene(seed, split, index) for index in count())
    return (scene for scene in scenes if len(scene.objects) == objects)


def balanced_scenes(seed: int, split: str, number: int) -> list[Scene]:
    """Return scenes of one object with the categories in turn, each as often as any other.

    A split owns few combinations of one category and many of another (of flowers six times as many as of
    shoes in the test split), so that a mean over scenes as they are sampled would be one over the frequent
    categories. The scenes of each category are taken in the order in which they are sampled.

    Raises
    ------
    ConfigError
        There is no such split.
    """
    waiting: dict[str, deque[Scene]] = {category: deque() for category in CATEGORIES}
    sampled = (sample_scene(seed, split, index) for index in count())
    single = (scene for scene in sampled if len(scene.objects) == 1)
    turns = islice(cycle(CATEGORIES), number)
    return [_next_of(category, waiting, single) for category in turns]


def _next_of(category: str, waiting: dict[str, deque[Scene]], sampled: Iterator[Scene]) -> Scene:
    while not waiting[category]:
        scene = next(sampled)
        waiting[scene.objects[0].category].append(scene)
    return waiting[category].popleft()
