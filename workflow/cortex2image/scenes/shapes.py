"""Shapes of the objects: painted polygons in the box [-1, 1] x [-1, 1], x to the right and y downwards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """One polygon, (points, 2) in [-1, 1], and its paint: a tone of the object colour or a fixed colour."""

    points: Points
    paint: str | tuple[int, int, int]
    outlined: bool = True


def ellipse(x: float, y: float, rx: float, ry: float, start: float = 0.0, stop: float = 360.0) -> Points:
    """Return the outline of an ellipse, or of its segment between two angles in degrees."""
    angles = np.radians(np.linspace(start, stop, 28))
    return np.stack([x + rx * np.cos(angles), y + ry * np.sin(angles)], axis=1)


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """Return the corners of a rectangle."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def polygon(*points: tuple[float, float]) -> Points:
    """Return corners (x, y) as an array, (points, 2)."""
    return np.array(points)


def ring(x: float, y: float, rx: float, ry: float, thickness: float) -> Points:
    """Return a ring as one polygon: the outer edge followed by the inner edge in reverse."""
    return np.concatenate([ellipse(x, y, rx, ry), ellipse(x, y, rx - thickness, ry - thickness)[::-1]])


WHITE, BLACK, GLASS = (245, 245, 240), (25, 25, 30), (170, 215, 235)
WOOD, STEEL, LEAF, GOLD = (110, 72, 42), (185, 190, 198), (50, 130, 55), (250, 205, 60)
SKIN, LIPS, PINK = (232, 190, 160), (190, 60, 65), (235, 150, 160)

