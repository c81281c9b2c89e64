"""Tiny inputs that several folders of tests share: data sets, and model sets with made-up weights."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from tests.support.bids_tree import BidsTree, write_small_study


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
    root = tmp_path / "haxby2001"
    for number, corrupted in ((1, None), (5, 2)):
        folder = root / f"subj{number}"
        folder.mkdir(parents=True)
        lines = ["labels chunks"]
        for chunk in range(3):
            order = ("face", "house") if chunk % 2 else ("house", "face")
            words = ["rest"] * 3 + [order[0]] * 4 + ["rest"] * 2 + [order[1]] * 5 + ["rest"]
            lines += [f"{'rest' if chunk == corrupted else word} {chunk}" for word in words]
        (folder / "labels.txt").write_text("\n".join(lines) + "\n")
        bold = np.random.default_rng(number).integers(0, 1000, (3, 2, 1, 45)).astype(np.int16)
        nib.save(nib.Nifti1Image(bold, np.eye(4)), folder / "bold.nii.gz")
    nib.save(nib.Nifti1Image(np.ones((3, 2, 1), np.int16), np.eye(4)), root / "mask.nii.gz")
    return root


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
