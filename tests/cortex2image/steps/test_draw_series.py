import numpy as np
import pytest
from PIL import Image
from tests.support.studies import as_option

from cortex2image.errors import DataError
from cortex2image.metrics.pictures import read_originals
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.series import draw_series, likeness
from cortex2image.steps import draw_series as step
from cortex2image.steps import reconstruct_images
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import DECODED, RECONSTRUCTIONS, SERIES

NAMES = ["scene-3", "scene-1", "scene-2"]
DRAWING = {"steps": 5, "strength": 0.8, "guidance_scale": 3, "samples": 1}
SERIES_KEYS = {"stimuli": 2, "strengths": [0.4, 0.8], "steps": [5, 10]}


@pytest.fixture
def study(tmp_path, tiny_model_set, rng, monkeypatch):
    """A working directory with the decoded features and stimuli of a subject; c has another order than z."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    monkeypatch.chdir(tmp_path)
    z, c = (rng.standard_normal((3, width), dtype=np.float32) for width in (64, 128))
    DECODED.write({"stimulus_id": NAMES, "feature": vectors(z)}, "z.parquet")
    DECODED.write({"stimulus_id": NAMES[::-1], "feature": vectors(c[::-1])}, "c.parquet")
    write_stimuli(rng, seen=True)
    same = {"session": ["ses-1"] * 3, "run": ["run-1"] * 3, "fold": [None] * 3, "split": ["test"] * 3}
    same |= {"repetition": [0] * 3, "onset": [0.0] * 3, "duration": [1.0] * 3}
    TRIALS.write({"trial_id": NAMES, "stimulus_id": NAMES} | same, "trials.parquet")


def write_stimuli(rng, seen):
    for name in NAMES:
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(f"{name}.png")
    data = {"stimulus_id": NAMES, "split": ["test"] * 3, "captions": [["x"]] * 3, "category": ["cat"] * 3}
    paths = [f"{name}.png" if seen else None for name in NAMES]
    STIMULI.write(data | {"image_path": paths}, "stimuli.parquet")


def settings(**drawing):
    return as_option(
        study="tiny",
        seed=7,
        models={"set": "tiny", "batch_size": 1},
        reconstruct=DRAWING | {"series": SERIES_KEYS} | drawing,
    )


def draw(**drawing):
    files = "--trials trials.parquet --stimuli stimuli.parquet --z z.parquet --c c.parquet"
    files += " --sheet sheet.png --series series.parquet"
    step.main(["--subject", "sub-01", *files.split(), *settings(**drawing)])
    return SERIES.read("series.parquet")


@pytest.fixture
def cells(monkeypatch):
    """The cells that the step draws, in order."""
    drawn = []

    def kept(*given):
        for cell in draw_series(*given):
            drawn.append(cell)
            yield cell

    monkeypatch.setattr(step, "draw_series", kept)
    return drawn


@pytest.mark.parametrize("own", [{}, {"shared_noise": True}, {"sampler": "ancestral"}])
def test_the_cell_of_the_study_is_the_reconstruction(study, cells, own):
    draw(**own)
    files = "--method zc --trials trials.parquet --stimuli stimuli.parquet --decoded z.parquet c.parquet"
    files += " --shard 0 --shard-pictures shard"
    reconstruct_images.main([*files.split(), *settings(**own)])
    rows = {
        row["stimulus_id"]: row["image_path"]
        for row in RECONSTRUCTIONS.read("shard/rows.parquet").to_pylist()
    }
    (marked,) = (cell for cell in cells if (cell.steps, cell.strength) == (5, 0.8))
    for name, picture in zip(("scene-1", "scene-2"), marked.pictures, strict=True):
        np.testing.assert_array_equal(picture, np.asarray(Image.open(rows[name])))


def test_a_row_for_every_cell_of_the_first_stimuli_by_name(study):
    table = draw().to_pandas()
    assert list(table["stimulus_id"]) == ["scene-1", "scene-2"] * 4
    assert list(zip(table["steps"], table["strength"], table["denoised"], strict=True))[::2] == [
        (5, 0.4, 2),
        (5, 0.8, 4),
        (10, 0.4, 4),
        (10, 0.8, 8),
    ]


def test_correlations_are_with_what_was_seen_and_with_the_coarse_picture(study, cells):
    table = draw().to_pandas()
    seen = read_originals(["scene-1.png", "scene-2.png"], 16)
    expected = np.concatenate([likeness(cell.pictures, seen) for cell in cells])
    np.testing.assert_allclose(table["r_seen"], expected)
    assert table["r_coarse"].between(-1, 1).all()
    assert not np.allclose(table["r_coarse"], table["r_seen"])


def test_unknown_pictures_leave_out_what_needs_them(study, rng):
    draw()
    with_seen = Image.open("sheet.png").size
    write_stimuli(rng, seen=False)
    table = draw().to_pandas()
    assert table["r_seen"].isna().all()
    assert table["r_coarse"].notna().all()
    assert Image.open("sheet.png").size == with_seen


def test_the_metadata_say_how_pictures_were_drawn(study):
    facts = draw().schema.metadata
    assert (facts[b"model_set"], facts[b"guidance_scale"], facts[b"study_seed"]) == (b"tiny", b"3", b"7")
    assert b"strength" not in facts


def test_more_stimuli_than_there_are(study):
    assert draw(series=SERIES_KEYS | {"stimuli": 9}).num_rows == 3 * 4


def test_features_of_another_model_are_refused_before_a_model_is_loaded(study, rng, monkeypatch):
    monkeypatch.setattr(step, "load_diffusion", lambda *_: pytest.fail("a model was loaded"))
    short = vectors(rng.standard_normal((3, 60), dtype=np.float32))
    DECODED.write({"stimulus_id": NAMES, "feature": short}, "z.parquet")
    with pytest.raises(DataError, match=r"z\.parquet(.|\n)*64 values(.|\n)*60 values"):
        draw()


def test_one_model_serves_all_cells(study, monkeypatch):
    loaded, load = [], step.load_diffusion

    def counted(*given):
        loaded.append(given)
        return load(*given)

    monkeypatch.setattr(step, "load_diffusion", counted)
    draw()
    assert len(loaded) == 1
