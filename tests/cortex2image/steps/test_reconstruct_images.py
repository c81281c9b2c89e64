import numpy as np
import pytest
from PIL import Image

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.errors import ConfigError, ContractError, DataError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.drawing import file_stem
from cortex2image.reconstruction.pictures import pictures
from cortex2image.seeds import seed_for
from cortex2image.steps.reconstruct_images import main
from cortex2image.tables.columns import vectors
from cortex2image.tables.contracts import DECODED, RECONSTRUCTIONS

STIMULI = ["scene/1", "scene-2", "Scene-2"]


@pytest.fixture
def decoded(rng):
    return {
        "z": rng.standard_normal((3, 64), dtype=np.float32),
        "c": rng.standard_normal((3, 128), dtype=np.float32),
    }


@pytest.fixture
def study(tmp_path, tiny_model_set, decoded, monkeypatch):
    """A working directory with decoded features; c has its stimuli in another order than z."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    monkeypatch.chdir(tmp_path)
    write_decoded("z", STIMULI, decoded["z"])
    write_decoded("c", STIMULI[::-1], decoded["c"][::-1])
    return tmp_path


def write_decoded(space, stimuli, features):
    DECODED.write({"stimulus_id": stimuli, "feature": vectors(features)}, f"{space}.parquet")


def reconstruct(method, *options, spaces=None, out=None):
    out = out or method
    tables = [f"{space}.parquet" for space in spaces or method]
    main(
        f"--method {method} --decoded {' '.join(tables)} --model-set tiny --device cpu --seed 7 --samples 2"
        f" --steps 5 --strength 0.8 --guidance-scale 3 --images pictures/{out}"
        f" --reconstructions pictures/{out}.parquet".split()
        + list(options)
    )
    return RECONSTRUCTIONS.read(f"pictures/{out}.parquet").to_pylist()


def read(rows):
    return np.stack([np.asarray(Image.open(row["image_path"])) for row in rows])


@pytest.mark.parametrize(("method", "samples"), [("z", 1), ("c", 2), ("zc", 2)])
def test_every_stimulus_and_sample_once(study, method, samples):
    rows = reconstruct(method)
    expected = {(stimulus, sample) for stimulus in STIMULI for sample in range(samples)}
    assert {(row["stimulus_id"], row["sample"]) for row in rows} == expected
    assert len(rows) == len(expected)
    assert len({row["image_path"].lower() for row in rows}) == len(rows)
    assert sorted(f"pictures/{method}/{p.name}" for p in (study / "pictures" / method).iterdir()) == sorted(
        row["image_path"] for row in rows
    )
    assert read(rows).shape == (len(rows), 16, 16, 3)


def test_pictures_are_those_of_their_row(study, decoded, tiny_diffusion):
    """Rows of the two tables are matched by stimulus, not by position."""
    rows = reconstruct("zc")
    seeds = [seed_for(7, "reconstruct", row["stimulus_id"], row["sample"]) for row in rows]
    assert [row["seed"] for row in rows] == seeds
    repeated = {space: features.repeat(2, axis=0) for space, features in decoded.items()}
    expected = pictures(Denoiser(tiny_diffusion, Sampling(5, 0.8, 3.0)), repeated, seeds)
    np.testing.assert_allclose(read(rows).astype(int), expected.astype(int), atol=1)


def test_batches_change_nothing(study):
    whole, single = reconstruct("zc"), reconstruct("zc", "--batch-size", "1", out="single")
    assert [row["seed"] for row in whole] == [row["seed"] for row in single]
    np.testing.assert_allclose(read(whole).astype(int), read(single).astype(int), atol=1)


def test_methods_c_and_zc_share_their_noise(study):
    def noise(method):
        return {(row["stimulus_id"], row["sample"]): row["seed"] for row in reconstruct(method)}

    assert noise("c") == noise("zc")


def test_shared_noise_is_the_same_for_every_stimulus_but_not_for_every_sample(study, decoded, tiny_diffusion):
    rows = reconstruct("zc", "--shared-noise")
    seeds = {sample: {row["seed"] for row in rows if row["sample"] == sample} for sample in (0, 1)}
    assert [len(seeds[sample]) for sample in (0, 1)] == [1, 1]
    assert not seeds[0] & seeds[1]
    denoiser = Denoiser(tiny_diffusion, Sampling(5, 0.8, 3.0))
    expected = pictures(denoiser, decoded, [*seeds[1]] * 3)
    drawn = read([row for row in rows if row["sample"] == 1])
    np.testing.assert_allclose(drawn.astype(int), expected.astype(int), atol=1)


def test_pictures_are_drawn_as_the_options_say(study, decoded, tiny_diffusion):
    rows = reconstruct("zc", "--noise-level", "as_released", "--latent", "sample")
    repeated = {space: features.repeat(2, axis=0) for space, features in decoded.items()}
    denoiser = Denoiser(tiny_diffusion, Sampling(5, 0.8, 3.0, "as_released", "sample"))
    expected = pictures(denoiser, repeated, [row["seed"] for row in rows])
    np.testing.assert_allclose(read(rows).astype(int), expected.astype(int), atol=1)
    facts = RECONSTRUCTIONS.read("pictures/zc.parquet").schema.metadata
    assert (facts[b"noising"], facts[b"latent"]) == (b"as_released", b"sample")


def test_a_second_run_leaves_nothing_of_the_first(study):
    reconstruct("c", "--samples", "3")
    rows = reconstruct("c")
    assert len(list((study / "pictures" / "c").iterdir())) == len(rows) == 6


def fails_without_a_trace(study, error, match, method, **given):
    with pytest.raises(error, match=match):
        reconstruct(method, **given)
    assert not list(study.glob("pictures/**/*"))


def test_stimulus_decoded_in_one_space_only(study, decoded):
    write_decoded("c", STIMULI[:2], decoded["c"][:2])
    fails_without_a_trace(study, DataError, r"c\.parquet(.|\n)*first Scene-2", "zc")


def test_features_of_another_model(study, decoded):
    write_decoded("z", STIMULI, decoded["z"][:, :60])
    fails_without_a_trace(study, DataError, r"vectors of 64 values(.|\n)*60 values", "zc")


def test_too_few_tables(study):
    fails_without_a_trace(study, DataError, "z and c", "zc", spaces=["z"])


def test_missing_table(study):
    (study / "z.parquet").unlink()
    fails_without_a_trace(study, ContractError, "z.parquet", "z")


def test_strength_that_leaves_no_step(study):
    with pytest.raises(ConfigError, match="strength"):
        reconstruct("zc", "--strength", "0.01")
    assert not (study / "pictures").exists()


def test_failure_while_drawing_leaves_the_former_pictures(study, monkeypatch):
    before = reconstruct("c")

    def fail(*_):
        raise RuntimeError("out of memory")

    monkeypatch.setattr("cortex2image.steps.reconstruct_images.pictures", fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        reconstruct("c")
    assert [path.name for path in (study / "pictures").iterdir() if path.is_dir()] == ["c"]
    assert len(read(before)) == 6


@pytest.mark.parametrize("stimulus", ["scene-0012", "nsd_73000"])
def test_plain_names_stay_readable(stimulus):
    assert file_stem(stimulus) == stimulus


def test_names_never_collide():
    names = ["a b", "a/b", "a_b", "A_b", "a.b", "ä_b", "..", "x" * 300, "x" * 301]
    stems = [file_stem(name) for name in names]
    assert len({stem.lower() for stem in stems}) == len(names)
    assert all(len(stem) <= 120 and "/" not in stem and not stem.startswith(".") for stem in stems)
