"""Pictures drawn in batches and saved; what a low precision spoils is drawn again in float32."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cortex2image.errors import DataError, NotFiniteError
from cortex2image.progress import say, track
from cortex2image.reconstruction.batches import Batches
from cortex2image.reconstruction.rows import Row
from cortex2image.reconstruction.studio import Drawn, Painter

FLOAT32 = "float32"
Features = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Finished:
    """A picture, uint8 (H, W, 3), its caption if it has one, and the precision it was computed in."""

    pixels: np.ndarray
    caption: str | None
    precision: str

    @property
    def black(self) -> bool:
        """Return whether every pixel is 0, as where an overflow ended in zeros."""
        return not self.pixels.any()


class Easel:
    """Draws in the precision of the study, and again in float32 where that fails.

    Parameters
    ----------
    open_painter : function of a precision
        Loads what a method draws with. It is called for float32 only if a picture fails in another precision.
    precision : "float32", "bfloat16" or "float16"
        The precision of the study.
    size : int
        Pictures at a time; halved when memory runs out.
    padded : bool
        Whether smaller batches are filled up, see :class:`~cortex2image.reconstruction.batches.Batches`.
    """

    def __init__(self, open_painter: Callable[[str], Painter], precision: str, size: int, padded: bool):
        self.precision, self._open, self._padded = precision, open_painter, padded
        self.usual = Batches(open_painter(precision), size, padded)

    @functools.cached_property
    def exact(self) -> Batches:
        """Return what draws in float32, loaded when it is first needed."""
        if self.precision == FLOAT32:
            return self.usual
        say(f"loads the networks in {FLOAT32} too")
        return Batches(self._open(FLOAT32), self.usual.size, self._padded)

    def draw(self, features: Features, seeds: Sequence[int], names: Sequence[str]) -> list[Finished]:
        """Return one picture per row.

        Parameters
        ----------
        features : mapping of feature space to (n, d) array
        seeds : n ints
        names : n strings
            What the pictures are called in the log and in errors.

        Raises
        ------
        DataError
            A picture is not finite in float32 either.
        """
        done = self._without_refused(features, seeds, names)
        failed = [row for row, picture in enumerate(done) if picture is None or picture.black]
        if failed and self.precision != FLOAT32:
            listed = ", ".join(names[row] for row in failed)
            say(f"{len(failed)} pictures are NaN or black in {self.precision}, now in {FLOAT32}: {listed}")
            for row, picture in zip(failed, self._exactly(features, seeds, names, failed), strict=True):
                done[row] = picture
        finished = [picture for picture in done if picture is not None]
        black = [name for name, picture in zip(names, finished, strict=True) if picture.black]
        if black:
            say(f"{len(black)} pictures are black in {FLOAT32} and stay so: {', '.join(black)}")
        return finished

    def _without_refused(
        self, features: Features, seeds: Sequence[int], names: Sequence[str]
    ) -> list[Finished | None]:
        """Return the pictures that are finite in the precision of the study, None for others."""
        if self.precision == FLOAT32:
            return [*self._exactly(features, seeds, names, range(len(seeds)))]
        left = list(range(len(seeds)))
        while left:
            try:
                drawn = self.usual(*_chosen(features, seeds, left))
            except NotFiniteError as error:
                if not error.rows:
                    raise
                left = [row for place, row in enumerate(left) if place not in error.rows]
            else:
                by_row = dict(zip(left, _finished(drawn, self.precision), strict=True))
                return [by_row.get(row) for row in range(len(seeds))]
        return [None] * len(seeds)

    def _exactly(
        self, features: Features, seeds: Sequence[int], names: Sequence[str], chosen: Sequence[int]
    ) -> list[Finished]:
        """Return the pictures of the chosen rows in float32."""
        try:
            return _finished(self.exact(*_chosen(features, seeds, chosen)), FLOAT32)
        except NotFiniteError as error:
            bad = [names[chosen[row]] for row in error.rows]
            found = f"NaN or Inf in {error.where} of {len(bad)}, first {bad[0]}"
            fix = "look for extreme values in the features of these stimuli"
            raise DataError("pictures in float32", "finite numbers", found, fix) from None


def _chosen(features: Features, seeds: Sequence[int], rows: Sequence[int]) -> tuple[Features, list[int]]:
    return {space: values[list(rows)] for space, values in features.items()}, [seeds[row] for row in rows]


def _finished(drawn: Drawn, precision: str) -> list[Finished]:
    captions: Sequence[str | None] = drawn.captions or [None] * len(drawn.pictures)
    return [Finished(*both, precision) for both in zip(drawn.pictures, captions, strict=True)]


def draw(
    rows: Sequence[Row], stimuli: Sequence[str], features: Features, easel: Easel, folder: Path, label: str
) -> dict[str, list[object]]:
    """Draw the pictures of `rows` in batches and save each as an 8-bit RGB PNG in `folder`.

    Parameters
    ----------
    rows : sequence of Row
    stimuli : sequence of str
        Their identities, by the positions in `rows`.
    features : mapping of feature space to (stimuli, d) float32 array
    easel : Easel
    folder : path that exists
    label : str
        Name of the work in reports of progress, which count pictures.

    Returns
    -------
    dict
        Columns `caption`, `precision` and `black` of the table of reconstructions, in the order of `rows`.
    """
    noted: dict[str, list[object]] = {"caption": [], "precision": [], "black": []}
    for batch in track(_batches(rows, easel.usual), label, len(rows), counts=len):
        of_batch = {space: values[[row.stimulus for row in batch]] for space, values in features.items()}
        names = [f"{stimuli[row.stimulus]} sample {row.sample}" for row in batch]
        finished = easel.draw(of_batch, [row.seed for row in batch], names)
        for row, picture in zip(batch, finished, strict=True):
            Image.fromarray(picture.pixels).save(folder / row.file)
            for name, column in noted.items():
                column.append(getattr(picture, name))
    return noted


def _batches(rows: Sequence[Row], sized: Batches) -> Iterator[Sequence[Row]]:
    """Yield the rows in batches of the size that the memory is known to hold."""
    first = 0
    while first < len(rows):
        batch = rows[first : first + sized.size]
        yield batch
        first += len(batch)
