import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image
from tests.support.sampling import sampling
from tests.support.stimuli import write_stimuli
from tests.support.studies import as_option

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import ConfigError, ContractError, DataError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.inputs import derangement
from cortex2image.reconstruction.pictures import pictures
from cortex2image.seeds import seed_for
from cortex2image.steps import index_reconstructions
from cortex2image.steps.reconstruct_images import main
from cortex2image.study.methods import METHODS
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import DECODED, FEATURES, RECONSTRUCTIONS
from cortex2image.tables.row_groups import write_row_groups

STIMULI = ["scene/1", "scene-2", "Scene-2"]
TRAINING = ["seen-1", "seen-2"]
SEEN_BY_OTHERS = ["elsewhere"]
DRAWING = {"samples": 2, "steps": 5, "strength": 0.8, "guidance_scale": 3}


@pytest.fixture
def decoded(rng):
    return {
        "z": rng.standard_normal((3, 64), dtype=np.float32),
        "c": rng.standard_normal((3, 128), dtype=np.float32),
    }


@pytest.fixture
def true(rng):
    """True features by space and stimulus, also of a stimulus that another subject saw."""
    stimuli = [*SEEN_BY_OTHERS, *TRAINING, *STIMULI]
    return {
        space: dict(zip(stimuli, rng.standard_normal((6, width), dtype=np.float32), strict=True))
        for space, width in (("z", 64), ("c", 128))
    }


