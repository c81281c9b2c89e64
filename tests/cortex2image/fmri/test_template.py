import numpy as np
import pytest
from nilearn.datasets import load_mni152_brain_mask

from cortex2image.fmri.template import template_slice


@pytest.fixture(scope="module")
def picture():
    return template_slice()


def test_the_slice_is_a_grey_picture_that_holds_the_brain(picture):
    assert picture.shape == (64, 64)
    assert picture.dtype == np.uint8
    assert picture.max() == 255
    assert not picture[[0, -1]].any(), "nothing is cut off"
    assert not picture[:, [0, -1]].any()


def test_it_is_the_slice_of_that_height(picture):
    """As many voxels as the brain mask of nilearn, resampled on its own, has in its slice at z = 0."""
    mask = load_mni152_brain_mask(resolution=3)
    index = round(-mask.affine[2, 3] / mask.affine[2, 2])
    expected = np.asarray(mask.dataobj)[:, :, index].sum()
    assert (picture > 0).sum() == pytest.approx(expected, rel=0.1)
    assert (template_slice(60.0) > 0).sum() < 0.6 * expected, "the top of the head is smaller"


def test_front_is_up(picture):
    """The brain is broader behind than in front."""
    widths = (picture > 0).sum(axis=1)
    assert widths[32:].sum() > 1.1 * widths[:32].sum()
