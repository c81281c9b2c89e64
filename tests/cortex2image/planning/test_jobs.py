"""What rules say of jobs: files, settings and needs as functions of the wildcards."""

import dataclasses
import json
from types import SimpleNamespace

import pytest
from tests.support.configs import CONFIGS, change, distributed, shipped
from tests.support.elsewhere import IDS, write_files, write_stimuli

from cortex2image.planning.jobs import Jobs, asked_now, growing, input_mb, noise_label
from cortex2image.study.config import resolve
from cortex2image.study.methods import METHODS
from cortex2image.study.spaces import KINDS
from cortex2image.study.training import read_training

TRAINING = CONFIGS / "miniature.yaml"


class Wildcards(SimpleNamespace):
    """Wildcards of a job, as Snakemake gives them to functions."""

    def items(self):
        return vars(self).items()


NONE = Wildcards()


def jobs(config=None):
    return Jobs(resolve(config or shipped()), TRAINING)


def test_needs_grow_with_each_try():
    needs = growing(mem_mb=4000, runtime=lambda wildcards: 10 if wildcards.space == "z" else 20)
    assert [needs["mem_mb"](NONE, attempt) for attempt in (1, 2, 3)] == [4000, 8000, 12000]
    assert [needs["runtime"](Wildcards(space=space), 2) for space in ("z", "c")] == [20, 40]


def test_files_of_all_subjects_stand_in_order_of_the_config():
    assert jobs().of_all("decoded", space=["z", "c"]) == [
        f"results/demo/{subject}/decoded/{space}.parquet"
        for subject in ("sub-01", "sub-02")
        for space in ("z", "c")
    ]


def test_files_of_regions_are_those_of_the_subject_of_the_job():
    of_regions = jobs().of_regions("preference", ["early", "ventral"], space=["z", "c"])
    assert of_regions(Wildcards(subject="sub-02")) == [
        f"results/demo/sub-02/preference/{region}-{space}.parquet"
        for region in ("early", "ventral")
        for space in ("z", "c")
    ]


@pytest.mark.parametrize("region", ["a/b", "../early", "{x}", ".early"])
def test_a_region_that_is_no_part_of_a_file_name_ends_the_plan(region):
    of_regions = jobs().of_regions("preference", ["V1 (left)", "it's", region], space=["z"])
    with pytest.raises(SystemExit, match=r"prefer/regions\n(.|\n)*rename the region") as refused:
        of_regions(Wildcards(subject="sub-02"))
    assert f"'{region}'" in str(refused.value)


@pytest.mark.parametrize(("config", "spaces"), [("config", ["z", "c"]), ("haxby", ["c"])])
def test_pictures_without_a_region_are_made_from_every_decoded_space(config, spaces):
    read = jobs(shipped(config)).lesioned(Wildcards(subject="sub-01"))
    assert [path.rsplit("/", 1)[-1] for path in read] == [f"{space}.parquet" for space in spaces]


def test_tables_keep_their_wildcards():
    assert jobs().tables("betas", "stimuli") == {
        "betas": "results/demo/{subject}/betas.parquet",
        "stimuli": "results/demo/stimuli.parquet",
    }


def with_external(folder, **others):
    files = {"z": f"{folder}/{{subject}}.npy", "c": f"{folder}/{{subject}}.parquet"}
    return change(shipped(), "reconstruct/external", {"mine": files} | others)


def test_predictions_of_another_decoder_are_inputs_with_the_names_of_their_stimuli(tmp_path):
    for name in ("sub-01.npy", "sub-01.txt", "sub-01.parquet", "sub-02.npy", "sub-02.parquet"):
        (tmp_path / name).write_text("")
    planned, job = jobs(with_external(tmp_path)), Wildcards(subject="sub-01", method="external-mine")
    expected = [str(tmp_path / "sub-01.npy"), str(tmp_path / "sub-01.parquet")]
    assert planned.decoded_of_method(job) == expected
    assert planned.identities_of_method(job) == [str(tmp_path / "sub-01.txt")]
    assert planned.features_of_method(job) == []
    job.subject = "sub-02"
    missing = rf"reconstruct/external/mine/z\n.*for sub-02\n.*{tmp_path}/sub-02.txt"
    with pytest.raises(SystemExit, match=missing):
        planned.decoded_of_method(job)


