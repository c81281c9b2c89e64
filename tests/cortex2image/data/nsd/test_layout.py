"""The tree of NSD, as its manual and the readers of others have it."""

import pytest

from cortex2image.data.nsd.layout import Layout, subject_number
from cortex2image.errors import ConfigError

BETAS = "nsddata_betas/ppdata/subj02/func1pt8mm/betas_fithrf_GLMdenoise_RR"


def below(root, paths):
    return [path.relative_to(root).as_posix() for path in paths]


def test_every_file_stands_where_nsd_has_it(tmp_path):
    layout = Layout(tmp_path)
    found = below(
        tmp_path,
        [
            layout.design(),
            layout.stim_info(),
            layout.responses("sub-02"),
            layout.stimuli(),
            layout.captions("val2017"),
            layout.atlas("sub-02", "streams"),
            layout.hemisphere_atlas("sub-02", "lh", "streams"),
            layout.brainmask("sub-02"),
            layout.valid("sub-02", 7),
            *layout.ncsnr("sub-02"),
        ],
    )
    assert found == [
        "nsddata/experiments/nsd/nsd_expdesign.mat",
        "nsddata/experiments/nsd/nsd_stim_info_merged.csv",
        "nsddata/ppdata/subj02/behav/responses.tsv",
        "nsddata_stimuli/stimuli/nsd/nsd_stimuli.hdf5",
        "nsddata_stimuli/stimuli/nsd/annotations/captions_val2017.json",
        "nsddata/ppdata/subj02/func1pt8mm/roi/streams.nii.gz",
        "nsddata/ppdata/subj02/func1pt8mm/roi/lh.streams.nii.gz",
        "nsddata/ppdata/subj02/func1pt8mm/brainmask.nii.gz",
        "nsddata/ppdata/subj02/func1pt8mm/valid_session07.nii.gz",
        f"{BETAS}/ncsnr.nii.gz",
    ]


def test_sessions_of_volumes_are_looked_for_in_three_containers(tmp_path):
    candidates = Layout(tmp_path).session_candidates("sub-02", 3)
    assert [below(tmp_path, files) for files in candidates] == [
        [f"{BETAS}/betas_session03{suffix}"] for suffix in (".hdf5", ".mat", ".nii.gz")
    ]


def test_a_session_is_the_first_container_that_exists(tmp_path):
    layout = Layout(tmp_path)
    hdf5, mat, nifti = layout.session_candidates("sub-02", 3)
    assert layout.session_files("sub-02", 3) == hdf5
    hdf5[0].parent.mkdir(parents=True)
    nifti[0].touch()
    assert layout.session_files("sub-02", 3) == nifti
    mat[0].touch()
    assert layout.session_files("sub-02", 3) == mat


def test_a_surface_has_a_file_per_hemisphere(tmp_path):
    layout = Layout(tmp_path, space="fsaverage", betas="betas_fithrf")
    folder = "nsddata_betas/ppdata/subj01/fsaverage/betas_fithrf"
    assert below(tmp_path, layout.session_files("sub-1", 12)) == [
        f"{folder}/lh.betas_session12.mgh",
        f"{folder}/rh.betas_session12.mgh",
    ]
    assert below(tmp_path, layout.ncsnr("sub-1")) == [f"{folder}/lh.ncsnr.mgh", f"{folder}/rh.ncsnr.mgh"]
    labels = layout.hemisphere_atlas("sub-1", "rh", "nsdgeneral")
    assert below(tmp_path, [labels]) == ["nsddata/freesurfer/fsaverage/label/rh.nsdgeneral.mgz"]


@pytest.mark.parametrize(("atlas", "folder"), [("streams", "fsaverage"), ("floc-faces", "subj02")])
def test_names_of_regions_come_from_the_copy_that_exists(tmp_path, atlas, folder):
    layout = Layout(tmp_path)
    preferred = layout.ctab("sub-02", atlas)
    assert below(tmp_path, [preferred]) == [f"nsddata/freesurfer/{folder}/label/{atlas}.mgz.ctab"]
    other = tmp_path / "nsddata/freesurfer" / ({"fsaverage", "subj02"} - {folder}).pop() / "label"
    other.mkdir(parents=True)
    (other / f"{atlas}.mgz.ctab").touch()
    assert layout.ctab("sub-02", atlas) == other / f"{atlas}.mgz.ctab"


@pytest.mark.parametrize("subject", ["sub-09", "sub-00", "sub-anna"])
def test_strangers_are_refused(subject):
    with pytest.raises(ConfigError, match="sub-01 to sub-08"):
        subject_number(subject)


def test_another_space_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"func1pt8mm(.|\n)*'MNI'"):
        Layout(tmp_path, space="MNI")


def test_an_unknown_split_of_captions_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="test2017"):
        Layout(tmp_path).captions("test2017")
