"""The training of the miniature from nothing to the shipped folder, with a handful of scenes and steps."""

import csv
import hashlib
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from cortex2image.errors import ConfigError, DataError, ModelSetError
from cortex2image.miniature.score_table import TARGETS
from cortex2image.steps import (
    choose_guidance,
    export_miniature,
    score_miniature,
    ship_miniature,
    show_miniature,
    train_autoencoder,
    train_clip,
    train_judge,
    train_latents,
    train_prepare,
    train_unet,
)

NETWORKS = ("autoencoder", "clip", "judge-cnn", "judge-residual", "unet")
BATCHES = {f"{name}_steps": 1 for name in ("autoencoder", "clip", "judge", "unet")}


def options(settings=None, **values):
    given = {"settings": json.dumps(settings)} if settings else {}
    pairs = (values | given).items()
    return [part for key, value in pairs for part in (f"--{key.replace('_', '-')}", str(value))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a training run of one batch per network."""
    root = tmp_path_factory.mktemp("miniature")
    scenes = {name: root / f"{name}.npy" for name in ("images", "tokens", "labels")}
    labelled = {name: scenes[name] for name in ("images", "labels")}
    data = {name: root / f"{name}.npy" for name in ("latents", "states", "empty")}
    parts = {name: root / name for name in ("vae", "clip", "tokenizer")}
    networks = {name: root / name for name in ("unet", "scheduler")}
    judges = {f"judge_{name}": root / f"judge-{name}" for name in ("cnn", "residual")}

    def run(name):
        steps = f"{name.partition('-')[0]}_steps"
        state = {"checkpoint": root / f"{name}.pt", "curve": root / f"{name}.csv"}
        return {"settings": {"seed": 1, steps: 1}, **state}

    drawn = {"settings": {"seed": 1, "training_scenes": 12}, "tokenizer": root / "tokenizer"}
    train_prepare.main(options(**drawn, **scenes))
    train_autoencoder.main(options(images=scenes["images"], vae=parts["vae"], **run("autoencoder")))
    train_clip.main(options(tokenizer=parts["tokenizer"], clip=parts["clip"], **scenes, **run("clip")))
    for option, judge in judges.items():
        architecture = {"architecture": option.removeprefix("judge_"), "judge": judge}
        train_judge.main(options(**architecture, **labelled, **run(judge.name)))
    train_latents.main(options(images=scenes["images"], tokens=scenes["tokens"], **parts, **data))
    train_unet.main(options(**data, **networks, **run("unet")))
    curves = [str(root / f"{name}.csv") for name in NETWORKS]
    exported = options(**parts, **networks, **judges, models=root / "exported")
    export_miniature.main([*exported, "--curves", *curves])
    return root


def test_latents_of_the_training_scenes_are_standardised(folder):
    latents = np.load(folder / "latents.npy").astype(np.float64)
    assert latents.shape == (12, 4, 16, 16)
    np.testing.assert_allclose(latents.mean(axis=(0, 2, 3)), 0, atol=0.02)
    np.testing.assert_allclose(latents.std(axis=(0, 2, 3)), 1, atol=0.02)
    assert np.load(folder / "states.npy").shape == (12, 5, 24, 128)
    assert np.load(folder / "empty.npy").shape == (24, 128)


def test_a_finished_run_is_not_repeated(folder, capsys):
    images, curve = folder / "images.npy", folder / "again.csv"
    state = {"checkpoint": folder / "autoencoder.pt", "curve": curve, "vae": folder / "again"}
    settings = {"seed": 1, "autoencoder_steps": 1}
    train_autoencoder.main(options(settings, images=images, **state))
    assert "resumed at step 1" in capsys.readouterr().err
    name = "diffusion_pytorch_model.safetensors"
    assert (folder / "again" / name).read_bytes() == (folder / "vae" / name).read_bytes()


SHOWN = {"seed": 2, "test_scenes": 90, "steps": 2, "guidance": 2.0}
SCORED = SHOWN | {"generated": 3, "compared": 16, "samples": 2, "detector_steps": 2, "strength": 0.8}
TRIED = {"seed": 2, "validation_scenes": 4, "steps": 2, "strength": 0.8, "guidance_tried": [1, 2.5]}


@pytest.fixture(scope="module")
def scored(folder):
    """The exported model set with its held-out table and contact sheets."""
    models = {"models": folder / "exported", "threads": 1}
    files = {"training_images": folder / "images.npy", "scores": folder / "held-out.csv"}
    score_miniature.main(options(SCORED, **models, **files))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choose_guidance, "SAMPLES", 2)
        choose_guidance.main(options(TRIED, **models, table=folder / "guidance.csv"))
    show_miniature.main(options(SHOWN, **models, sheet=folder / "sheet.png", grid=folder / "grid.png"))
    return folder


def test_everything_that_was_asked_for_is_measured_on_held_out_scenes(scored):
    rows = list(csv.DictReader((scored / "held-out.csv").open()))
    measured = {(row["part"], row["measure"].partition("_by_")[0]): row for row in rows}
    assert TARGETS.keys() <= measured.keys()
    assert {(row["part"], row["reached"]) for row in rows if row["target"]} > {("judges", "no")}
    assert np.isfinite([float(row["value"]) for row in rows]).all()
    assert measured["judges, held-out compositions", "object"]["n"] == "90"
    assert measured["image to image, mean of five captions", "pixel_correlation"]["n"] == "3"
    assert measured["speed", "threads"]["value"] == "1"
    assert 8 < int(measured["text to image", "distinct_combinations"]["value"]) <= 16
    assert ("text to image, two objects", "all_objects") in measured


def test_pictures_painted_otherwise_than_asked_are_compared_with_no_target(scored):
    rows = csv.DictReader((scored / "held-out.csv").open())
    assert {row["part"] for row in rows if row["target"]} == {"autoencoder", "clip", "judges"}


def test_each_scale_of_guidance_has_a_row(scored):
    rows = list(csv.DictReader((scored / "guidance.csv").open()))
    assert [(row["guidance"], row["n"]) for row in rows] == [("1", "4"), ("2.5", "4")]
    shares = [f"{measure}_by_{judge}" for judge in ("cnn", "residual") for measure in ("setting", "object")]
    assert list(rows[0])[2:] == [*shares, "image_to_image_correlation", "one_caption_correlation"]
    assert rows[0]["one_caption_correlation"] != rows[1]["one_caption_correlation"]


def test_the_pictures_shown_fit_their_labels(scored):
    with Image.open(scored / "sheet.png") as sheet, Image.open(scored / "grid.png") as grid:
        assert sheet.size == (8 * 64, 9 * 64)
        assert grid.size[0] > 8 * 64
        assert grid.size[1] > 9 * 64


def test_a_shipped_folder_holds_its_card_and_the_sums_of_its_files(scored):
    shipped = scored / "shipped"
    painted = {"steps": 2, "guidance": 2.0, "strength": 0.8, "remarks": "It took a minute."}
    settings = {"seed": 1, "training_scenes": 12, **BATCHES, **painted}
    tables = {"scores": scored / "held-out.csv", "tried": scored / "guidance.csv"}
    files = {"models": scored / "exported", "sheet": scored / "sheet.png", **tables}
    ship_miniature.main(options(settings, shipped=shipped, **files))
    listed = dict(line.split("  ")[::-1] for line in (shipped / "SHA256SUMS").read_text().splitlines())
    present = {p.relative_to(shipped).as_posix() for p in shipped.rglob("*") if p.is_file()}
    assert present - {"SHA256SUMS"} == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((shipped / name).read_bytes()).hexdigest() == digest
    assert not [name for name in listed if name.endswith((".bin", ".pt", ".pkl"))]
    card = (shipped / "README.md").read_text()
    assert "| judges | object_by_cnn |" in card
    assert "It took a minute." in card
    assert "Not measured: text to image, setting (>= 0.98);" in card
    assert (shipped / "training" / "guidance.csv").read_text() == (scored / "guidance.csv").read_text()


def test_judges_are_exported_in_half_precision(folder):
    from safetensors.numpy import load_file

    for name in ("cnn", "residual"):
        weights = load_file(folder / "exported" / "judges" / name / "model.safetensors")
        trained = load_file(folder / f"judge-{name}" / "model.safetensors")
        assert {w.dtype for w in weights.values()} == {np.dtype(np.float16), np.dtype(np.int64)}
        for key, weight in weights.items():
            np.testing.assert_allclose(weight, trained[key], rtol=1e-3, atol=1e-6)


def test_the_text_encoder_is_the_text_tower_of_the_clip(folder):
    import torch
    from transformers import CLIPModel, CLIPTextModel

    exported = folder / "exported"
    encoder = CLIPTextModel.from_pretrained(exported / "text_encoder", dtype=torch.float32)
    clip = CLIPModel.from_pretrained(exported / "clip", dtype=torch.float32)
    tokens = torch.from_numpy(np.load(folder / "tokens.npy")[:3, 0].astype(np.int64))
    with torch.no_grad():
        expected = clip.text_model(input_ids=tokens).last_hidden_state
        torch.testing.assert_close(encoder(tokens).last_hidden_state, expected)


@pytest.mark.parametrize(("seed", "kind"), [(2, DataError), (1, ConfigError)])
def test_too_few_scenes_to_score_are_refused_before_anything_is_written(folder, seed, kind):
    """One scene: of two objects, too few for a gallery; or of one, so that none has two."""
    models, settings = {"models": folder / "exported"}, SCORED | {"seed": seed, "test_scenes": 1}
    files = {"training_images": folder / "images.npy", "scores": folder / "none.csv"}
    with pytest.raises(kind, match="sample more scenes"):
        score_miniature.main(options(settings, **models, **files))
    assert not (folder / "none.csv").exists()


def test_a_weight_that_is_missing_is_not_made_up(folder, tmp_path):
    from safetensors.numpy import load_file, save_file

    broken = tmp_path / "broken"
    shutil.copytree(folder / "exported", broken)
    path = broken / "unet" / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    weights.pop("conv_in.weight")
    save_file(weights, path, {"format": "pt"})
    shown = {"sheet": tmp_path / "sheet.png", "grid": tmp_path / "grid.png"}
    with pytest.raises(ModelSetError, match=r"conv_in\.weight"):
        show_miniature.main(options(SHOWN, models=broken, **shown))
    assert not (tmp_path / "sheet.png").exists()
