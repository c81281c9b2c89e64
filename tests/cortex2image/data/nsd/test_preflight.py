"""What is missing of NSD is told before anything runs."""

import pytest

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import needed
from cortex2image.data.nsd.manifest_report import check_nsd_study
from cortex2image.data.nsd.regions import check_nsd_regions
from cortex2image.errors import ConfigError, DataError


def write_responses(layout, sessions):
    rows = [f"{session}\t1\t1\t1\n" for session in range(1, sessions + 1) for _ in range(750)]
    layout.responses("sub-01").write_text("SESSION\tRUN\t73KID\t10KID\n" + "".join(rows))


@pytest.fixture
def complete(tmp_path):
    """Every required file of two sessions of one subject, empty but for what tells the sessions."""
    layout = Layout(tmp_path / "nsd")
    for file in needed(layout, ["sub-01"], 2, "streams"):
        if file.required:
            path = layout.root / file.key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * 300)
    write_responses(layout, 3)
    return layout


def test_a_complete_copy_passes(complete):
    check_nsd_study(complete, ["sub-01"], 2, "streams")


def test_more_sessions_than_are_there_are_missing(complete):
    with pytest.raises(DataError, match=r"missing 1 file, 1\.05 GB\n *nsddata_betas/.*session03\.hdf5"):
        check_nsd_study(complete, ["sub-01"], 3, "streams")


def test_without_a_number_all_sessions_that_took_place_are_needed(complete):
    with pytest.raises(DataError, match=r"session03\.hdf5"):
        check_nsd_study(complete, ["sub-01"], None, "streams")
    write_responses(complete, 2)
    check_nsd_study(complete, ["sub-01"], None, "streams")


def test_a_gap_is_missing(complete):
    complete.session_files("sub-01", 1)[0].unlink()
    with pytest.raises(DataError, match="missing 1 file") as error:
        check_nsd_study(complete, ["sub-01"], 2, "streams")
    assert "session01" in error.value.found


def test_a_session_that_was_cut_short_is_as_good_as_missing(tree, own_root):
    layout = Layout(own_root)
    check_nsd_study(layout, ["sub-01"], None, "streams")
    last = layout.session_files("sub-01", 3)[0]
    last.write_bytes(last.read_bytes()[:-1])
    with pytest.raises(
        DataError, match=r"missing 1 file(.|\n)*session03\.hdf5 \(too short, 1\.\d+ MB of about"
    ):
        check_nsd_study(layout, ["sub-01"], None, "streams")


def test_released_noise_ceilings_are_needed_where_they_are_used(tree, own_root):
    layout = Layout(own_root)
    layout.ncsnr("sub-01")[0].unlink()
    check_nsd_study(layout, ["sub-01"])
    with pytest.raises(DataError, match=r"ncsnr\.nii\.gz"):
        check_nsd_study(layout, ["sub-01"], ncsnr=True)


def test_regions_are_those_of_the_table(tree, tmp_path):
    check_nsd_regions(tree.layout, ["sub-01"], "streams", {}, {"all", "early"})
    check_nsd_regions(tree.layout, ["sub-01"], "streams", {"early": 1}, {"early"})
    check_nsd_regions(tree.layout, ["sub-01"], None, {}, {"all"})
    with pytest.raises(ConfigError, match=r"early, midventral(.|\n)*V1"):
        check_nsd_regions(tree.layout, ["sub-01", "sub-02"], "streams", {}, {"early", "V1"})
    with pytest.raises(ConfigError, match="early: 2"):
        check_nsd_regions(tree.layout, ["sub-01"], "streams", {"early": 2}, {"early"})
    with pytest.raises(DataError, match="ctab"):
        check_nsd_regions(Layout(tmp_path), ["sub-01"], "streams", {}, {"early"})


def test_atlases_of_single_subjects_are_not_on_the_surface_of_the_group(tmp_path):
    layout = Layout(tmp_path, space="fsaverage")
    with pytest.raises(ConfigError, match=r"floc-faces, which was drawn on each subject"):
        check_nsd_study(layout, ["sub-01"], atlas="floc-faces")
    for side in ("lh", "rh"):
        path = layout.hemisphere_atlas("sub-01", side, "floc-faces")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    layout.check_atlas("floc-faces")
    Layout(tmp_path).check_atlas("prf-visualrois")


def test_an_empty_tree_gets_sums_the_first_files_and_the_two_commands(tmp_path):
    with pytest.raises(DataError) as error:
        check_nsd_study(Layout(tmp_path / "nowhere"), ["sub-01", "sub-02"], 37, "streams", "atlas")
    said = str(error.value)
    assert "missing 83 files, 119 GB" in said
    assert "nsd_expdesign.mat" in said
    assert "and 77 more" in said
    assert "nsd_manifest" in said
    assert "nsd_download" in said
