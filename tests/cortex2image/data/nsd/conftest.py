"""A small tree of NSD in every container, and one on a surface; tests that damage files copy them first."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
from tests.support.nsd_tree import NsdTree, write_nsd_tree

CONTAINERS = ("hdf5", "mat", "nii.gz")
SMALL = {"train": 40, "shared": 20, "side": 16}


@pytest.fixture(scope="session")
def tree(tmp_path_factory) -> NsdTree:
    """Two subjects with 3 and 2 sessions in volumes."""
    return write_nsd_tree(tmp_path_factory.mktemp("nsd"), containers=CONTAINERS, **SMALL)


@pytest.fixture(scope="session")
def surface_tree(tmp_path_factory) -> NsdTree:
    """One subject with 2 sessions on a surface."""
    root = tmp_path_factory.mktemp("nsd-surface")
    return write_nsd_tree(root, ["sub-03"], [2], space="fsaverage", vertices=30, **SMALL)


@pytest.fixture
def copied(tree, tmp_path) -> Callable[[Path], Path]:
    """Copies a file of the tree to where it may be damaged."""

    def copy(path: Path) -> Path:
        target = tmp_path / path.name
        target.write_bytes(path.read_bytes())
        return target

    return copy


@pytest.fixture
def own_root(tree, tmp_path) -> Path:
    """A copy of the whole tree."""
    return Path(copytree(tree.layout.root, tmp_path / "nsd"))