def test_methods_of_the_study_have_no_files_of_others():
    job = Wildcards(subject="sub-01", method="zc")
    assert jobs().identities_of_method(job) == []
    assert jobs().decoded_of_method(job) == [f"results/demo/sub-01/decoded/{space}.parquet" for space in "zc"]


def test_one_more_decoder_changes_the_settings_of_no_other_method(tmp_path):
    others = {"other": {"z": "there/{subject}.npy"}}
    before, after = jobs(with_external(tmp_path)), jobs(with_external(tmp_path, **others))
    for method in ("zc", "external-mine"):
        job = Wildcards(subject="sub-01", method=method)
        settings = [planned.method_settings("reconstruct_images")(job) for planned in (before, after)]
        assert settings[0] == settings[1]
    mine = json.loads(settings[0])["reconstruct"]["external"]
    assert mine == {"mine": dict(before.study.reconstruct.external["mine"])}
    assert json.loads(settings[0])["models"]["set"] == "miniature"


def test_an_image_prompt_is_planned_with_the_set_that_has_it():
    config = change(shipped(), "decode/rois/e", ["ventral"])
    change(config, "models/set", "stable-diffusion-v1-5-image-prompt")
    planned = jobs(change(config, "reconstruct/methods", ["image_prompt"]))
    job = Wildcards(subject="sub-01", method="image_prompt")
    assert planned.decoded_of_method(job) == [
        f"results/demo/sub-01/decoded/{space}.parquet" for space in "ze"
    ]
    assert "e" in planned.feature_spaces


def test_settings_are_those_that_the_step_declares():
    given = json.loads(jobs().settings("decode_features")(Wildcards(subject="sub-01", space="z")))
    assert given["decode"] == {"rois": {"z": ["early"]}}
    assert "evaluate" not in given


@pytest.mark.parametrize(("latent", "drawn"), [("mean", False), ("sample", True)])
def test_settings_of_features_are_those_of_their_space(latent, drawn):
    study = jobs(change(shipped(), "features/latent", latent))
    of_z, of_c = (
        json.loads(study.space_settings("extract_features")(Wildcards(space=space))) for space in ("z", "c")
    )
    assert ("seed" in of_z) is drawn
    assert of_z["features"] == {"latent": latent}
    assert "reconstruct" not in of_z
    assert "features" not in of_c


def test_settings_of_training_come_from_its_own_config():
    given = json.loads(jobs().training_settings("train_unet")(NONE))
    assert given["unet_steps"] == read_training(TRAINING).unet_steps
    assert "clip_steps" not in given


def test_a_broken_config_of_training_ends_only_plans_of_training(tmp_path):
    (tmp_path / "broken.yaml").write_text("seed: none\n")
    study = Jobs(resolve(shipped()), tmp_path / "broken.yaml")
    assert study.settings("standardise")(NONE)
    with pytest.raises(SystemExit, match="ConfigError: "):
        study.training_settings("train_unet")(NONE)


def test_files_of_the_data_set_are_listed_only_where_they_can_be():
    assert json.loads(jobs(distributed("nsd")).manifest_settings("nsd_manifest")(NONE))
    with pytest.raises(SystemExit, match="ConfigError: dataset/reader"):
        jobs().manifest_settings("nsd_manifest")(NONE)


def test_a_space_without_regions_is_not_decoded():
    with pytest.raises(SystemExit, match="ConfigError: config, decode/rois/zc"):
        jobs().settings("decode_features")(Wildcards(subject="sub-01", space="zc"))


@pytest.mark.parametrize("space", ["zc-n0.6", "unet-mid-n0.8-t20"])
def test_a_space_that_the_sampler_passes_is_not_extracted(space):
    with pytest.raises(SystemExit, match=f"ConfigError: features(.|\n)*{space}, which passes"):
        jobs().space_settings("extract_features")(Wildcards(space=space))


GRID = {"noise_levels": [0.25], "steps": [2, 8], "layers": ["down0", "mid"]}


def test_a_job_of_the_sampler_is_given_every_space_of_its_pass():
    study = jobs(change(shipped(), "encode/grid", GRID))
    assert study.captured(Wildcards(noise="0.25", part="0", shard="0")) == ["zc-n0.25"]
    captured = study.captured(Wildcards(noise="0.8", part="0", shard="0"))
    assert captured == sorted(captured)
    assert {"zc", "zc-n0.8-t2", "unet-mid-n0.8-t8"} <= set(captured)