@pytest.fixture
def study(tmp_path, tiny_model_set, decoded, true, monkeypatch):
    """A working directory with the tables of a subject; c has its stimuli in another order than z."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    monkeypatch.chdir(tmp_path)
    write_trials()
    write_stimuli([None], "stimuli.parquet")
    write_decoded("z", STIMULI, decoded["z"])
    write_decoded("c", STIMULI[::-1], decoded["c"][::-1])
    for space, features in true.items():
        table = {"stimulus_id": list(features), "feature": vectors(np.stack(list(features.values())))}
        FEATURES.write(table, f"true-{space}.parquet")
    return tmp_path


def write_trials():
    """Write the trials of the subject: one of each training stimulus, two of each test stimulus."""
    stimuli = [STIMULI[2], *TRAINING, *STIMULI[:2], *STIMULI]
    count = len(stimuli)
    same = {"session": ["ses-1"] * count, "run": ["run-1"] * count, "fold": [None] * count}
    same |= {"repetition": [0] * count, "onset": [0.0] * count, "duration": [1.0] * count}
    split = ["train" if stimulus in TRAINING else "test" for stimulus in stimuli]
    names = [f"trial-{i}" for i in range(count)]
    TRIALS.write({"trial_id": names, "stimulus_id": stimuli, "split": split} | same, "trials.parquet")


def write_decoded(space, stimuli, features, **facts):
    DECODED.write({"stimulus_id": stimuli, "feature": vectors(features)}, f"{space}.parquet", **facts)


def draw(
    method,
    shard=0,
    spaces=None,
    true_spaces=None,
    out=None,
    batch_size=None,
    latent="mean",
    precision="float32",
    **drawing,
):
    """Draw a shard of the pictures of a method, and return its folder."""
    decoded, true = METHODS[method].decoded, METHODS[method].features
    tables = [f"{space}.parquet" for space in (decoded if spaces is None else spaces)]
    true_tables = [f"true-{space}.parquet" for space in (true if true_spaces is None else true_spaces)]
    settings = as_option(
        seed=7,
        models={"set": "tiny", "batch_size": batch_size, "precision": precision},
        features={"latent": latent},
        reconstruct=DRAWING | drawing,
    )
    folder = f"pictures/shards/{out or method}/{shard}"
    main(
        f"--method {method} --shard {shard} --trials trials.parquet --stimuli stimuli.parquet"
        f" --decoded {' '.join(tables)} --features {' '.join(true_tables)}"
        f" --shard-pictures {folder}".split()
        + settings
    )
    return folder


def index(method, folders, out=None):
    """Join shards, and return the rows of their table."""
    out = out or method
    named = f"--method {method} --images pictures/{out} --reconstructions pictures/{out}.parquet".split()
    index_reconstructions.main([*named, "--shards", *folders, *as_option(models={"set": "tiny"})])
    return RECONSTRUCTIONS.read(f"pictures/{out}.parquet").to_pylist()


def reconstruct(method, shards=1, out=None, **given):
    """Draw all shards and join them."""
    folders = [draw(method, n, shards=shards, out=out, **given) for n in range(shards)]
    return index(method, folders, out)


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


def assert_drawn_from(rows, method, features, denoiser):
    """Assert that both samples of each stimulus, in order, are drawn from a row of features."""
    repeated = {space: values.repeat(2, axis=0) for space, values in features.items()}
    expected = pictures(METHODS[method], denoiser, repeated, [row["seed"] for row in rows])
    np.testing.assert_allclose(read(rows).astype(int), expected.astype(int), atol=1)


def test_pictures_are_those_of_their_row(study, decoded, tiny_diffusion):
    """Rows of the two tables are matched by stimulus, not by position."""
    rows = reconstruct("zc")
    seeds = [seed_for(7, "reconstruct", row["stimulus_id"], row["sample"]) for row in rows]
    assert [row["seed"] for row in rows] == seeds
    assert_drawn_from(rows, "zc", decoded, Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0)))


@pytest.mark.parametrize(("shards", "batch_size"), [(1, 1), (2, None), (3, 2)])
def test_neither_batches_nor_shards_change_anything(study, shards, batch_size):
    whole = reconstruct("zc", batch_size=32)
    parts = reconstruct("zc", shards, "parts", batch_size=batch_size)
    named = [row | {"image_path": row["image_path"].replace("/parts/", "/zc/")} for row in parts]
    assert named == whole
    np.testing.assert_array_equal(read(parts), read(whole))
    facts = [RECONSTRUCTIONS.read(f"pictures/{name}.parquet").schema.metadata for name in ("zc", "parts")]
    assert facts[0] == facts[1]


def test_methods_c_and_zc_share_their_noise(study):
    def noise(method):
        return {(row["stimulus_id"], row["sample"]): row["seed"] for row in reconstruct(method)}

    assert noise("c") == noise("zc")


def test_shared_noise_is_the_same_for_every_stimulus_but_not_for_every_sample(study, decoded, tiny_diffusion):
    rows = reconstruct("zc", shared_noise=True)
    seeds = {sample: {row["seed"] for row in rows if row["sample"] == sample} for sample in (0, 1)}
    assert [len(seeds[sample]) for sample in (0, 1)] == [1, 1]
    assert not seeds[0] & seeds[1]
    denoiser = Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0))
    expected = pictures(METHODS["zc"], denoiser, decoded, [*seeds[1]] * 3)
    drawn = read([row for row in rows if row["sample"] == 1])
    np.testing.assert_allclose(drawn.astype(int), expected.astype(int), atol=1)


def test_pictures_are_drawn_as_the_options_say(study, decoded, tiny_diffusion):
    rows = reconstruct("zc", noising="as_released", latent="sample")
    denoiser = Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0, "as_released", "sample"))
    assert_drawn_from(rows, "zc", decoded, denoiser)
    facts = RECONSTRUCTIONS.read("pictures/zc.parquet").schema.metadata
    assert (facts[b"noising"], facts[b"latent"]) == (b"as_released", b"sample")


def test_the_ceiling_is_drawn_from_the_true_features_of_the_test_stimuli(study, true, tiny_diffusion):
    rows = reconstruct("ceiling")
    stimuli = [row["stimulus_id"] for row in rows[::2]]
    assert sorted(stimuli) == sorted(STIMULI)
    features = {space: np.stack([values[s] for s in stimuli]) for space, values in true.items()}
    assert_drawn_from(rows, "ceiling", features, Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0)))


def test_shuffled_pictures_are_drawn_from_what_was_decoded_for_another(study, decoded, tiny_diffusion):
    rows = reconstruct("shuffled")
    assert [row["stimulus_id"] for row in rows[::2]] == STIMULI
    others = [STIMULI.index(other) for other in derangement(STIMULI, 7)]
    features = {space: values[others] for space, values in decoded.items()}
    assert_drawn_from(rows, "shuffled", features, Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0)))


def test_without_a_brain_every_stimulus_gets_the_mean_of_training(study, true, tiny_diffusion):
    rows = reconstruct("no_brain")
    assert sorted(row["stimulus_id"] for row in rows[::2]) == sorted(STIMULI)
    means = {space: np.mean([values[s] for s in TRAINING], axis=0) for space, values in true.items()}
    features = {space: np.stack([mean] * 3) for space, mean in means.items()}
    assert_drawn_from(rows, "no_brain", features, Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0)))


@pytest.mark.parametrize("method", ["ceiling", "shuffled", "no_brain"])
def test_controls_share_their_noise_with_the_method_they_control(study, method):
    noise = [
        {(row["stimulus_id"], row["sample"]): row["seed"] for row in reconstruct(name)}
        for name in ("zc", method)
    ]
    assert noise[0] == noise[1]


def test_a_second_run_leaves_nothing_of_the_first(study):
    reconstruct("c", samples=3)
    rows = reconstruct("c")
    assert len(list((study / "pictures" / "c").iterdir())) == len(rows) == 6


def fails_without_a_trace(study, error, match, method, **given):
    with pytest.raises(error, match=match):
        reconstruct(method, **given)
    assert not [path for path in study.glob("pictures/**/*") if path.is_file()]


def test_stimulus_decoded_in_one_space_only(study, decoded):
    write_decoded("c", STIMULI[:2], decoded["c"][:2])
    fails_without_a_trace(study, DataError, r"c\.parquet(.|\n)*first Scene-2", "zc")


def test_features_of_another_model(study, decoded):
    write_decoded("z", STIMULI, decoded["z"][:, :60])
    fails_without_a_trace(study, DataError, r"vectors of 64 values(.|\n)*60 values", "zc")


def test_too_few_tables(study):
    fails_without_a_trace(study, DataError, "z and c", "zc", spaces=["z"])


@pytest.mark.parametrize(
    ("method", "given", "expected"),
    [
        ("ceiling", {"true_spaces": ["z"]}, "--features of method ceiling(.|\n)*z and c(.|\n)*1 tables"),
        ("ceiling", {"spaces": ["z"]}, "--decoded of method ceiling(.|\n)*no table(.|\n)*1 tables"),
        ("zc", {"true_spaces": ["z"]}, "--features of method zc(.|\n)*no table(.|\n)*1 tables"),
    ],
)
def test_tables_that_a_method_lacks_or_has_no_use_for(study, method, given, expected):
    fails_without_a_trace(study, DataError, expected, method, **given)


def test_missing_table(study):
    (study / "z.parquet").unlink()
    fails_without_a_trace(study, ContractError, "z.parquet", "z")


def test_failure_while_drawing_leaves_the_former_pictures(study, monkeypatch):
    before = reconstruct("c")

    def fail(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr("cortex2image.reconstruction.pictures.pictures", fail)
    with pytest.raises(RuntimeError, match="broken"):
        reconstruct("c")
    assert [path.name for path in (study / "pictures" / "shards" / "c").iterdir()] == ["0"]
    assert len(read(before)) == 6


@pytest.fixture
def no_model(study, monkeypatch):
    """The study, in which a model that is loaded ends the test."""

    def loaded(*_):
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("cortex2image.reconstruction.pictures.load_diffusion", loaded)
    return study


def test_pictures_need_a_model(no_model):
    with pytest.raises(AssertionError, match="a model was loaded"):
        draw("zc")


def refused(study, error, match, method="zc", **given):
    fails_without_a_trace(study, error, match, method, **given)


def test_a_disk_without_room_is_refused_before_the_model_loads(no_model, monkeypatch):
    """Shard 0 of 2 has one stimulus with two samples."""
    room, need = shutil.disk_usage(no_model), 2 * (16 * 16 * 3 + 4096)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: room._replace(free=need - 1))
    refused(no_model, DataError, "free disk(.|\n)*lower reconstruct/samples", shards=2)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: room._replace(free=need))
    with pytest.raises(AssertionError, match="a model was loaded"):
        draw("zc", shards=2)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_not_finite_are_refused_before_the_model_loads(no_model, decoded, value):
    decoded["c"][1, 5] = value
    columns = {"stimulus_id": STIMULI, "feature": vectors(decoded["c"])}
    table = pa.table(columns).cast(DECODED.read("c.parquet").schema)
    write_row_groups([table], Path("c.parquet"), {}, ["stimulus_id"])
    refused(no_model, ContractError, r"c\.parquet(.|\n)*NaN or Inf")


def test_another_width_is_refused_before_the_model_loads(no_model, decoded):
    write_decoded("c", STIMULI, decoded["c"][:, :100])
    refused(no_model, DataError, "vectors of 128 values(.|\n)*100 values")


@pytest.mark.parametrize(
    ("stimuli", "found"),
    [
        (["scene/1", "scene-2", "seen-1"], "1 that are no test stimuli, and 1 missing, first seen-1"),
        (["scene/1", "scene-2"], "0 that are no test stimuli, and 1 missing, first Scene-2"),
        (["scene/1", "scene-2", "Scene-2", "new"], "1 that are no test stimuli, and 0 missing, first new"),
    ],
)
def test_other_stimuli_are_refused_before_the_model_loads(no_model, rng, stimuli, found):
    for space, width in (("z", 64), ("c", 128)):
        write_decoded(space, stimuli, rng.standard_normal((len(stimuli), width), dtype=np.float32))
    refused(no_model, DataError, f"the 3 test stimuli of the subject(.|\n)*{found}")


def test_more_shards_than_stimuli_are_refused_before_the_model_loads(no_model):
    refused(no_model, ConfigError, "reconstruct/shards(.|\n)*shard 0 of 4 for 3 stimuli", shards=4)


def test_a_device_that_is_not_there_is_refused_before_the_model_loads(no_model, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    refused(no_model, ConfigError, "device", device="cuda")


def test_a_strength_that_leaves_no_step_is_refused_before_the_model_loads(no_model):
    refused(no_model, ConfigError, "strength", strength=0.01)


def test_black_pictures_of_a_low_precision_are_drawn_again_and_reported(study, monkeypatch, capsys):
    """A fake autoencoder that gives black pictures, but not in float32."""
    whole = reconstruct("zc", out="whole")

    def darkened(method, denoiser, features, seeds):
        drawn = pictures(method, denoiser, features, seeds)
        if denoiser.diffusion.dtype != torch.float32:
            drawn[np.asarray(seeds) == whole[3]["seed"]] = 0
        return drawn

    monkeypatch.setattr("cortex2image.reconstruction.pictures.pictures", darkened)
    rows = reconstruct("zc", precision="bfloat16")
    assert [row["precision"] for row in rows] == ["bfloat16"] * 3 + ["float32"] + ["bfloat16"] * 2
    assert not any(row["black"] for row in rows)
    np.testing.assert_array_equal(read(rows)[3], read(whole)[3])
    said = capsys.readouterr().err
    assert "1 pictures are NaN or black in bfloat16, now in float32: scene-2 sample 1" in said
    assert "6 pictures, 1 of them drawn again, 0 black" in said


KILLED = """
import json, os, signal, sys
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction import drawing
from cortex2image.steps.reconstruct_images import main
from tests.support.tiny_models import JUDGES, tiny_description
from pathlib import Path
MODEL_SETS["tiny"] = tiny_description(Path(sys.argv[1]), name="tiny", judges=JUDGES)
left = int(sys.argv[2])
save = drawing.Image.Image.save
def dying(image, path):
    global left
    left -= 1
    if left < 0:
        Path(path).write_bytes(b"half a picture")
        os.kill(os.getpid(), signal.SIGKILL)
    save(image, path)
