import pytest

from cortex2image.study.methods import METHODS, samples_of


@pytest.mark.parametrize(("method", "samples"), [("z", 1), ("c", 7), ("zc", 7)])
def test_only_methods_that_draw_noise_have_several_samples(method, samples):
    assert samples_of(method, 7) == samples


def test_z_stands_before_c():
    assert METHODS["zc"] == ("z", "c")
