"""One job of the sampler: a shard of the stimuli, every space at once, whole or not at all."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.stimuli import write_pictures, write_stimuli
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.features.activity import open_activity
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.codec import noise_for
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.planning.code import declared_reads
from cortex2image.seeds import seed_for
from cortex2image.steps.sample_features import main
from cortex2image.study.spaces import KINDS

SPACES = ["unet-down0-n0.8-t1", "unet-mid-n0.8-t3", "zc", "zc-n0.8-t2"]
COUNT = 5


@pytest.fixture
def study(tmp_path, rng, tiny_model_set, monkeypatch):
    """A working directory with five pictures and stimuli.parquet; the tiny model set is registered."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    monkeypatch.chdir(tmp_path)
    write_stimuli(
        write_pictures(rng.integers(0, 256, (COUNT, 16, 16, 3), np.uint8), Path()), "stimuli.parquet"
    )
    return tmp_path


def sample(out, shard=0, shards=1, batch_size=None, noise="0.8", spaces=SPACES, activity="float32", seed=1):
    settings = as_option(
        models={"set": "tiny", "batch_size": batch_size},
        features={"shards": shards, "activity": activity},
        reconstruct={"steps": 5, "guidance_scale": 2},
        seed=seed,
    )
    labels = f"--noise {noise} --part 0 --shard {shard} --stimuli stimuli.parquet --activity {out}".split()
    main([*labels, "--spaces", *spaces, *settings])
    return out


def all_of(folders, space):
    return open_activity(folders, space).columns(0, None)


def test_every_space_of_every_stimulus_with_what_it_depends_on(study, tiny_model_set):
    folder = sample("out/n0.8-0-0")
    for space, width in zip(SPACES, (8 * 2 * 2, 16 * 2 * 2, 64, 64), strict=True):
        found = open_activity([folder], space)
        assert found.ids == [f"s{number}" for number in range(COUNT)]
        assert found.width == width
    assert found.facts == {
        "model_set": "tiny",
        "model_hash": model_hash(tiny_model_set),
        "precision": "float32",
        "seed": "1",
        "steps": "5",
        "strength": "0.8",
        "guidance_scale": "2",
        "noising": "matched",
        "latent": "mean",
        "sampler": "ddim",
    }


def test_a_full_disk_is_refused_before_anything_is_sampled(study, monkeypatch):
    """Five stimuli of 32, 64, 64 and 64 units in single precision."""
    room = shutil.disk_usage(study)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: room._replace(free=5 * 224 * 4 - 1))
    with pytest.raises(DataError, match="free disk"):
        sample("out/n0.8-0-0")
    assert not Path("out").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: room._replace(free=5 * 224 * 4))
    assert Path(sample("out/n0.8-0-0")).exists()


@pytest.mark.parametrize(("shards", "batch_size"), [(1, 1), (2, None), (3, 2), (5, None)])
def test_features_depend_neither_on_shards_nor_on_batches(study, shards, batch_size):
    whole = sample("whole")
    parts = [sample(f"part-{number}", number, shards, batch_size) for number in range(shards)]
    for space in SPACES:
        np.testing.assert_allclose(all_of(parts, space), all_of([whole], space), atol=1e-4, err_msg=space)


def test_noise_follows_from_study_and_stimulus(study, monkeypatch):
    drawn = []

    def remembered(seeds, shape):
        drawn.append(list(seeds))
        return noise_for(seeds, shape)

    monkeypatch.setattr("cortex2image.diffusion.denoise.noise_for", remembered)
    sample("one", 1, 2, seed=7)
    sample("two", 1, 2, noise="0.4", spaces=["zc-n0.4"], seed=7)
    assert drawn == [[seed_for(7, "zc", f"s{number}") for number in (2, 3, 4)]] * 2


def test_layers_are_stored_as_the_config_says_and_latents_in_full(study):
    folder = Path(sample("out", activity="float16"))
    formats = {space: np.load(folder / f"{space}.npy").dtype.name for space in SPACES}
    assert formats == dict.fromkeys(SPACES[:2], "float16") | dict.fromkeys(SPACES[2:], "float32")
    np.testing.assert_array_equal(
        all_of([folder], SPACES[0]), all_of([sample("full")], SPACES[0]).astype(np.float16)
    )


def test_a_broken_picture_leaves_no_folder(study):
    (study / "3.png").write_bytes((study / "3.png").read_bytes()[:60])
    with pytest.raises(DataError, match=r"3\.png"):
        sample("out/n0.8-0-0", batch_size=1)
    assert list((study / "out").iterdir()) == []


def test_a_stimulus_without_picture_stops_before_anything_runs(study):
    write_stimuli(["0.png", None, "2.png"], "stimuli.parquet")
    with pytest.raises(DataError, match="1 of 3 without image_path, first s1"):
        sample("out")


def test_more_shards_than_stimuli_are_refused_with_the_numbers(study):
    with pytest.raises(ConfigError, match=r"features/shards\n.*\n.*shard 2 of 6 for 5 stimuli\n.*5 or less"):
        sample("out", 2, 6)


def test_the_step_reads_what_its_spaces_depend_on_but_the_noise_level_of_pictures():
    """The noise level is a label of the job: `reconstruct/strength` re-runs no other level."""
    needed = {key for kind in ("zc", "unet") for key in KINDS[kind].reads}
    assert needed - set(declared_reads("sample_features")) == {"reconstruct/strength"}


def test_pictures_per_second_are_reported(study, capsys):
    sample("out", batch_size=2)
    assert "sample n0.8-0-0, stimuli: 5/5 done in" in capsys.readouterr().err


def test_the_list_of_a_folder_is_readable_by_people(study):
    listed = json.loads((Path(sample("out", 1, 2)) / "stimuli.json").read_text())
    assert (listed["first"], listed["stimuli"]) == (2, ["s2", "s3", "s4"])


def test_pictures_of_any_size_are_taken(study, rng):
    Image.fromarray(rng.integers(0, 256, (20, 31, 3), np.uint8)).save("0.png")
    assert np.isfinite(all_of([sample("out")], "zc")).all()