@pytest.mark.parametrize("place", [{"noise": "0.3", "part": "0"}, {"noise": "0.8", "part": "1"}])
def test_a_pass_that_the_study_does_not_need_ends_the_plan(place):
    with pytest.raises(SystemExit, match=r"ConfigError: noise level and part\n.*0\.8-0"):
        jobs().captured(Wildcards(**place, shard="0"))


def test_a_sampled_space_is_joined_from_all_shards_of_its_pass():
    study = jobs(change(change(shipped(), "encode/grid", GRID), "features/shards", 2))
    at_pictures = [f"results/demo/features/activity/n0.8-0-{shard}" for shard in (0, 1)]
    assert study.sampled(Wildcards(space="zc")) == study.sampled(Wildcards(space="zc-n0.8-t8")) == at_pictures
    assert study.sampled(Wildcards(space="zc-n0.25"))[1] == "results/demo/features/activity/n0.25-0-1"
    with pytest.raises(SystemExit, match=r"ConfigError: feature space(.|\n)*'zc-n0\.3'"):
        study.sampled(Wildcards(space="zc-n0.3"))


@pytest.mark.parametrize(("noise", "label"), [(0.8, "0.8"), (1.0, "1"), (0.05, "0.05"), (1 / 3, repr(1 / 3))])
def test_labels_of_noise_levels_read_as_the_same_number(noise, label):
    assert noise_label(noise) == label
    assert float(label) == noise


def test_another_level_of_pictures_changes_no_settings_of_the_sampler():
    told = [
        jobs(change(change(shipped(), "encode/grid", {}), "reconstruct/strength", strength)).settings(
            "sample_features"
        )(NONE)
        for strength in (0.8, 0.6)
    ]
    assert told[0] == told[1]
    assert "strength" not in told[0]


def test_a_misspelt_space_ends_the_plan():
    for of_job in (jobs().code("extract_features"), jobs().entry("extract_features")):
        with pytest.raises(SystemExit, match="ConfigError: feature space"):
            of_job(Wildcards(space="zc-n2"))


def test_words_of_the_report_change_with_the_registries(monkeypatch):
    before = jobs().words(NONE)
    monkeypatch.setitem(METHODS, "zc", dataclasses.replace(METHODS["zc"], meaning="of late"))
    changed = jobs().words(NONE)
    monkeypatch.setitem(METHODS, "ceiling_z", dataclasses.replace(METHODS["ceiling_z"], title="top"))
    assert jobs().words(NONE) == changed != before
    monkeypatch.setitem(KINDS, "z", dataclasses.replace(KINDS["z"], meaning="colours"))
    assert jobs().words(NONE) != changed


def test_entries_are_those_of_the_job():
    told = jobs().entry("reconstruct_images")
    assert told(Wildcards(method="z")) != told(Wildcards(method="zc"))
    assert jobs().entry("standardise")(Wildcards(subject="sub-01")) == ""


def test_methods_read_decoded_or_true_features():
    zc, ceiling = Wildcards(subject="sub-01", method="zc"), Wildcards(subject="sub-01", method="ceiling")
    decoded = ["results/demo/sub-01/decoded/z.parquet", "results/demo/sub-01/decoded/c.parquet"]
    features = ["results/demo/features/z.parquet", "results/demo/features/c.parquet"]
    assert (jobs().decoded_of_method(zc), jobs().features_of_method(zc)) == (decoded, [])
    assert (jobs().decoded_of_method(ceiling), jobs().features_of_method(ceiling)) == ([], features)


def test_controls_read_what_their_own_decoder_decoded():
    folder = "results/demo/sub-01/decoded"
    for control in ("shuffled_fit", "random_brain"):
        job = Wildcards(subject="sub-01", method=control)
        assert jobs().decoded_of_method(job) == [f"{folder}/{control}/{space}.parquet" for space in "zc"]
        alone = Wildcards(subject="sub-01", method=f"{control}_c")
        assert jobs().decoded_of_method(alone) == [f"{folder}/{control}/c.parquet"]


