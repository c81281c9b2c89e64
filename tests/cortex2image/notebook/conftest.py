"""A tiny study, written once."""

import pytest
from tests.support.notebook_study import NotebookStudy, write_notebook_study

from cortex2image.networks.registry import MODEL_SETS


@pytest.fixture(scope="session")
def written(tmp_path_factory, tiny_diffusion, tiny_model_set) -> NotebookStudy:
    """The study of `tests.support.notebook_study`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MODEL_SETS, "tiny", tiny_model_set)
        return write_notebook_study(tmp_path_factory.mktemp("lab") / "results" / "demo", tiny_diffusion)


@pytest.fixture(autouse=True)
def registered(monkeypatch, tiny_model_set) -> None:
    """The model set of the study is known while a test of this folder runs, and in no other test."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)


@pytest.fixture
def study(written):
    """The study, opened."""
    import cortex2image

    return cortex2image.open_study(written.root)
