import numpy as np
import pytest
from nilearn.datasets import load_mni152_brain_mask

from cortex2image.tutorial.lesson import template_slice


@pytest.fixture(scope="module")
def picture():
    return template_slice()


@pytest.fixture(scope="module")
def mask():
    """The slice at z = 0 of nilearn's brain mask, resampled on its own: (x to the right, y to the front)."""
    image = load_mni152_brain_mask(resolution=3)
    return np.asarray(image.dataobj)[:, :, round(-image.affine[2, 3] / image.affine[2, 2])] > 0


def test_the_slice_is_a_grey_picture_that_holds_the_brain(picture):
    assert picture.shape == (64, 64)
    assert picture.dtype == np.uint8
    assert picture.max() == 255
    assert not picture[[0, -1]].any(), "nothing is cut off"
    assert not picture[:, [0, -1]].any()


def test_it_is_the_slice_of_that_height(picture, mask):
    assert (picture > 0).sum() == pytest.approx(mask.sum(), rel=0.1)
    assert (template_slice(60.0) > 0).sum() < 0.6 * mask.sum(), "the top of the head is smaller"


def test_front_is_up(picture, mask):
    """The brain has the width of the mask in each row from front to back, and not from back to front."""
    drawn, expected = (
        np.trim_zeros(widths) for widths in ((picture > 0).sum(axis=1), mask[:, ::-1].sum(axis=0))
    )
    length = min(len(drawn), len(expected))
    apart, turned = (np.abs(drawn[:length] - e[:length]).mean() for e in (expected, expected[::-1]))
    assert apart < 2
    assert apart < 0.5 * turned
