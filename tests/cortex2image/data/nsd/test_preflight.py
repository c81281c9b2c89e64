"""What is missing of NSD is told before anything runs."""

import pytest

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import needed
from cortex2image.data.nsd.preflight import check_nsd_study
from cortex2image.errors import DataError


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
            path.touch()
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


def test_an_empty_tree_gets_sums_the_first_files_and_the_two_commands(tmp_path):
    with pytest.raises(DataError) as error:
        check_nsd_study(Layout(tmp_path / "nowhere"), ["sub-01", "sub-02"], 37, "streams", "atlas")
    said = str(error.value)
    assert "missing 83 files, 119 GB" in said
    assert "nsd_expdesign.mat" in said
    assert "and 77 more" in said
    assert "nsd_manifest" in said
    assert "nsd_download" in said
