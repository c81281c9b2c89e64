import numpy as np
import pytest
from PIL import Image
from tests.support.sampling import sampling
from tests.support.studies import as_option

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import ConfigError, ContractError, DataError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.inputs import derangement
from cortex2image.reconstruction.pictures import pictures
from cortex2image.seeds import seed_for
from cortex2image.steps.reconstruct_images import main
from cortex2image.study.methods import METHODS
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import DECODED, FEATURES, RECONSTRUCTIONS

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


def write_decoded(space, stimuli, features):
    DECODED.write({"stimulus_id": stimuli, "feature": vectors(features)}, f"{space}.parquet")


def reconstruct(method, spaces=None, true_spaces=None, out=None, batch_size=None, latent="mean", **drawing):
    out = out or method
    decoded, true = METHODS[method].decoded, METHODS[method].features
    tables = [f"{space}.parquet" for space in (decoded if spaces is None else spaces)]
    true_tables = [f"true-{space}.parquet" for space in (true if true_spaces is None else true_spaces)]
    settings = as_option(
        seed=7,
        models={"set": "tiny", "batch_size": batch_size},
        features={"latent": latent},
        reconstruct=DRAWING | drawing,
    )
    main(
        f"--method {method} --trials trials.parquet --decoded {' '.join(tables)}"
        f" --features {' '.join(true_tables)}"
        f" --images pictures/{out} --reconstructions pictures/{out}.parquet".split()
        + settings
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


def test_batches_change_nothing(study):
    whole, single = reconstruct("zc"), reconstruct("zc", batch_size=1, out="single")
    assert [row["seed"] for row in whole] == [row["seed"] for row in single]
    np.testing.assert_allclose(read(whole).astype(int), read(single).astype(int), atol=1)


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
    assert not list(study.glob("pictures/**/*"))


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


def test_strength_that_leaves_no_step(study):
    with pytest.raises(ConfigError, match="strength"):
        reconstruct("zc", strength=0.01)
    assert not (study / "pictures").exists()


def test_failure_while_drawing_leaves_the_former_pictures(study, monkeypatch):
    before = reconstruct("c")

    def fail(*_):
        raise RuntimeError("out of memory")

    monkeypatch.setattr("cortex2image.reconstruction.pictures.pictures", fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        reconstruct("c")
    assert [path.name for path in (study / "pictures").iterdir() if path.is_dir()] == ["c"]
    assert len(read(before)) == 6
