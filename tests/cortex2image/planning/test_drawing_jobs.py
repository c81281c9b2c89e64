"""What jobs that draw pictures read: files as functions of the method."""

import pytest
from tests.support.configs import change, distributed, shipped
from tests.support.jobs import NONE, jobs, with_external
from tests.support.rules import Wildcards


@pytest.mark.parametrize(("config", "spaces"), [("config", ["z", "c"]), ("haxby", ["c"])])
def test_pictures_without_a_region_are_made_from_every_decoded_space(config, spaces):
    read = jobs(shipped(config)).drawing.lesioned(Wildcards(subject="sub-01"))
    assert [path.rsplit("/", 1)[-1] for path in read] == [f"{space}.parquet" for space in spaces]


def test_predictions_of_another_decoder_are_inputs_with_the_names_of_their_stimuli(tmp_path):
    for name in ("sub-01.npy", "sub-01.txt", "sub-01.parquet", "sub-02.npy", "sub-02.parquet"):
        (tmp_path / name).write_text("")
    drawing, job = jobs(with_external(tmp_path)).drawing, Wildcards(subject="sub-01", method="external-mine")
    expected = [str(tmp_path / "sub-01.npy"), str(tmp_path / "sub-01.parquet")]
    assert drawing.decoded_of_method(job) == expected
    assert drawing.identities_of_method(job) == [str(tmp_path / "sub-01.txt")]
    assert drawing.features_of_method(job) == []
    missing = rf"reconstruct/external/mine/z\n.*for sub-02\n.*{tmp_path}/sub-02.txt"
    with pytest.raises(SystemExit, match=missing):
        drawing.decoded_of_method(Wildcards(subject="sub-02", method="external-mine"))


def test_methods_of_the_study_have_no_files_of_others():
    drawing, job = jobs().drawing, Wildcards(subject="sub-01", method="zc")
    assert drawing.identities_of_method(job) == []
    assert drawing.decoded_of_method(job) == [
        f"results/demo/sub-01/decoded/{space}.parquet" for space in "zc"
    ]


def test_an_image_prompt_is_planned_with_the_set_that_has_it():
    config = change(shipped(), "decode/rois/e", ["ventral"])
    change(config, "models/set", "stable-diffusion-v1-5-image-prompt")
    planned = jobs(change(config, "reconstruct/methods", ["image_prompt"]))
    job = Wildcards(subject="sub-01", method="image_prompt")
    assert planned.drawing.decoded_of_method(job) == [
        f"results/demo/sub-01/decoded/{space}.parquet" for space in "ze"
    ]
    assert "e" in planned.features.stored_as_vectors


def test_methods_read_decoded_or_true_features():
    zc, ceiling = Wildcards(subject="sub-01", method="zc"), Wildcards(subject="sub-01", method="ceiling")
    decoded = ["results/demo/sub-01/decoded/z.parquet", "results/demo/sub-01/decoded/c.parquet"]
    features = ["results/demo/features/z.parquet", "results/demo/features/c.parquet"]
    drawing = jobs().drawing
    assert (drawing.decoded_of_method(zc), drawing.features_of_method(zc)) == (decoded, [])
    assert (drawing.decoded_of_method(ceiling), drawing.features_of_method(ceiling)) == ([], features)


def test_controls_read_what_their_own_decoder_decoded():
    drawing, folder = jobs().drawing, "results/demo/sub-01/decoded"
    for control in ("shuffled_fit", "random_brain"):
        job = Wildcards(subject="sub-01", method=control)
        assert drawing.decoded_of_method(job) == [f"{folder}/{control}/{space}.parquet" for space in "zc"]
        alone = Wildcards(subject="sub-01", method=f"{control}_c")
        assert drawing.decoded_of_method(alone) == [f"{folder}/{control}/c.parquet"]


def test_only_a_method_that_shows_training_pictures_waits_for_them():
    nsd, names = jobs(distributed("nsd")), ("zc", "ceiling", "nearest_train", "bottleneck-k2")
    waits = nsd.drawing.pictures_of_method
    waiting = {name: waits(Wildcards(subject="subj01", method=name)) for name in names}
    assert waiting.pop("nearest_train") == nsd.paths.pictures
    assert not any(waiting.values())


def test_pictures_are_joined_from_all_shards_of_their_subject_and_method():
    study = jobs(change(shipped(), "reconstruct/shards", 3))
    folders = [f"results/demo/sub-02/reconstructions/shards/zc/{shard}" for shard in range(3)]
    assert study.drawing.shards(Wildcards(subject="sub-02", method="zc")) == folders


def with_parts(models, rois, methods):
    config = change(change(shipped(), "models", {"set": models}), "reconstruct/methods", methods)
    config["encode"] = {"models": ["c"]}
    return change(config, "decode/rois", {space: ["all"] for space in rois})


def test_a_study_with_depth_decodes_depth_maps():
    study = jobs(with_parts("stable-diffusion-2-depth", ["z", "c", "depth"], ["z", "depth"]))
    asked = study.drawing.decoded_of_method(Wildcards(subject="sub-01", method="depth"))
    assert asked == [f"results/demo/sub-01/decoded/{space}.parquet" for space in ("z", "c", "depth")]
    assert study.features.stored_as_vectors == ["c", "depth", "z"]


def test_a_captioned_study_decodes_states_of_the_captioning_network():
    study = jobs(with_parts("stable-diffusion-v1-4-captioner", ["z", "c", "blip"], ["zc", "caption"]))
    asked = study.drawing.decoded_of_method(Wildcards(subject="sub-01", method="caption"))
    assert asked == [f"results/demo/sub-01/decoded/{space}.parquet" for space in ("z", "blip")]
    assert study.features.stored_as_vectors == ["blip", "c", "z"]


def test_a_series_is_a_sheet_of_every_subject_where_the_study_has_one():
    study = jobs(change(shipped(), "reconstruct/series", {"stimuli": 2}))
    sheets = [f"results/demo/{subject}/series/series.png" for subject in ("sub-01", "sub-02")]
    assert study.drawing.series(NONE) == sheets
    with pytest.raises(SystemExit, match="ConfigError: reconstruct/series/stimuli"):
        jobs().drawing.series(NONE)