SHAPES: dict[str, tuple[Part, ...]] = {
    "face": (
        Part(ellipse(0, -0.12, 0.8, 0.86), "base"),
        Part(box(-0.8, -0.12, 0.8, 0.5), "base", outlined=False),
        Part(ellipse(0, 0.14, 0.58, 0.78), SKIN),
        Part(ellipse(-0.25, 0.0, 0.15, 0.1), WHITE),
        Part(ellipse(0.25, 0.0, 0.15, 0.1), WHITE),
        Part(ellipse(-0.25, 0.0, 0.07, 0.09), BLACK, outlined=False),
        Part(ellipse(0.25, 0.0, 0.07, 0.09), BLACK, outlined=False),
        Part(polygon((0, 0.05), (0.1, 0.34), (-0.1, 0.34)), (205, 155, 125), outlined=False),
        Part(ellipse(0, 0.56, 0.26, 0.09), LIPS, outlined=False),
    ),
    "house": (
        Part(box(0.35, -0.85, 0.58, -0.3), "dark"),
        Part(box(-0.75, -0.1, 0.75, 0.92), "base"),
        Part(polygon((-0.98, -0.08), (0, -0.95), (0.98, -0.08)), "dark"),
        Part(box(-0.18, 0.3, 0.18, 0.92), WOOD),
        Part(box(-0.6, 0.12, -0.3, 0.45), GOLD),
        Part(box(0.3, 0.12, 0.6, 0.45), GOLD),
    ),
    "cat": (
        Part(polygon((0.3, 0.9), (0.8, 0.8), (0.95, 0.2), (0.78, 0.15), (0.68, 0.6), (0.3, 0.65)), "dark"),
        Part(ellipse(0, 0.45, 0.52, 0.52), "base"),
        Part(ellipse(0, 0.55, 0.26, 0.38), "light", outlined=False),
        Part(polygon((-0.5, -0.3), (-0.46, -0.98), (-0.08, -0.6)), "base"),
        Part(polygon((0.5, -0.3), (0.46, -0.98), (0.08, -0.6)), "base"),
        Part(ellipse(0, -0.3, 0.54, 0.42), "base"),
        Part(ellipse(-0.2, -0.36, 0.13, 0.1), GOLD),
        Part(ellipse(0.2, -0.36, 0.13, 0.1), GOLD),
        Part(ellipse(-0.2, -0.36, 0.05, 0.1), BLACK, outlined=False),
        Part(ellipse(0.2, -0.36, 0.05, 0.1), BLACK, outlined=False),
        Part(polygon((-0.09, -0.18), (0.09, -0.18), (0, -0.06)), PINK, outlined=False),
        Part(ellipse(-0.2, 0.9, 0.17, 0.08), "light"),
        Part(ellipse(0.2, 0.9, 0.17, 0.08), "light"),
    ),
    "bottle": (
        Part(
            polygon(
                (-0.14, -0.75),
                (0.14, -0.75),
                (0.14, -0.4),
                (0.4, -0.1),
                (0.4, 0.95),
                (-0.4, 0.95),
                (-0.4, -0.1),
                (-0.14, -0.4),
            ),
            "base",
        ),
        Part(box(-0.18, -0.98, 0.18, -0.72), "dark"),
        Part(box(-0.4, 0.15, 0.4, 0.6), WHITE),
        Part(box(-0.3, -0.08, -0.2, 0.1), "light", outlined=False),
    ),
    "scissors": (
        Part(polygon((-0.6, -0.98), (-0.42, -0.95), (0.24, 0.35), (0.06, 0.42)), STEEL),
        Part(polygon((0.6, -0.98), (0.42, -0.95), (-0.24, 0.35), (-0.06, 0.42)), STEEL),
        Part(ring(-0.36, 0.62, 0.34, 0.34, 0.16), "base", outlined=False),
        Part(ring(0.36, 0.62, 0.34, 0.34, 0.16), "base", outlined=False),
        Part(ellipse(0, 0.04, 0.07, 0.07), BLACK, outlined=False),
    ),
    "shoe": (
        Part(
            polygon(
                (-0.9, -0.45),
                (-0.3, -0.5),
                (-0.1, -0.1),
                (0.5, 0.1),
                (0.92, 0.25),
                (0.95, 0.5),
                (-0.92, 0.5),
            ),
            "base",
        ),
        Part(polygon((-0.9, -0.45), (-0.62, -0.47), (-0.6, 0.5), (-0.92, 0.5)), "dark", outlined=False),
        Part(box(-0.95, 0.48, 0.98, 0.68), WHITE),
        Part(polygon((-0.25, -0.3), (-0.12, -0.36), (0.0, -0.02), (-0.14, 0.04)), WHITE, outlined=False),
        Part(polygon((0.02, -0.12), (0.15, -0.12), (0.25, 0.1), (0.1, 0.14)), WHITE, outlined=False),
    ),
    "chair": (
        Part(box(-0.6, -0.98, -0.44, 0.2), "dark"),
        Part(box(0.44, -0.98, 0.6, 0.2), "dark"),
        Part(box(-0.6, -0.95, 0.6, -0.7), "base"),
        Part(box(-0.6, -0.5, 0.6, -0.28), "base"),
        Part(box(-0.5, 0.2, -0.36, 0.75), "dark"),
        Part(box(0.36, 0.2, 0.5, 0.75), "dark"),
        Part(polygon((-0.6, 0.05), (0.6, 0.05), (0.8, 0.35), (-0.8, 0.35)), "base"),
        Part(box(-0.8, 0.35, -0.62, 0.98), "dark"),
        Part(box(0.62, 0.35, 0.8, 0.98), "dark"),
    ),
    "tree": (
        Part(box(-0.14, 0.2, 0.14, 0.98), WOOD),
        Part(ellipse(-0.4, 0.05, 0.45, 0.4), "base"),
        Part(ellipse(0.4, 0.05, 0.45, 0.4), "base"),
        Part(ellipse(0, -0.48, 0.55, 0.48), "base"),
        Part(ellipse(0, -0.1, 0.45, 0.4), "base", outlined=False),
        Part(ellipse(-0.15, -0.6, 0.22, 0.15), "light", outlined=False),
    ),
    "car": (
        Part(polygon((-0.55, 0.0), (-0.35, -0.45), (0.3, -0.45), (0.6, 0.0)), "base"),
        Part(polygon((-0.42, -0.02), (-0.28, -0.34), (-0.04, -0.34), (-0.04, -0.02)), GLASS),
        Part(polygon((0.06, -0.02), (0.06, -0.34), (0.25, -0.34), (0.44, -0.02)), GLASS),
        Part(
            polygon((-0.96, 0.05), (-0.55, -0.02), (0.6, -0.02), (0.96, 0.1), (0.96, 0.42), (-0.96, 0.42)),
            "base",
        ),
        Part(ellipse(-0.52, 0.42, 0.24, 0.24), BLACK),
        Part(ellipse(0.52, 0.42, 0.24, 0.24), BLACK),
        Part(ellipse(-0.52, 0.42, 0.1, 0.1), STEEL, outlined=False),
        Part(ellipse(0.52, 0.42, 0.1, 0.1), STEEL, outlined=False),
        Part(ellipse(0.88, 0.2, 0.07, 0.07), GOLD, outlined=False),
    ),
    "boat": (
        Part(box(-0.04, -0.98, 0.06, 0.45), WOOD),
        Part(polygon((0.12, -0.9), (0.12, 0.3), (0.85, 0.3)), WHITE),
        Part(polygon((-0.1, -0.7), (-0.1, 0.3), (-0.65, 0.3)), "light"),
        Part(polygon((-0.95, 0.42), (0.98, 0.42), (0.65, 0.9), (-0.65, 0.9)), "base"),
        Part(box(-0.9, 0.42, 0.92, 0.54), "dark", outlined=False),
    ),
    "bird": (
        Part(polygon((-0.45, 0.05), (-0.98, 0.15), (-0.95, 0.4), (-0.35, 0.4)), "dark"),
        Part(box(-0.1, 0.55, -0.03, 0.95), GOLD, outlined=False),
        Part(box(0.15, 0.55, 0.22, 0.95), GOLD, outlined=False),
        Part(ellipse(0, 0.22, 0.58, 0.42), "base"),
        Part(polygon((0.75, -0.5), (0.99, -0.34), (0.75, -0.24)), (240, 150, 40)),
        Part(ellipse(0.48, -0.36, 0.34, 0.33), "base"),
        Part(ellipse(0.58, -0.42, 0.08, 0.08), WHITE),
        Part(ellipse(0.6, -0.42, 0.045, 0.05), BLACK, outlined=False),
        Part(polygon((0.28, 0.05), (-0.55, -0.12), (-0.3, 0.3), (0.1, 0.42)), "dark"),
    ),
    "fish": (
        Part(polygon((-0.45, 0.0), (-0.96, -0.5), (-0.82, 0.0), (-0.96, 0.5)), "dark"),
        Part(polygon((-0.25, -0.35), (0.05, -0.75), (0.35, -0.38)), "dark"),
        Part(polygon((-0.1, 0.35), (0.0, 0.7), (0.25, 0.38)), "dark"),
        Part(ellipse(0.15, 0, 0.78, 0.46), "base"),
        Part(ellipse(0.15, 0.2, 0.55, 0.2), "light", outlined=False),
        Part(ellipse(0.6, -0.12, 0.12, 0.12), WHITE),
        Part(ellipse(0.63, -0.12, 0.06, 0.07), BLACK, outlined=False),
        Part(polygon((0.1, -0.1), (0.1, 0.2), (-0.2, 0.12)), "dark", outlined=False),
    ),
    "flower": (
        Part(box(-0.06, 0.1, 0.06, 0.98), LEAF),
        Part(ellipse(0.3, 0.7, 0.28, 0.12), LEAF),
        Part(ellipse(-0.3, 0.8, 0.28, 0.12), LEAF),
        *(
            Part(ellipse(0.4 * np.cos(angle), -0.35 + 0.4 * np.sin(angle), 0.26, 0.26), "base")
            for angle in np.linspace(0, 2 * np.pi, 6, endpoint=False)
        ),
        Part(ellipse(0, -0.35, 0.24, 0.24), GOLD),
    ),
    "umbrella": (
        Part(box(-0.05, -0.2, 0.05, 0.8), WOOD),
        Part(ellipse(0.15, 0.8, 0.2, 0.18, 0, 180), WOOD),
        Part(ellipse(0, 0.1, 0.96, 1.0, 180, 360), "base"),
        Part(ellipse(0, 0.1, 0.34, 1.0, 180, 360), "light"),
        Part(box(-0.04, -0.99, 0.04, -0.88), WOOD),
    ),
    "ball": (
        Part(ellipse(0, 0, 0.88, 0.88), "base"),
        *(
            Part(np.concatenate([[[0.0, 0.0]], ellipse(0, 0, 0.88, 0.88, start, start + 60)]), WHITE)
            for start in (10, 130, 250)
        ),
        Part(ellipse(0, 0, 0.16, 0.16), "dark"),
    ),
}
