"""What tables of scores say about how they came about."""

import json
from dataclasses import replace

import numpy as np
import PIL
import pytest
import torch
from tests.support.tiny_models import alexnet_weights, tiny_description, write_sums

from cortex2image.errors import DataError
from cortex2image.files import sha256
from cortex2image.metrics.registry import METRICS
from cortex2image.metrics.versions import joined_versions, judge_facts, package_versions, version_facts


def entries(*args):
    return json.loads(version_facts(*args)["metrics"])


def test_packages_have_the_versions_they_say_themselves():
    found = package_versions()
    assert found["numpy"] == np.__version__
    assert found["pillow"] == PIL.__version__
    assert found["torch"] == torch.__version__
    assert json.loads(version_facts([])["packages"]) == found


def test_a_package_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr("cortex2image.metrics.versions.PACKAGES", ("numpy", "no-such-package"))
    assert list(package_versions()) == ["numpy"]


def test_metrics_of_pixels_depend_on_the_size_alone(tiny_model_set):
    found = entries(["ssim2d", "pixcorr"], tiny_model_set, 64)
    of_pixels = {"weights": None, "input_size": 64, "interpolation": "lanczos", "antialias": True}
    assert found["ssim2d"] == {"version": METRICS["ssim2d"].version, "resized": [64]} | of_pixels
    assert set(found) == {"ssim2d", "pixcorr"}


@pytest.mark.parametrize(
    ("metric", "folder", "size"),
    [
        ("twoway_cnn_late", "judges/cnn", 64),
        ("twoway_residual", "judges/residual", 64),
        ("twoway_clip_as_released", "clip", 16),
        ("category_clip", "clip", 16),
    ],
)
def test_judges_of_a_shipped_set_tell_weights_and_input(tiny_model_set, metric, folder, size):
    found = entries([metric], tiny_model_set, 16)[metric]
    assert found["weights"] == sha256(tiny_model_set.folder / folder / "model.safetensors")
    assert (found["input_size"], found["interpolation"], found["antialias"]) == (size, "lanczos", True)


@pytest.mark.xdist_group("pretrained_set")
def test_judges_of_photographs_tell_their_preparation(pretrained_set):
    names = ("twoway_clip_mindeye", "twoway_alexnet_takagi_fc7", "lpips_alex")
    found = entries(names, pretrained_set, 512)
    clip, alexnet, lpips = (found[name] for name in names)
    assert (clip["resized"], clip["interpolation"], clip["antialias"]) == ([256, 224], "bilinear", False)
    assert (alexnet["input_size"], alexnet["antialias"]) == (299, True)
    assert alexnet["weights"] == sha256(pretrained_set.folder / "judges/alexnet/alexnet.safetensors")
    assert (lpips["weights"], lpips["input_size"]) == (alexnet["weights"], 512)
    for metric, facts in found.items():
        if METRICS[metric].weights:
            assert facts["input_size"] == METRICS[metric].input_size
            assert facts["interpolation"] == METRICS[metric].interpolation


def test_scores_of_decoded_features_name_no_picture():
    found = entries(["category_identification"])["category_identification"]
    assert found == {
        "version": METRICS["category_identification"].version,
        "weights": None,
        "input_size": None,
        "interpolation": None,
        "antialias": None,
        "resized": [],
    }


def test_other_weights_are_other_facts(tiny_model_set, tmp_path):
    from safetensors.torch import save_file

    first = judge_facts(tiny_model_set, "residual")
    for seed in (0, 1):
        folder = tmp_path / str(seed)
        (folder / "alex").mkdir(parents=True)
        save_file(alexnet_weights(seed), folder / "alex" / "alexnet.safetensors")
        write_sums(folder)
    lpips = [
        entries(["lpips_alex"], tiny_description(tmp_path / seed, lpips="alex"), 16)["lpips_alex"]
        for seed in "01"
    ]
    assert lpips[0]["weights"] != lpips[1]["weights"]
    assert first == judge_facts(replace(tiny_model_set, name="another name"), "residual")


def encoded(**facts):
    return {key.encode(): value.encode() for key, value in facts.items()}


def test_tables_that_agree_are_joined(tiny_model_set):
    pixels, judged = (
        encoded(**version_facts([name], tiny_model_set, 16)) for name in ("pixcorr", "twoway_clip")
    )
    found = joined_versions({"a": pixels, "b": judged, "c": pixels, "d": {b"subject": b"x"}, "e": None})
    assert json.loads(found["metrics"]) == entries(["pixcorr", "twoway_clip"], tiny_model_set, 16)
    assert json.loads(found["packages"]) == package_versions()


def test_packages_that_changed_between_tables_are_all_named():
    tables = {n: encoded(packages=json.dumps({"numpy": n, "torch": "2"})) for n in ("1.26", "2.4")}
    assert json.loads(joined_versions(tables)["packages"]) == {"numpy": ["1.26", "2.4"], "torch": "2"}


def test_metrics_that_changed_between_tables_are_not_joined(tiny_model_set):
    tables = {
        f"{size}.parquet": encoded(**version_facts(["ssim2d"], tiny_model_set, size)) for size in (64, 512)
    }
    with pytest.raises(DataError, match=r"512\.parquet, ssim2d(.|\n)*input_size 64(.|\n)*input_size 512"):
        joined_versions(tables)
