"""Tiny inputs that several folders of tests share: data sets, and model sets with made-up weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.bids_tree import BidsTree, write_small_study
from tests.support.haxby_tree import write_haxby


@pytest.fixture
def bids_tree(tmp_path: Path) -> BidsTree:
    """An empty data set below `tmp_path`."""
    tree = BidsTree(tmp_path / "bids")
    tree.fmriprep.mkdir(parents=True)
    return tree


@pytest.fixture
def small_study(bids_tree: BidsTree) -> BidsTree:
    """A data set of two subjects who see the test picture `t.png` in every run."""
    write_small_study(bids_tree)
    return bids_tree


@pytest.fixture
def haxby_root(tmp_path: Path) -> Path:
    """A folder as Haxby 2001 is distributed: subj1 is whole, subj5 has one run marked as rest throughout."""
    write_haxby(tmp_path / "haxby2001")
    return tmp_path / "haxby2001"


@pytest.fixture
def gpu() -> Iterator[None]:
    """A GPU for the test: that of this machine, or a pretended one."""
    from tests.support.pretended_gpu import a_gpu

    with a_gpu():
        yield


@pytest.fixture(scope="session")
def tiny_model_set(tmp_path_factory):
    """A model set of random weights on disk, in the layout of a real one."""
    from tests.support.tiny_models import write_tiny_model_set

    return write_tiny_model_set(tmp_path_factory.mktemp("tiny-model-set"))


@pytest.fixture(scope="session")
def tiny_diffusion(tiny_model_set):
    """The tiny model set, loaded."""
    from cortex2image.networks.load import load_diffusion

    return load_diffusion(tiny_model_set, "cpu")


@pytest.fixture(scope="session")
def pretrained_set(tmp_path_factory):
    """Every judge of photographs on disk as it is fetched, with made-up weights."""
    from tests.support.pretrained_models import write_pretrained_set

    return write_pretrained_set(tmp_path_factory.mktemp("pretrained-set"))


@pytest.fixture(scope="session")
def captioner_set(tmp_path_factory):
    """A tiny model set with a captioning network."""
    from tests.support.tiny_parts import write_captioner_set

    return write_captioner_set(tmp_path_factory.mktemp("captioner-set"))


@pytest.fixture(scope="session")
def depth_set(tmp_path_factory):
    """A tiny model set with a depth network and a U-Net that takes depth maps."""
    from tests.support.tiny_parts import write_depth_set

    return write_depth_set(tmp_path_factory.mktemp("depth-set"))