drawing.Image.Image.save = dying
main(sys.argv[3:])
"""


def test_a_kill_leaves_no_shard_and_the_next_run_draws_that_shard_alone(study, tiny_model_set):
    """The process dies while it writes the second picture of shard 1 of 2."""
    finished, folder = Path(draw("c", 0, shards=2)), Path("pictures/shards/c/1")
    before = {path.name: path.stat().st_mtime_ns for path in finished.iterdir()}
    settings = as_option(seed=7, models={"set": "tiny"}, reconstruct=DRAWING | {"shards": 2})
    arguments = "--method c --shard 1 --trials trials.parquet --stimuli stimuli.parquet --decoded c.parquet"
    root = Path(__file__).parents[3]
    given = [*arguments.split(), "--shard-pictures", str(folder), *settings]
    died = subprocess.run(
        [sys.executable, "-c", KILLED, str(tiny_model_set.folder), "1", *given],
        env=os.environ | {"PYTHONPATH": f"{root / 'workflow'}:{root}"},
        capture_output=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert not folder.exists()
    (left,) = [path for path in folder.parent.iterdir() if path.name.startswith(".")]
    assert len(list(left.iterdir())) == 2
    rows = index("c", [str(finished), draw("c", 1, shards=2)])
    assert not left.exists()
    assert {path.name: path.stat().st_mtime_ns for path in finished.iterdir()} == before
    np.testing.assert_array_equal(read(rows), read(reconstruct("c", out="whole")))


@pytest.mark.parametrize(
    ("method", "control", "said"),
    [
        ("shuffled_fit_c", None, "decoder of shuffled_fit\n.*decoder of the study"),
        ("shuffled_fit_c", "random_brain", "decoder of shuffled_fit\n.*decoder of random_brain"),
        ("c", "shuffled_fit", "decoder of the study\n.*decoder of shuffled_fit"),
    ],
)
def test_features_of_the_decoder_of_another_control_are_refused(study, decoded, method, control, said):
    write_decoded("c", STIMULI, decoded["c"], **({"control": control} if control else {}))
    with pytest.raises(DataError, match=rf"c\.parquet\n.*{said}"):
        draw(method)


def test_a_control_draws_from_its_own_decoder(study, decoded):
    write_decoded("c", STIMULI, decoded["c"], control="shuffled_fit")
    assert RECONSTRUCTIONS.read(Path(draw("shuffled_fit_c"), "rows.parquet")).num_rows == 6
