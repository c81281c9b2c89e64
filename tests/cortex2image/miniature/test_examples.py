import numpy as np
import pytest

from cortex2image.miniature.examples import COARSE, PLAIN, bare_categories, coarsened, examples_of
from cortex2image.scenes.captions import captions
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS

SCENES = [sample_scene(0, "test", index) for index in range(60)]
SINGLE = [scene for scene in SCENES if len(scene.objects) == 1][:20]
DOUBLE = [scene for scene in SCENES if len(scene.objects) == 2][:3]


def test_pictures_captions_and_contents_are_those_of_each_scene():
    examples = examples_of(DOUBLE)
    assert examples.categories.shape == (3, 2)
    for row, scene in enumerate(DOUBLE):
        np.testing.assert_array_equal(examples.pictures[row], render(scene))
        assert examples.captions[row] == captions(scene)
        assert SETTINGS[examples.settings[row]] == scene.setting
        assert [CATEGORIES[i] for i in examples.categories[row]] == [item.category for item in scene.objects]


def test_bare_categories_come_in_turn_before_a_plain_background():
    examples = bare_categories(SINGLE)
    assert [CATEGORIES[i] for i in examples.categories[:, 0]] == [*CATEGORIES, *CATEGORIES[:4]]
    assert {SETTINGS[i] for i in examples.settings} == {PLAIN}
    assert all("umbrella" in text for text in examples.captions[CATEGORIES.index("umbrella")])
    assert len({picture.tobytes() for picture in examples.pictures}) == len(SINGLE)


def test_a_coarse_picture_keeps_means_and_loses_detail(rng):
    noise = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    coarse = coarsened(noise)
    assert (coarse.shape, coarse.dtype) == (noise.shape, noise.dtype)
    assert coarse.mean() == pytest.approx(noise.mean(), abs=2)
    assert coarse.std() < 0.4 * noise.std()


def test_pictures_of_the_same_cell_means_have_the_same_coarse_picture(rng):
    cells = rng.integers(60, 200, (COARSE, COARSE, 1), dtype=np.uint8)
    flat = np.broadcast_to(np.kron(cells[..., 0], np.ones((4, 4), np.uint8))[..., None], (32, 32, 3)).copy()
    chequered = flat + np.where(np.indices((32, 32)).sum(axis=0) % 2, 50, -50)[..., None].astype(np.int16)
    np.testing.assert_array_equal(coarsened(flat), coarsened(chequered.astype(np.uint8)))


def test_sides_may_differ():
    assert coarsened(np.zeros((16, 40, 3), np.uint8)).shape == (16, 40, 3)
