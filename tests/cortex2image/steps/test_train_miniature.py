"""The training of the miniature from nothing to the shipped folder, with a handful of scenes and steps."""

import csv
import hashlib

import numpy as np
import pytest

from cortex2image.steps import (
    export_miniature,
    score_miniature,
    ship_miniature,
    train_autoencoder,
    train_clip,
    train_judge,
    train_latents,
    train_prepare,
    train_unet,
)


def options(**values):
    return [part for key, value in values.items() for part in (f"--{key.replace('_', '-')}", str(value))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a training run of one or two steps per network."""
    root = tmp_path_factory.mktemp("miniature")
    scenes = {name: root / f"{name}.npy" for name in ("images", "tokens", "labels")}
    data = {name: root / f"{name}.npy" for name in ("latents", "states", "empty")}
    tokenizer, seed = root / "tokenizer", 1
    train_prepare.main(options(split="train", scenes=12, seed=seed, tokenizer=tokenizer, **scenes))

    def run(name):
        return {"steps": 1, "seed": seed, "checkpoint": root / f"{name}.pt", "curve": root / f"{name}.csv"}

    train_autoencoder.main(options(images=scenes["images"], vae=root / "vae", **run("autoencoder")))
    train_clip.main(options(tokenizer=tokenizer, clip=root / "clip", **scenes, **run("clip")))
    labelled = {name: scenes[name] for name in ("images", "labels")}
    judges = {f"judge_{name}": root / f"judge-{name}" for name in ("cnn", "residual")}
    for option, judge in judges.items():
        architecture = {"architecture": option.removeprefix("judge_"), "judge": judge}
        train_judge.main(options(**architecture, **labelled, **run(judge.name)))
    parts = {name: root / name for name in ("vae", "clip", "tokenizer")}
    train_latents.main(options(images=scenes["images"], tokens=scenes["tokens"], **parts, **data))
    networks = {name: root / name for name in ("unet", "scheduler")}
    train_unet.main(options(**data, **networks, **run("unet")))
    trained = ("autoencoder", "clip", "judge-cnn", "judge-residual", "unet")
    curves = [str(root / f"{name}.csv") for name in trained]
    exported = {"models": root / "exported"}
    export_miniature.main([*options(**parts, **networks, **judges, **exported), "--curves", *curves])
    return root


def test_latents_of_the_training_scenes_are_white(folder):
    latents = np.load(folder / "latents.npy").astype(np.float64)
    assert latents.shape == (12, 4, 16, 16)
    np.testing.assert_allclose(latents.mean(axis=(0, 2, 3)), 0, atol=0.02)
    np.testing.assert_allclose(latents.std(axis=(0, 2, 3)), 1, atol=0.02)
    assert np.load(folder / "states.npy").shape == (12, 5, 24, 128)
    assert np.load(folder / "empty.npy").shape == (24, 128)


def test_a_finished_run_is_not_repeated(folder, capsys):
    images, curve = folder / "images.npy", folder / "again.csv"
    state = {"checkpoint": folder / "autoencoder.pt", "curve": curve, "vae": folder / "again"}
    train_autoencoder.main(options(images=images, steps=1, seed=1, **state))
    assert "resumed at step 1" in capsys.readouterr().err
    name = "diffusion_pytorch_model.safetensors"
    assert (folder / "again" / name).read_bytes() == (folder / "vae" / name).read_bytes()


def test_the_folder_is_scored_shipped_and_summed(folder):
    scores, sheet = folder / "held-out.csv", folder / "sheet.png"
    models = {"models": folder / "exported", "scores": scores, "sheet": sheet}
    score_miniature.main(options(scenes=90, generated=4, steps=2, seed=2, **models))
    rows = list(csv.DictReader(scores.open()))
    measured = {(row["part"], row["measure"]): float(row["value"]) for row in rows}
    assert measured["judge", "object"] < 0.5, "an untrained judge knows little"
    assert measured["text to image", "pictures_per_second"] > 0
    assert np.isfinite(list(measured.values())).all()
    facts = {f"{name}_steps": 1 for name in ("autoencoder", "clip", "judge", "unet")}
    shipped = folder / "shipped"
    ship_miniature.main(options(shipped=shipped, seed=1, training_scenes=12, **models, **facts))
    listed = dict(line.split("  ")[::-1] for line in (shipped / "SHA256SUMS").read_text().splitlines())
    present = {p.relative_to(shipped).as_posix() for p in shipped.rglob("*") if p.is_file()}
    assert present - {"SHA256SUMS"} == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((shipped / name).read_bytes()).hexdigest() == digest
    assert not [name for name in listed if name.endswith((".bin", ".pt", ".pkl"))]
    assert "| judge | object |" in (shipped / "README.md").read_text()


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
