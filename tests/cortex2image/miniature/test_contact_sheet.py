import numpy as np
import pytest

from cortex2image.miniature.contact_sheet import (
    FONT_SIZE,
    GAP,
    LEFT,
    RED,
    TOP,
    contact_sheet,
    labelled_sheet,
    one_of_each,
)


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (6, 16, 16, 3), dtype=np.uint8)


def test_pictures_stand_in_rows_and_short_rows_end_in_black(images):
    sheet = np.asarray(contact_sheet([images[:3], images[3:5]]))
    assert sheet.shape == (32, 48, 3)
    np.testing.assert_array_equal(sheet[:16, 32:], images[2])
    np.testing.assert_array_equal(sheet[16:, 16:32], images[4])
    assert not sheet[16:, 32:].any()


def test_labels_stand_beside_the_pictures_and_frames_around_them(images):
    pitch = 16 + GAP
    flat = np.repeat(images[:, :1, :1], 16, axis=1).repeat(16, axis=2)
    sheet = np.asarray(labelled_sheet(flat, ["sea", "room"], ["a", "b", "c"], {(1, 2)}))
    assert sheet.shape == (TOP + 2 * pitch, LEFT + 3 * pitch, 3)
    assert tuple(sheet[TOP + pitch, LEFT + 2 * pitch]) == RED
    for number, image in enumerate(flat):
        row, column = divmod(number, 3)
        middle = sheet[TOP + row * pitch + 8, LEFT + column * pitch + 8]
        np.testing.assert_allclose(middle, image[0, 0], atol=2)
    labels = sheet[TOP : TOP + FONT_SIZE, :LEFT]
    assert labels.min() < 100 < labels.max() == 255


def test_categories_come_once_before_any_comes_twice():
    categories = np.array([5, 5, 2, 5, 9, 2])
    assert one_of_each(categories, 3).tolist() == [2, 0, 4]
    assert one_of_each(categories, 4).tolist() == [2, 5, 0, 4]
    assert len(one_of_each(categories, 10)) == 6
