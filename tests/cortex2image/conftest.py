"""A model set with random weights, written and loaded once per test session."""

import pytest
from tests.cortex2image.tiny_models import write_tiny_model_set

from cortex2image.models.load import load_diffusion


@pytest.fixture(scope="session")
def tiny_model_set(tmp_path_factory):
    return write_tiny_model_set(tmp_path_factory.mktemp("tiny-model-set"))


@pytest.fixture(scope="session")
def tiny_diffusion(tiny_model_set):
    return load_diffusion(tiny_model_set, "cpu")
