"""Backgrounds of the settings: sky, ground and texture, in palettes that overlap between settings."""

from collections.abc import Callable

import numpy as np

from cortex2image.scenes.canvas import Canvas, Colour

SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((95, 160, 225), (205, 228, 245)),
    ((150, 165, 180), (215, 218, 220)),
    ((90, 80, 140), (245, 170, 120)),
    ((235, 175, 110), (250, 225, 170)),
    ((40, 50, 95), (110, 120, 165)),
    ((120, 190, 190), (225, 235, 205)),
    ((190, 110, 120), (245, 205, 160)),
)
GRASS: tuple[Colour, ...] = (
    (90, 155, 70),
    (150, 165, 75),
    (60, 120, 75),
    (175, 150, 80),
    (160, 120, 85),
    (90, 135, 120),
)
SAND: tuple[Colour, ...] = (
    (225, 200, 150),
    (205, 175, 135),
    (200, 195, 185),
    (230, 180, 120),
    (150, 135, 120),
    (225, 185, 180),
)
WATER: tuple[Colour, ...] = (
    (50, 120, 170),
    (60, 150, 150),
    (85, 100, 125),
    (90, 85, 140),
    (95, 140, 105),
    (165, 145, 120),
)
DUNE: tuple[Colour, ...] = (
    (220, 165, 95),
    (200, 130, 85),
    (215, 195, 145),
    (170, 120, 115),
    (190, 190, 180),
    (150, 145, 110),
)
SNOW: tuple[Colour, ...] = (
    (238, 243, 248),
    (215, 225, 240),
    (240, 225, 225),
    (190, 200, 225),
    (235, 225, 190),
    (165, 165, 200),
)
WALL: tuple[Colour, ...] = (
    (225, 215, 195),
    (165, 190, 200),
    (190, 165, 150),
    (170, 185, 150),
    (205, 175, 185),
)
FLOOR: tuple[Colour, ...] = ((150, 105, 70), (110, 85, 75), (185, 155, 120), (130, 130, 135))
NIGHT: tuple[tuple[Colour, Colour], ...] = (
    ((12, 14, 35), (40, 40, 85)),
    ((25, 15, 40), (95, 50, 80)),
    ((15, 25, 30), (45, 75, 85)),
    ((55, 70, 125), (185, 135, 130)),
    ((60, 50, 45), (150, 120, 80)),
)
WOODS: tuple[tuple[Colour, Colour], ...] = (
    ((35, 75, 50), (110, 150, 90)),
    ((85, 70, 35), (190, 150, 75)),
    ((40, 60, 75), (120, 145, 150)),
    ((110, 50, 40), (215, 140, 100)),
    ((95, 95, 80), (205, 205, 185)),
)
BACKDROP: tuple[Colour, ...] = (
    (150, 150, 150),
    (200, 200, 200),
    (110, 112, 118),
    (178, 172, 162),
    (160, 172, 185),
)


def meadow(canvas: Canvas) -> None:
    """Paint rolling hills with blades of grass and small flowers."""
    horizon = _sky(canvas, 0.4, 0.55)
    green = canvas.pick(GRASS)
    canvas.wave(horizon - 0.06, 0.05, 1.2, canvas.shade(green, 0.8))
    canvas.wave(horizon + 0.04, 0.03, 0.8, green)
    canvas.strokes(70, horizon + 0.1, 1.0, 0.0, 0.05, canvas.shade(green, 0.72))
    canvas.dots(18, horizon + 0.15, 1.0, 0.012, (250, 240, 200))


def beach(canvas: Canvas) -> None:
    """Paint a strip of water under the sky, foam, and sand in front."""
    horizon = _sky(canvas, 0.32, 0.42)
    shore = horizon + canvas.rng.uniform(0.14, 0.22)
    canvas.band(horizon, 1.0, canvas.pick(WATER))
    canvas.wave(shore - 0.02, 0.02, 2.0, (245, 248, 248))
    sand = canvas.pick(SAND)
    canvas.wave(shore + 0.03, 0.025, 1.5, sand)
    canvas.dots(60, shore + 0.1, 1.0, 0.008, canvas.shade(sand, 0.82))


def city(canvas: Canvas) -> None:
    """Paint dark towers with lit windows behind a street."""
    canvas.gradient(*canvas.pick(NIGHT))
    canvas.dots(12, 0.0, 0.3, 0.007, (235, 235, 220))
    left = -0.05
    while left < 1.0:
        width = canvas.rng.uniform(0.12, 0.22)
        _tower(canvas, left, left + width, canvas.rng.uniform(0.1, 0.4))
        left += width + 0.01
    canvas.band(0.8, 1.0, (55, 52, 60))
    for start in np.arange(-0.05, 1.0, 0.25):
        canvas.rectangle(start, 0.89, start + 0.13, 0.915, (200, 185, 120))


def snow(canvas: Canvas) -> None:
    """Paint white hills, firs on the horizon and falling flakes."""
    horizon = _sky(canvas, 0.4, 0.52)
    white = canvas.pick(SNOW)
    for x in canvas.rng.uniform(0, 1, 6):
        _fir(canvas, x, horizon + 0.04, canvas.rng.uniform(0.14, 0.28))
    canvas.wave(horizon, 0.04, 1.0, canvas.shade(white, 0.9))
    canvas.wave(horizon + 0.14, 0.04, 0.7, white)
    canvas.dots(45, 0.0, 1.0, 0.011, (252, 252, 255))


