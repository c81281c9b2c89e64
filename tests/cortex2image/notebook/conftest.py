"""A tiny study, written once."""

import pytest
from tests.support.notebook_study import NotebookStudy, write_notebook_study

from cortex2image.networks.registry import MODEL_SETS


@pytest.fixture(scope="session")
def written(tmp_path_factory, tiny_diffusion, tiny_model_set) -> NotebookStudy:
    """The study of `tests.support.notebook_study`; its model set is registered for as long as tests run."""
    MODEL_SETS["tiny"] = tiny_model_set
    yield write_notebook_study(tmp_path_factory.mktemp("lab") / "results" / "demo", tiny_diffusion)
    del MODEL_SETS["tiny"]


@pytest.fixture
def study(written):
    """The study, opened."""
    import cortex2image

    return cortex2image.open_study(written.root)
