import pytest
from tests.support.configs import change, distributed, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve
from cortex2image.study.surfaces import in_mni, on_surface, reaches_surface, to_mni_file

MATRIX = "{root}/to-mni/{subject}.txt"


def bids(space, **encode):
    config = distributed("bids", space=space, rois={})
    return resolve(config | {"subjects": ["sub-01", "sub-02"], "encode": encode})


def test_vertices_and_volumes_are_told_apart():
    surface, volume = (resolve(distributed("nsd", space=space)) for space in ("fsaverage", "func1mm"))
    assert (on_surface(surface.dataset), reaches_surface(surface)) == (True, True)
    assert (on_surface(volume.dataset), reaches_surface(volume)) == (False, False)
    assert not on_surface(bids("fsaverage").dataset)


@pytest.mark.parametrize(
    ("space", "mni"), [("MNI152NLin2009cAsym:res-2", True), ("T1w", False), (None, False)]
)
def test_spaces_of_mni_are_known_by_name(space, mni):
    assert in_mni(bids(space).dataset) is mni
    assert reaches_surface(bids(space)) is mni


def test_a_matrix_is_named_for_each_subject():
    study = bids("T1w", to_mni=MATRIX)
    assert reaches_surface(study)
    assert to_mni_file(study, "sub-02") == "/data/to-mni/sub-02.txt"
    assert to_mni_file(bids("T1w"), "sub-02") is None


def test_one_matrix_for_two_subjects_is_refused():
    with pytest.raises(ConfigError, match=r"encode/to_mni\n.*a file of each subject"):
        bids("T1w", to_mni="/data/mine.txt")


def test_data_that_lie_in_the_template_need_no_matrix():
    with pytest.raises(ConfigError, match=r"encode/to_mni\n.*lie in MNI152NLin6Asym already"):
        bids("MNI152NLin6Asym", to_mni=MATRIX)


def test_simulated_subjects_have_slices():
    assert not reaches_surface(resolve(shipped()))
    config = change(shipped(), "encode/to_mni", MATRIX)
    assert to_mni_file(resolve(config), "sub-01") == "results/demo/simulated/bids/to-mni/sub-01.txt"