def desert(canvas: Canvas) -> None:
    """Paint three ranges of dunes under a low sun, with cacti."""
    horizon = _sky(canvas, 0.42, 0.55)
    canvas.disc(canvas.rng.uniform(0.1, 0.9), canvas.rng.uniform(0.1, 0.25), 0.07, (255, 240, 190))
    sand = canvas.pick(DUNE)
    for step, tone in enumerate((0.78, 0.9, 1.0)):
        canvas.wave(horizon + 0.15 * step, 0.07, 1.1, canvas.shade(sand, tone))
    for x in (canvas.rng.uniform(0.02, 0.15), canvas.rng.uniform(0.85, 0.98)):
        _cactus(canvas, x, horizon + 0.2)


def room(canvas: Canvas) -> None:
    """Paint a wall with a window and a skirting board, and a floor of boards."""
    wall, floor = canvas.pick(WALL), canvas.pick(FLOOR)
    canvas.gradient(canvas.shade(wall, 0.92), wall)
    left = canvas.rng.choice([0.06, 0.64])
    canvas.rectangle(left, 0.08, left + 0.3, 0.42, (245, 242, 235))
    canvas.rectangle(left + 0.025, 0.105, left + 0.275, 0.395, (165, 205, 235))
    canvas.rectangle(left + 0.14, 0.08, left + 0.16, 0.42, (245, 242, 235))
    canvas.band(0.66, 0.7, canvas.shade(wall, 1.15))
    canvas.band(0.7, 1.0, floor)
    for x in np.linspace(-0.6, 1.6, 9):
        bottom = 0.5 + (x - 0.5) * 1.7
        canvas.line((x, 0.7), (bottom, 1.0), canvas.shade(floor, 0.75))


def sea(canvas: Canvas) -> None:
    """Paint open water with rows of wave crests."""
    horizon = _sky(canvas, 0.3, 0.42)
    water = canvas.pick(WATER)
    canvas.band(horizon, 1.0, canvas.shade(water, 0.85))
    for step, y in enumerate(np.arange(horizon + 0.08, 1.05, 0.12)):
        canvas.wave(y, 0.018 + 0.004 * step, 4.5 - 0.4 * step, canvas.shade(water, 0.92 + 0.05 * step))
    canvas.strokes(35, horizon + 0.04, 1.0, 0.05, 0.0, (225, 238, 242))


def forest(canvas: Canvas) -> None:
    """Paint tree trunks at two depths between a dark floor and foliage."""
    leaves, light = canvas.pick(WOODS)
    canvas.gradient(canvas.shade(light, 1.05), canvas.shade(leaves, 1.2))
    for depth, (count, width) in enumerate(((7, 0.035), (5, 0.07))):
        bark = canvas.shade((95, 70, 50), 1.0 - 0.3 * depth)
        for x in (np.arange(count) + canvas.rng.uniform(0.1, 0.9, count)) / count:
            canvas.rectangle(x - width / 2, 0.0, x + width / 2, 0.85, bark)
    canvas.wave(0.78, 0.03, 1.5, canvas.shade(leaves, 0.75))
    for x in canvas.rng.uniform(-0.05, 1.05, 14):
        canvas.disc(
            x, canvas.rng.uniform(-0.05, 0.14), 0.12, canvas.shade(leaves, canvas.rng.uniform(0.7, 1.15))
        )


def studio(canvas: Canvas) -> None:
    """Paint a plain backdrop, a little brighter on one side."""
    grey = canvas.pick(BACKDROP)
    canvas.gradient(canvas.shade(grey, 1.06), canvas.shade(grey, 0.92))


PAINTERS: dict[str, Callable[[Canvas], None]] = {
    "meadow": meadow,
    "beach": beach,
    "city": city,
    "snow": snow,
    "desert": desert,
    "room": room,
    "sea": sea,
    "forest": forest,
    "studio": studio,
}


def _sky(canvas: Canvas, highest: float, lowest: float) -> float:
    """Fill the picture with a sky and return the height of the horizon."""
    canvas.gradient(*canvas.pick(SKIES))
    return float(canvas.rng.uniform(highest, lowest))


def _tower(canvas: Canvas, left: float, right: float, top: float) -> None:
    wall = canvas.shade((45, 45, 62), canvas.rng.uniform(0.7, 1.3))
    canvas.rectangle(left, top, right, 0.82, wall)
    for x in np.arange(left + 0.02, right - 0.025, 0.045):
        for y in np.arange(top + 0.03, 0.76, 0.07):
            if canvas.rng.random() < 0.45:
                canvas.rectangle(x, y, x + 0.024, y + 0.034, (250, 215, 120))


def _fir(canvas: Canvas, x: float, foot: float, height: float) -> None:
    points = [(x - 0.3 * height, foot), (x, foot - height), (x + 0.3 * height, foot)]
    canvas.polygon(np.array(points), canvas.shade((50, 85, 80), 1.0))


def _cactus(canvas: Canvas, x: float, foot: float) -> None:
    green = (70, 115, 75)
    canvas.rectangle(x - 0.02, foot - 0.24, x + 0.02, foot, green)
    canvas.rectangle(x - 0.07, foot - 0.13, x + 0.07, foot - 0.1, green)
    canvas.rectangle(x - 0.07, foot - 0.19, x - 0.045, foot - 0.1, green)
    canvas.rectangle(x + 0.045, foot - 0.22, x + 0.07, foot - 0.1, green)