def test_only_a_method_that_shows_training_pictures_waits_for_them():
    nsd, names = jobs(distributed("nsd")), ("zc", "ceiling", "nearest_train", "bottleneck-k2")
    waiting = {name: nsd.pictures_of_method(Wildcards(subject="subj01", method=name)) for name in names}
    assert waiting.pop("nearest_train") == nsd.pictures
    assert not any(waiting.values())


def test_pictures_are_joined_from_all_shards_of_their_subject_and_method():
    study = jobs(change(shipped(), "reconstruct/shards", 3))
    folders = [f"results/demo/sub-02/reconstructions/shards/zc/{shard}" for shard in range(3)]
    assert study.drawn(Wildcards(subject="sub-02", method="zc")) == folders


def test_scores_without_pictures_are_also_those_of_decoded_features():
    pictures, categories = jobs(), jobs(shipped("haxby"))
    drawn = pictures.study.reconstruct.methods
    assert pictures.evaluated("nulls") == [
        *pictures.of_all("nulls", method=drawn),
        *pictures.of_all("brain_nulls", method=(*drawn, "seen")),
        *pictures.of_all("features_nulls", space=["z", "c"]),
    ]
    methods, spaces = categories.study.reconstruct.methods, list(categories.study.decode.rois)
    assert categories.evaluated("evaluation") == [
        *categories.of_all("decoded_evaluation", space=spaces),
        *categories.of_all("category_evaluation", method=methods),
    ]


def test_features_are_made_of_spaces_that_are_decoded_encoded_or_compared():
    config = change(change(shipped(), "encode/models", ["zc"]), "encode/grid", {})
    assert jobs(config).feature_spaces == ["c", "z", "zc"]
    config = change(change(config, "decode/rois", {"c": ["ventral"]}), "reconstruct/methods", ["c"])
    assert jobs(change(config, "encode/models", ["c"])).feature_spaces == ["c", "z"]
    assert jobs(change(config, "evaluate/brain", {"spaces": []})).feature_spaces == ["c"]


def test_pictures_are_compared_with_the_brain_where_they_are_known_and_models_are_one():
    config = change(shipped(), "evaluate/brain", {"spaces": []})
    assert jobs().brain_spaces == ("z",)
    for without in (config, shipped("haxby")):
        assert jobs(without).brain_spaces == ()
        assert not any("brain-" in path for path in jobs(without).evaluated("evaluation"))


def test_one_job_compares_all_methods_of_a_subject():
    methods = jobs().study.reconstruct.methods
    folder = "results/demo/{subject}"
    assert jobs().of_methods("reconstructions") == [f"{folder}/reconstructions/{m}.parquet" for m in methods]
    assert jobs().of_methods("brain_evaluation", "seen")[-1] == f"{folder}/evaluation/brain-seen.parquet"


@pytest.mark.parametrize(("config", "folders"), [(shipped(), 0), (distributed("nsd"), 1)], ids=["own", "nsd"])
def test_pictures_in_one_file_are_written_into_a_folder(config, folders):
    assert len(jobs(config).pictures) == folders


LAYERS = {"noise_levels": [0.25], "steps": [2, 16], "layers": ["mid", "up1"]}


def of_grid(shards=1, **keys):
    config = change(change(shipped(), "encode/grid", LAYERS), "features/shards", shards)
    for key, value in keys.items():
        change(config, f"features/{key}", value)
    return jobs(config)


def test_inner_products_read_all_shards_of_the_pass_that_leaves_their_layer():
    folders = [f"results/demo/features/activity/n0.8-0-{shard}" for shard in range(3)]
    assert of_grid(3).sampled(Wildcards(subject="sub-01", space="unet-up1-n0.8-t16")) == folders
    assert of_grid(1).sampled(Wildcards(space="zc-n0.25")) == ["results/demo/features/activity/n0.25-0-0"]


def test_a_space_that_the_study_does_not_sample_ends_the_plan():
    with pytest.raises(SystemExit, match="ConfigError: feature space"):
        of_grid().sampled(Wildcards(space="unet-down0-n0.8-t16"))


def test_passes_that_the_disk_holds_together_wait_for_none():
    for each in of_grid().passes:
        assert of_grid().emptied(Wildcards(noise=f"{each.noise:g}", part=str(each.part), shard="0")) == []


