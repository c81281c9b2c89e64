"""Batches of rows to files; what fails in a low precision is drawn again in float32, and said."""

import numpy as np
import pytest
from PIL import Image

from cortex2image.errors import DataError, NotFiniteError
from cortex2image.reconstruction.drawing import Easel, draw
from cortex2image.reconstruction.rows import plan
from cortex2image.reconstruction.studio import Drawn

STIMULI = ["scene-1", "scene/2", "scene-3"]
ROWS = plan(STIMULI, 2, 7, shared_noise=False)
SEEDS = [row.seed for row in ROWS]
VALUE = {seed: 40 * (number + 1) for number, seed in enumerate(SEEDS)}


class Studio:
    """Opens painters that paint a value per seed, one higher in low precisions, and remembers the calls."""

    def __init__(self, not_finite=(), black=(), always_black=(), never_finite=(), captions=False, room=100):
        self.not_finite, self.black, self.always_black = set(not_finite), set(black), set(always_black)
        self.never_finite, self.captions, self.room = set(never_finite), captions, room
        self.opened, self.calls = [], []

    def open(self, precision):
        self.opened.append(precision)
        low = precision != "float32"

        def paint(features, seeds):
            numbers = [SEEDS.index(seed) for seed in seeds]
            self.calls.append((precision, numbers))
            if len(seeds) > self.room:
                raise RuntimeError("out of memory")
            np.testing.assert_array_equal(features["z"][:, 0], [ROWS[n].stimulus for n in numbers])
            bad = self.never_finite | (self.not_finite if low else set())
            if bad & set(numbers):
                rows = [row for row, number in enumerate(numbers) if number in bad]
                raise NotFiniteError("denoised latents", rows, "use float32")
            dark = self.always_black | (self.black if low else set())
            values = [0 if n in dark else VALUE[SEEDS[n]] + low for n in numbers]
            captions = [f"a {n}" for n in numbers] if self.captions else None
            return Drawn(np.stack([np.full((2, 2, 3), value, np.uint8) for value in values]), captions)

        return paint


def drawn(tmp_path, studio, precision="float16", size=4, padded=False):
    """Draw all rows; return the columns, and the value of every file."""
    easel = Easel(studio.open, precision, size, padded)
    features = {"z": np.arange(3, dtype=np.float32)[:, None]}
    noted = draw(ROWS, STIMULI, features, easel, tmp_path, "zc, pictures")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(row.file for row in ROWS)
    files = [Image.open(tmp_path / row.file) for row in ROWS]
    assert {(file.format, file.mode, file.size) for file in files} == {("PNG", "RGB", (2, 2))}
    return noted, [int(np.asarray(file)[0, 0, 0]) for file in files]


def test_rows_are_drawn_in_batches_with_their_own_features(tmp_path, capsys):
    studio = Studio()
    noted, values = drawn(tmp_path, studio, "float32")
    assert studio.calls == [("float32", [0, 1, 2, 3]), ("float32", [4, 5])]
    assert values == [*VALUE.values()]
    assert noted == {"caption": [None] * 6, "precision": ["float32"] * 6, "black": [False] * 6}
    assert "zc, pictures: 6/6 done in" in capsys.readouterr().err


def test_captions_are_noted(tmp_path):
    noted, _ = drawn(tmp_path, Studio(captions=True))
    assert noted["caption"] == [f"a {number}" for number in range(6)]


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_what_is_not_finite_or_black_is_drawn_again_in_float32(tmp_path, capsys, padded, precision):
    studio = Studio(not_finite=[1, 5], black=[2], captions=True)
    noted, values = drawn(tmp_path, studio, precision, padded=padded)
    again = [number in (1, 2, 5) for number in range(6)]
    assert noted["precision"] == ["float32" if exact else precision for exact in again]
    assert values == [v + (not exact) for v, exact in zip(VALUE.values(), again, strict=True)]
    assert noted["caption"] == [f"a {number}" for number in range(6)]
    assert not any(noted["black"])
    assert studio.opened == [precision, "float32"]
    said = capsys.readouterr().err
    assert f"2 pictures are NaN or black in {precision}, now in float32: " in said
    assert "scene-1 sample 1, scene/2 sample 0" in said
    assert "scene-3 sample 1" in said


def test_a_batch_of_which_no_picture_is_finite_is_drawn_again_whole(tmp_path):
    noted, values = drawn(tmp_path, Studio(not_finite=range(6)))
    assert values == [*VALUE.values()]
    assert noted["precision"] == ["float32"] * 6


def test_float32_is_loaded_only_when_it_is_needed(tmp_path):
    studio = Studio()
    drawn(tmp_path, studio)
    assert studio.opened == ["float16"]


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_a_picture_that_is_black_in_float32_stays_and_is_reported(tmp_path, capsys, precision):
    studio = Studio(always_black=[3])
    noted, values = drawn(tmp_path, studio, precision)
    assert [number for number, black in enumerate(noted["black"]) if black] == [3]
    assert noted["precision"][3] == "float32"
    assert values[3] == 0
    assert "1 pictures are black in float32 and stay so: scene/2 sample 1" in capsys.readouterr().err
    assert studio.opened == [*dict.fromkeys([precision, "float32"])]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_picture_that_is_not_finite_in_float32_names_its_stimulus(tmp_path, precision):
    with pytest.raises(DataError, match=r"in float32(.|\n)*denoised latents of 1, first scene-3 sample 0"):
        drawn(tmp_path, Studio(never_finite=[4]), precision)


def test_later_batches_have_the_size_that_the_memory_holds(tmp_path):
    studio = Studio(room=2)
    _, values = drawn(tmp_path, studio, "float32")
    assert values == [*VALUE.values()]
    assert [len(numbers) for _, numbers in studio.calls] == [4, 2, 2, 2]
