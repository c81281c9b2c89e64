"""The manifest of NSD on a terminal and as a table, and the error before anything runs."""

import csv
import io
from dataclasses import replace

import pytest

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import COCO, Needed, needed
from cortex2image.data.nsd.manifest_report import as_text, as_tsv, check_nsd_study, missing, readable, summary
from cortex2image.errors import ConfigError, DataError

PRESENT = Needed("b/present", "what", 7, 2_000_000)
ABSENT = Needed("b/absent", "why", 1_050_000_000, None)
OPTIONAL = Needed("b/optional", "who", 5, None, required=False)
CUT = Needed("b/cut", "how", 7, 2_000_000, least_bytes=3_000_000)
CAPTIONS = Needed("b/captions", "which", 5, None, origin=COCO)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (999_700, "1 MB"),
        (1_048_788_000, "1.05 GB"),
        (39_556_875_000, "39.6 GB"),
        (8_300_000_000_000, "8.3 TB"),
    ],
)
def test_sizes_are_readable(size, text):
    assert readable(size) == text


def test_missing_files_come_first_and_required_ones_before_all():
    lines = as_text([PRESENT, OPTIONAL, ABSENT]).splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["missing", "optional", "present"]
    assert "about 1.05 GB" in lines[0]
    assert "about" not in lines[2]


def test_the_summary_adds_what_is_on_disk_and_what_is_to_come():
    assert summary([PRESENT, ABSENT]) == "2 files, 1.05 GB; missing 1 file, 1.05 GB"
    assert summary([PRESENT]) == "1 file, 2 MB; missing none"
    assert missing([PRESENT, ABSENT]) == [ABSENT]


def test_files_that_are_too_short_are_told_as_such_and_counted_as_missing():
    assert missing([PRESENT, CUT]) == [CUT]
    line, *_, note = as_text([PRESENT, CUT]).splitlines()[:4]
    assert line.split()[:2] == ["too", "short"]
    assert "2 MB of about 3 MB" in line
    assert "were cut when they were copied" in note
    assert as_tsv([CUT]).splitlines()[1].startswith("too short\t3000000\testimate")


def test_advice_is_given_only_where_it_applies():
    assert "Data Access Agreement" in as_text([ABSENT])
    assert "cocodataset" not in as_text([ABSENT])
    assert "annotations_trainval2017.zip" in as_text([CAPTIONS])
    assert "nsd_download" not in as_text([CAPTIONS])
    assert as_text([PRESENT]).count("\n") == 1


def test_the_table_reads_back():
    rows = list(csv.DictReader(io.StringIO(as_tsv([PRESENT, ABSENT])), delimiter="\t"))
    assert [(row["status"], row["path"], int(row["bytes"]), row["size"]) for row in rows] == [
        ("present", "b/present", 2_000_000, "on disk"),
        ("missing", "b/absent", 1_050_000_000, "estimate"),
    ]


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
    with pytest.raises(DataError, match=r"missing 1 file, 1\.05 GB(.|\n)*session03\.hdf5") as error:
        check_nsd_study(complete, ["sub-01"], 3, "streams")
    assert "dataset/sessions: 2" in error.value.fix


def test_the_advice_takes_as_many_sessions_as_all_subjects_have(own_root):
    layout = Layout(own_root)
    for files in layout.session_candidates("sub-02", 2):
        files[0].unlink()
    with pytest.raises(DataError, match="dataset/sessions: 1"):
        check_nsd_study(layout, ["sub-01", "sub-02"], None, "streams")


def test_where_no_first_session_is_there_none_are_suggested(complete):
    complete.session_files("sub-01", 1)[0].unlink()
    with pytest.raises(DataError) as error:
        check_nsd_study(complete, ["sub-01"], 2, "streams")
    assert "dataset/sessions" not in error.value.fix


def test_the_list_and_the_error_count_the_same_files(complete):
    complete.session_files("sub-01", 2)[0].unlink()
    with pytest.raises(DataError) as error:
        check_nsd_study(complete, ["sub-01"], 2, "streams")
    listed = as_text(needed(complete, ["sub-01"], 2, "streams"))
    assert error.value.found.splitlines()[0] in listed.splitlines()


def test_a_file_that_is_wrong_comes_first_with_its_fault():
    wrong = replace(PRESENT, fault="grid (1, 2, 3)")
    lines = as_text([PRESENT, wrong]).splitlines()
    assert lines[0].split()[0] == "wrong"
    assert "2 files, 4 MB; missing none; wrong 1 file, 2 MB" in lines
    assert "b/present: grid (1, 2, 3)" in lines
    assert as_tsv([wrong]).splitlines()[1].endswith("\tgrid (1, 2, 3)")


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
