"""A square canvas with coordinates as fractions of its side, painted at a larger size and then shrunk."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Choice = TypeVar("Choice")
PALETTE_JITTER = 20.0


class Canvas:
    """Canvas for backgrounds and objects; shrinking the finished picture gives smooth edges.

    Coordinates are fractions of the side, x to the right and y downwards.

    Parameters
    ----------
    size : int
        Side of the finished picture in pixels.
    rng : numpy.random.Generator
        Source of all random details of the picture.
    oversampling : int
        Number of painted pixels per pixel of the finished picture, along each axis.
    """

    def __init__(self, size: int, rng: np.random.Generator, oversampling: int = 3):
        self.size, self.rng = size, rng
        self.side = size * oversampling
        self._jitter = rng.normal(0, PALETTE_JITTER, 3)
        self._image = Image.new("RGB", (self.side, self.side))
        self._draw = ImageDraw.Draw(self._image)

    def pick(self, palettes: Sequence[Choice]) -> Choice:
        """Choose one of several palettes at random."""
        return palettes[int(self.rng.integers(len(palettes)))]

    def shade(self, colour: Colour, gain: float) -> Colour:
        """Return a colour multiplied by `gain` and shifted by the palette jitter of this picture."""
        red, green, blue = np.clip(np.array(colour) * gain + self._jitter, 0, 255).astype(int).tolist()
        return red, green, blue

    def gradient(self, top: Colour, bottom: Colour) -> None:
        """Fill the picture with a vertical gradient."""
        ends = np.array([self.shade(top, 1.0), self.shade(bottom, 1.0)], dtype=np.float64)
        column = ends[0] + np.linspace(0, 1, self.side)[:, None] * (ends[1] - ends[0])
        strip = Image.fromarray(column[:, None, :].astype(np.uint8))
        self._image.paste(strip.resize((self.side, self.side), Image.Resampling.NEAREST))

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill a rectangle."""
        left, top, right, bottom = (value * self.side for value in (left, top, right, bottom))
        self._draw.rectangle((left, top, max(left, right), max(top, bottom)), fill=colour)

    def band(self, top: float, bottom: float, colour: Colour) -> None:
        """Fill the whole width between two heights."""
        self.rectangle(0.0, top, 1.0, bottom, colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a disc."""
        edges = np.array([x - radius, y - radius, x + radius, y + radius]) * self.side
        self._draw.ellipse(tuple(edges), fill=colour)

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: Colour) -> None:
        """Draw a thin line."""
        points = tuple(np.array([*start, *end]) * self.side)
        self._draw.line(points, fill=colour, width=max(1, self.side // 96))

    def polygon(self, points: NDArray[np.float64], fill: Colour, outline: Colour | None = None) -> None:
        """Fill a polygon, (points, 2), and draw its outline, about half a finished pixel wide, if given."""
        flat = (points * self.side).ravel().tolist()
        self._draw.polygon(flat, fill=fill, outline=outline, width=max(1, self.side // 96))

    def wave(self, y: float, height: float, cycles: float, colour: Colour) -> None:
        """Fill the area below a sine wave of random phase."""
        x = np.linspace(0, 1, 25)
        edge = y + height * np.sin(2 * np.pi * (cycles * x + self.rng.random()))
        points = np.stack([np.append(x, [1.0, 0.0]), np.append(edge, [1.01, 1.01])], axis=1)
        self.polygon(points, colour)

    def dots(self, count: int, top: float, bottom: float, radius: float, colour: Colour) -> None:
        """Fill discs at random positions between two heights."""
        for x, y in self.rng.uniform((0, top), (1, bottom), (count, 2)):
            self.disc(x, y, radius, colour)

    def strokes(self, count: int, top: float, bottom: float, dx: float, dy: float, colour: Colour) -> None:
        """Draw short lines that start at random positions between two heights."""
        for x, y in self.rng.uniform((0, top), (1, bottom), (count, 2)):
            self.line((x, y), (x + dx, y - dy), colour)

    def finish(self, gain: tuple[float, float, float]) -> NDArray[np.uint8]:
        """Return the picture, (size, size, 3) uint8, under a light with a gain per colour channel."""
        small = self._image.resize((self.size, self.size), Image.Resampling.BOX)
        return np.clip(np.asarray(small, dtype=np.float32) * np.array(gain, np.float32), 0, 255).astype(
            np.uint8
        )
