"""Readers of data sets: what each is said to know and bring is in step with the settings and the package."""

import importlib
from dataclasses import fields

import pytest

from cortex2image.data.nsd.facts import SPACES
from cortex2image.sources import module_path
from cortex2image.study.data_settings import Dataset, Split
from cortex2image.study.fields import Section, Setting, parts
from cortex2image.study.readers import READERS, Reader
from cortex2image.study.sizes import NSD_SIZES, StudySizes

KNOWN_TO_ALL = {"reader", "root", "cross_validate", *(f"split/{key}" for key in parts(Split))}


def keys(section: type[Section], prefix: str = "") -> set[str]:
    found = set()
    for name, part in parts(section).items():
        found |= {f"{prefix}{name}"} if isinstance(part, Setting) else keys(part, f"{prefix}{name}/")
    return found


@pytest.mark.parametrize("name", READERS)
def test_the_module_of_every_reader_exists_and_opens_its_data(name):
    reader = READERS[name]
    assert reader.name == name
    assert module_path(reader.module).exists()
    module = importlib.import_module(reader.module)
    assert callable(module.open_data)
    assert callable(module.check_study)
    assert hasattr(module, "open_betas") == reader.prepared


@pytest.mark.parametrize("name", READERS)
def test_the_keys_of_every_reader_are_settings(name):
    reader = READERS[name]
    assert set(reader.keys) <= keys(Dataset) - KNOWN_TO_ALL
    assert set(reader.made_by_workflow or ()) <= keys(Dataset)


def test_every_setting_of_a_data_set_is_known_to_some_reader():
    assert KNOWN_TO_ALL | {key for reader in READERS.values() for key in reader.keys} == keys(Dataset)


@pytest.mark.parametrize("name", READERS)
def test_facts_of_a_reader_agree_with_each_other(name):
    reader = READERS[name]
    assert not (reader.made_by_workflow and reader.fetched_into), "data are simulated or fetched"
    assert set(reader.sizes) <= set(reader.spaces)
    assert not reader.spaces or "space" in reader.keys
    if reader.released_ncsnr or reader.own_regions or reader.space_of_own_regions:
        assert reader.prepared, "only betas of others bring these"
    if reader.own_regions or reader.space_of_own_regions:
        assert "rois/labels" in reader.keys


def test_a_reader_is_described_field_by_field():
    assert Reader.__doc__ is not None
    described = Reader.__doc__.split("----------")[1]
    assert [f.name for f in fields(Reader) if f"\n    {f.name} : " not in described] == []


@pytest.mark.parametrize(
    ("name", "space", "named"),
    [
        ("bdpy", None, True),
        ("bold5000", None, False),
        ("bold5000", "roi-tables", True),
        ("nsd", "func1mm", False),
        ("bids", None, False),
    ],
)
def test_files_name_regions_in_some_spaces(name, space, named):
    assert READERS[name].names_regions(space) is named


@pytest.mark.parametrize("sizes", NSD_SIZES.values(), ids=NSD_SIZES)
def test_the_whole_brain_has_more_voxels_than_the_atlas(sizes: StudySizes):
    assert 0 < sizes.voxels["atlas"] < sizes.voxels["brain"]
    assert (sizes.sessions * sizes.trials_per_session, sizes.own_pictures + sizes.shared_pictures) == (
        30_000,
        10_000,
    )


def test_sizes_are_known_for_every_mask_there_is():
    masks = parts(Dataset)["mask"]
    assert isinstance(masks, Setting)
    assert all(set(sizes.voxels) == set(masks.schema()["enum"]) for sizes in NSD_SIZES.values())


def test_spaces_of_nsd_are_those_whose_sizes_are_known():
    assert READERS["nsd"].spaces == tuple(NSD_SIZES) == SPACES
