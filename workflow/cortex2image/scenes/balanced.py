"""Scenes of one object in which every category is equally frequent."""

from collections import deque
from collections.abc import Iterator
from itertools import count, cycle, islice

from cortex2image.scenes.scene import Scene, sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES


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
