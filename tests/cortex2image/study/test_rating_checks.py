import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve
from cortex2image.study.rating_checks import rated_methods


def rating(*methods):
    return resolve(change(shipped(), "evaluate/rating/methods", list(methods)))


def test_every_method_is_rated_unless_some_are_named():
    assert rated_methods(resolve(shipped())) == tuple(shipped()["reconstruct"]["methods"])
    assert rated_methods(rating("zc", "no_brain")) == ("zc", "no_brain")


def test_a_method_that_the_study_does_not_run_is_refused():
    with pytest.raises(ConfigError, match=r"evaluate/rating/methods(.|\n)*'depth'(.|\n)*reconstruct/methods"):
        rating("z", "depth")
