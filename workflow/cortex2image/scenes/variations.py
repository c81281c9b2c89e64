"""Other scenes of the same caption: what a picture may look like where the words leave it open."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

from cortex2image.errors import ConfigError
from cortex2image.scenes.scene import Combination, Scene, combination_of, sample_scene, split_of


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