def test_a_pass_waits_until_what_fills_the_disk_is_used():
    """Of 660 stimuli each up1 takes 32.4 MB and each mid 2.0; latents do not count."""
    small = of_grid(scratch_gb=0.04)
    assert [(each.noise, each.part, len(each.spaces)) for each in small.passes] == [
        (0.25, 0, 1),
        (0.8, 0, 5),
        (0.8, 1, 1),
    ]
    assert small.emptied(Wildcards(noise="0.8", part="0", shard="0")) == []
    layers = ["unet-mid-n0.8-t16", "unet-mid-n0.8-t2", "unet-up1-n0.8-t16"]
    assert small.emptied(Wildcards(noise="0.8", part="1", shard="0")) == small.of_all("grams", space=layers)


def test_a_pass_that_the_study_lacks_ends_the_plan():
    with pytest.raises(SystemExit, match="ConfigError: noise level and part"):
        of_grid().emptied(Wildcards(noise="0.8", part="7", shard="0"))


def test_a_layer_that_the_disk_cannot_hold_ends_the_plan():
    with pytest.raises(SystemExit, match="ConfigError: features/scratch_gb"):
        of_grid(scratch_gb=0.001).sampled(Wildcards(space="zc"))


def test_a_space_is_read_from_the_table_that_holds_it():
    one = Wildcards(subject="sub-01", space="zc-n0.25")
    assert of_grid().features_of_space(one) == "results/demo/features/zc-n0.25.parquet"
    layer = Wildcards(subject="sub-01", space="unet-mid-n0.8-t2")
    assert of_grid().features_of_space(layer) == "results/demo/sub-01/grams/unet-mid-n0.8-t2.parquet"


def test_models_of_several_spaces_read_all_of_them_in_order():
    study, joint = of_grid(), Wildcards(subject="sub-01", model="z+zc-n0.25")
    assert study.features_of_model(joint) == [
        "results/demo/features/z.parquet",
        "results/demo/features/zc-n0.25.parquet",
    ]
    assert study.alone("encoding_resamples")(joint) == [
        "results/demo/sub-01/encoding/z-resamples.parquet",
        "results/demo/sub-01/encoding/zc-n0.25-resamples.parquet",
    ]
    stack = Wildcards(subject="sub-02", model="stack-n0.8-t16")
    assert study.features_of_model(stack) == [
        f"results/demo/sub-02/grams/unet-{layer}-n0.8-t16.parquet" for layer in ("mid", "up1")
    ]


def test_a_family_is_compared_by_the_tables_of_its_models():
    study, of = of_grid(), Wildcards(subject="sub-01", family="steps-mid-n0.8")
    assert "steps-mid-n0.8" in study.families
    assert study.of_family("encoding")(of) == [
        f"results/demo/sub-01/encoding/unet-mid-n0.8-t{step}.parquet" for step in (2, 16)
    ]
    assert jobs(change(shipped(), "encode/grid", {})).families == []


@pytest.mark.parametrize("model", ["z+c", "stack-n0.8-t3"])
def test_a_model_that_the_study_lacks_ends_the_plan(model):
    with pytest.raises(SystemExit, match="ConfigError: encoding model"):
        of_grid().features_of_model(Wildcards(subject="sub-01", model=model))


def test_a_family_that_the_study_lacks_ends_the_plan():
    with pytest.raises(SystemExit, match="family of encoding models"):
        of_grid().of_family("encoding")(Wildcards(subject="sub-01", family="noise-n1"))


def test_what_is_asked_for_now_differs_each_time():
    assert asked_now(NONE) != asked_now(NONE)


def test_maps_by_hemisphere_are_made_where_a_study_reaches_the_surface(tmp_path):
    nothing = {"left": [], "right": []}
    assert {side: jobs().maps[side] for side in nothing} == nothing
    volumes = jobs(distributed("nsd", space="func1mm")).maps
    assert {side: volumes[side] for side in nothing} == nothing
    study = distributed("nsd", space="fsaverage")
    of_models = jobs(study).maps["left"]
    assert of_models[0].endswith("/{subject}/maps/z-lh.func.gii")
    assert len(of_models) == len(jobs(study).maps["map"]) == len(jobs(study).encoded)


