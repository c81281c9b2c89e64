"""Render the picture of a scene."""

import numpy as np
from numpy.typing import NDArray

from cortex2image.scenes.backgrounds import PAINTERS
from cortex2image.scenes.canvas import Canvas, Colour
from cortex2image.scenes.scene import Scene, SceneObject
from cortex2image.scenes.shapes import SHAPES, Part, box
from cortex2image.scenes.vocabulary import COLOURS, LIGHTS

TILES = 7
"""Number of tiles per side of the scrambled texture."""


def render(scene: Scene, size: int = 64) -> NDArray[np.uint8]:
    """Return the picture of a scene, (size, size, 3) uint8; a scene always gives the same picture."""
    canvas = Canvas(size, np.random.default_rng(scene.detail_seed))
    PAINTERS[scene.setting](canvas)
    for item in scene.objects:
        _paint(canvas, item)
    return canvas.finish(LIGHTS[scene.light])


def _paint(canvas: Canvas, item: SceneObject) -> None:
    tones = _tones(item.colour, canvas)
    parts = _tiles(tones, canvas) if item.category == "scrambledpix" else SHAPES[item.category]
    for part in parts:
        paint = tones[part.paint] if isinstance(part.paint, str) else part.paint
        canvas.polygon(_placed(part.points, item), paint, tones["outline"] if part.outlined else None)


def _tones(name: str, canvas: Canvas) -> dict[str, Colour]:
    """Return the tones of a colour for painting an object; dark objects get a light outline."""
    base = np.array(COLOURS[name]) + canvas.rng.normal(0, 8, 3)
    dark = base.mean() < 70
    tones = {
        "base": base,
        "dark": base * 1.9 if dark else base * 0.68,
        "light": base + 0.45 * (255 - base),
        "outline": base + 90 if dark else base * 0.35,
    }
    return {key: _as_colour(value) for key, value in tones.items()}


def _as_colour(values: NDArray[np.float64]) -> Colour:
    red, green, blue = np.clip(values, 0, 255).astype(int).tolist()
    return red, green, blue


def _tiles(tones: dict[str, Colour], canvas: Canvas) -> list[Part]:
    """Return a square of tiles in random tones: object colours without an object shape."""
    edges = np.linspace(-0.95, 0.95, TILES + 1)
    paints = canvas.rng.choice(["base", "dark", "light", "outline"], size=(TILES, TILES))
    return [
        Part(box(edges[i], edges[j], edges[i + 1], edges[j + 1]), str(paints[i, j]), outlined=False)
        for i in range(TILES)
        for j in range(TILES)
    ]


def _placed(points: NDArray[np.float64], item: SceneObject) -> NDArray[np.float64]:
    """Mirror, rotate, scale and translate points, (n, 2) in [-1, 1], to their position in the picture."""
    angle = np.radians(item.angle)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    flipped = points * np.array([-1.0 if item.mirrored else 1.0, 1.0])
    placed: NDArray[np.float64] = flipped @ turn.T * (item.size / 2) + np.array([item.x, item.y])
    return placed