def test_figures_follow_from_the_grid():
    alone = jobs(change(shipped(), "encode/grid", {}))
    assert alone.of_figures("figure_table") == ["results/demo/{subject}/figures/spaces.csv"]
    config = change(shipped(), "encode/grid", {"noise_levels": [0.5], "steps": [2], "layers": ["mid"]})
    names = [figure.name for figure in jobs(config).figures]
    assert names == ["spaces", "noise", "steps", "layers"]


def test_a_missing_matrix_ends_planning_and_is_named(tmp_path):
    template = str(tmp_path / "{subject}.txt")
    config = change(shipped(), "encode/to_mni", template)
    (tmp_path / "sub-01.txt").write_text("")
    assert jobs(config).to_mni(Wildcards(subject="sub-01")) == [str(tmp_path / "sub-01.txt")]
    with pytest.raises(SystemExit, match=r"encode/to_mni(.|\n)*the matrix of sub-02"):
        jobs(config).to_mni(Wildcards(subject="sub-02"))
    assert jobs().to_mni(Wildcards(subject="sub-02")) == []


def with_parts(models, rois, methods):
    config = change(change(shipped(), "models", {"set": models}), "reconstruct/methods", methods)
    config["encode"] = {"models": ["c"]}
    return change(config, "decode/rois", {space: ["all"] for space in rois})


def test_a_study_with_depth_decodes_depth_maps():
    study = jobs(with_parts("stable-diffusion-2-depth", ["z", "c", "depth"], ["z", "depth"]))
    asked = study.decoded_of_method(Wildcards(subject="sub-01", method="depth"))
    assert asked == [f"results/demo/sub-01/decoded/{space}.parquet" for space in ("z", "c", "depth")]
    assert study.feature_spaces == ["c", "depth", "z"]


def test_a_captioned_study_decodes_states_of_the_captioning_network():
    study = jobs(with_parts("stable-diffusion-v1-4-captioner", ["z", "c", "blip"], ["zc", "caption"]))
    asked = study.decoded_of_method(Wildcards(subject="sub-01", method="caption"))
    assert asked == [f"results/demo/sub-01/decoded/{space}.parquet" for space in ("z", "blip")]
    assert study.feature_spaces == ["blip", "c", "z"]


def test_pictures_made_elsewhere_and_their_stimuli_are_inputs_of_their_scores(tmp_path, rng, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_stimuli(tmp_path / "seen", rng)
    write_files(tmp_path / "results" / "demo" / "own", [f"{name}.png" for name in IDS], rng)
    write_files(tmp_path / "{odd}", [f"{name}.png" for name in IDS], rng)
    seen = [f"seen/{name}.png" for name in IDS]
    states = set()
    for pictures, name, listed in (
        ("results/demo/own", "own", seen),  # the study's own results are no inputs
        ("{odd}", "odd", seen),  # Snakemake would take {odd} for a wildcard
        ("seen", "seen", seen),
    ):
        planned = jobs(change(change(shipped(), "pictures", pictures), "stimuli", "seen"))
        assert planned.scored == name
        assert planned.scored_pictures(NONE) == listed
        states.add(planned.scored_state(NONE))
    assert len(states) == 3


def test_without_pictures_made_elsewhere_their_scores_end_the_plan():
    assert jobs().scored == "unnamed"
    with pytest.raises(SystemExit, match="pictures and stimuli"):
        jobs().scored_pictures(NONE)


def test_memory_grows_with_the_input_where_it_is_larger_than_planned(tmp_path):
    files = [str(tmp_path / name) for name in ("betas", "features", "missing")]
    for file in files[:2]:
        with open(file, "wb") as written:
            written.truncate(1_500_000_000)
    needs = growing(copies=4, mem_mb=4000, runtime=10)
    python = input_mb([], 4)
    assert needs["mem_mb"](NONE, files, 1) == input_mb(files, 4) == python + 12_000
    assert needs["mem_mb"](NONE, files, 2) == 2 * (python + 12_000)
    assert needs["mem_mb"](NONE, files[2:], 2) == 8000
    assert needs["runtime"](NONE, 3) == 30


@pytest.mark.parametrize(("name", "copies"), [("nsd", 0), ("bids", 4)])
def test_memory_follows_the_input_where_no_sizes_are_known(name, copies):
    config = change(shipped(name), "dataset/root", "/data")
    assert jobs(config).resources.copies == copies
