"""The scripts of the page of the brain: every number in them, within the error that they promise."""

import nibabel as nib
import numpy as np
import pytest
from tests.support.brain_view import AFFINE, FDR, SHAPE, loaded, unpacked, view, write_viewed_subject
from tests.support.encoding_tables import write_grid

from cortex2image.errors import ConfigError, DataError
from cortex2image.report import brain_maps
from cortex2image.steps import brain_view
from cortex2image.tables.predictions import ENCODING_PREDICTIONS


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    return write_viewed_subject(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def scripts(subject, tmp_path_factory):
    return view(subject, tmp_path_factory.mktemp("view") / "sub-01")


def responses(scripts, index, source):
    """Put the tiles of a source together again, (m, kept voxels)."""
    known = index["responses"]
    scale = unpacked(loaded(scripts, f"{source}/scale")["scale"], "float32")
    height, width = known["tile"]
    stimuli, count = len(known["stimuli"]), known["count"]
    codes = np.empty((stimuli, count), np.int8)
    for i, first in enumerate(range(0, stimuli, height)):
        for j, voxel in enumerate(range(0, count, width)):
            tile = codes[first : first + height, voxel : voxel + width]
            tile[:] = unpacked(loaded(scripts, f"{source}/{i}-{j}"), "int8").reshape(tile.shape)
    return codes / known["steps"] * scale, scale


def test_a_planted_voxel_is_found_at_its_place_in_the_world(subject, scripts):
    """The voxel farthest to the left of the volume as nibabel turns it, and its r."""
    index = loaded(scripts, "index")
    volume = np.zeros(SHAPE)
    volume[tuple(subject.indices.T)] = subject.r["c"]
    turned = nib.as_closest_canonical(nib.Nifti1Image(volume, AFFINE)).get_fdata()
    width, depth, _ = index["shape"]
    position, r = unpacked(index["position"], "uint32"), unpacked(loaded(scripts, "map-1")["r"], "int16")
    found = np.zeros(index["shape"])
    found[position % width, position // width % depth, position // (width * depth)] = r / brain_maps.R_STEPS
    found = found[tuple(slice(1, -1) for _ in range(3))]  # without the margin
    assert found.shape == turned.shape
    np.testing.assert_allclose(found, turned, atol=0.51 / brain_maps.R_STEPS)


def test_numbers_of_maps_are_near_and_significance_is_exact(subject, scripts):
    for number, model in enumerate(subject.models):
        stored = loaded(scripts, f"map-{number}")
        q = 10 ** -(unpacked(stored["q"], "uint16") / brain_maps.Q_STEPS)
        np.testing.assert_allclose(q, subject.q[model], rtol=3e-4)
        bits = np.unpackbits(unpacked(stored["significant"], "uint8"), bitorder="little")
        np.testing.assert_array_equal(bits[: len(q)].astype(bool), subject.q[model] < FDR)
    index = loaded(scripts, "index")
    ceiling = unpacked(index["ceiling"], "uint16")
    np.testing.assert_array_equal(ceiling == brain_maps.UNKNOWN, np.isnan(subject.ceiling))
    known = ceiling != brain_maps.UNKNOWN
    np.testing.assert_allclose(ceiling[known] / brain_maps.SHARE_STEPS, subject.ceiling[known], atol=1e-5)
    names = np.array(index["regions"])[unpacked(index["region"], "uint16")]
    assert names.tolist() == subject.regions.tolist()
    assert [each["significant"] for each in index["models"]] == [
        int((subject.q[model] < FDR).sum()) for model in subject.models
    ]


def test_responses_are_within_the_error_that_is_promised(subject, scripts):
    index = loaded(scripts, "index")
    assert index["responses"]["stimuli"] == subject.stimuli
    expected = {f"predicted-{i}": subject.predicted[model] for i, model in enumerate(subject.models)}
    for source, values in (expected | {"measured": subject.measured}).items():
        found, scale = responses(scripts, index, source)
        assert (np.abs(found - values) <= scale / 254 + 1e-5).all(), source
        np.testing.assert_allclose(scale, np.abs(values).max(axis=0), rtol=1e-5)


def test_regions_are_means_of_their_voxels(subject, scripts):
    regions, stored = loaded(scripts, "index")["regions"], loaded(scripts, "measured/scale")["regions"]
    codes = unpacked(stored["values"], "int16").reshape(len(regions), len(subject.stimuli))
    found = codes / brain_maps.R_STEPS * unpacked(stored["scale"], "float32")[:, None]
    for number, region in enumerate(regions):
        inside = np.ones(len(subject.regions), bool) if region == "all" else subject.regions == region
        np.testing.assert_allclose(found[number], subject.measured[:, inside].mean(axis=1), atol=1e-4)


def test_folds_differ_in_level_by_nothing(tmp_path):
    subject = write_viewed_subject(tmp_path / "tables", folds=3)
    scripts = view(subject, tmp_path / "sub-01")
    index = loaded(scripts, "index")
    assert index["responses"]["centred"]
    found, scale = responses(scripts, index, "measured")
    fold = np.arange(len(subject.stimuli)) % 3
    means = np.stack([subject.measured[fold == number].mean(axis=0) for number in range(3)])
    assert (np.abs(found - (subject.measured - means[fold])) <= scale / 254 + 1e-5).all()


def test_of_a_whole_brain_the_best_voxels_keep_their_responses(subject, tmp_path, monkeypatch):
    monkeypatch.setattr(brain_view, "MOST_RESPONSES", 40 * len(subject.stimuli) + 1)
    monkeypatch.setattr(brain_maps, "TILE", (4, 16))
    monkeypatch.setattr(brain_view, "TILE", (4, 16))
    scripts = view(subject, tmp_path / "sub-01")
    index = loaded(scripts, "index")
    kept = unpacked(index["responses"]["kept"], "uint32")
    best = np.max([subject.r[model] for model in subject.models], axis=0)
    assert sorted(best[kept]) == sorted(np.sort(best)[-40:])
    found, scale = responses(scripts, index, "predicted-1")
    assert (np.abs(found - subject.predicted["c"][:, kept]) <= scale / 254 + 1e-5).all()
    assert len(unpacked(loaded(scripts, "map-0")["r"], "int16")) == len(subject.r["z"])


def test_labels_with_odd_letters_are_text(tmp_path):
    subject = write_viewed_subject(
        tmp_path / "tables", subject='s"<1>', stimuli=["a</script>'b", "ü/猫", 'c"d'], regions=["<V1>", "É"]
    )
    scripts = view(subject, tmp_path / "odd")
    index = loaded(scripts, "index")
    assert index["responses"]["stimuli"] == sorted(["a</script>'b", "ü/猫", 'c"d'])
    assert set(index["regions"]) == {"all", "<V1>", "É"}


def test_data_in_mni_have_a_surface_with_the_voxels_under_it(tmp_path):
    affine = np.array([[24.0, 0, 0, -72], [0, 24, 0, -100], [0, 0, 24, -50], [0, 0, 0, 1]])
    subject = write_viewed_subject(tmp_path / "tables", affine=affine)
    # Only voxels inside the template: the data set is refused otherwise.
    scripts = view(subject, tmp_path / "sub-01", space="MNI152NLin2009cAsym")
    assert loaded(scripts, "index")["surface"]
    stored = loaded(scripts, "surface")
    voxel = unpacked(stored["voxel"], "int32")
    assert len(voxel) == 2 * 10242
    left, right = (
        subject.indices[half[half >= 0]] @ affine[:3, :3].T + affine[:3, 3] for half in np.split(voxel, 2)
    )
    assert left[:, 0].mean() < -15 < 15 < right[:, 0].mean()
    for side in ("left", "right"):
        points = unpacked(stored[side]["points"], "int16").reshape(-1, 3)
        faces = unpacked(stored[side]["faces"], "uint16").reshape(-1, 3)
        assert points.shape == (10242, 3)
        assert faces.max() == 10241
        edges = points[faces[:, 0]] / 100 - points[faces[:, 1]] / 100
        assert np.linalg.norm(edges, axis=1).max() < 15


def test_voxels_without_places_have_regions_and_responses(tmp_path):
    subject = write_viewed_subject(tmp_path / "tables")
    count = len(subject.indices)
    column = np.stack([np.arange(count), np.zeros(count, int), np.zeros(count, int)], axis=1)
    write_grid(tmp_path / "tables/voxels.parquet", column, (count, 1, 1), np.eye(4), roi=subject.regions)
    scripts = view(subject, tmp_path / "sub-01", space=None)
    index = loaded(scripts, "index")
    assert "shape" not in index
    assert unpacked(index["indices"], "uint32").tolist() == list(range(count))
    assert (scripts / "measured/0-0.js").exists()


def test_predictions_of_other_stimuli_are_refused(tmp_path):
    subject = write_viewed_subject(tmp_path / "tables")
    path = subject.path("z-predictions")
    table = ENCODING_PREDICTIONS.read(path)
    ENCODING_PREDICTIONS.write(table.slice(1), path)
    ENCODING_PREDICTIONS.write(
        ENCODING_PREDICTIONS.read(subject.path("c-predictions")).slice(1), subject.path("c-predictions")
    )
    with pytest.raises(DataError, match="test stimuli of the predictions"):
        view(subject, tmp_path / "sub-01")
    ENCODING_PREDICTIONS.write(table, path)
    with pytest.raises(DataError, match="test stimuli of the other models"):
        view(subject, tmp_path / "sub-01")
    assert not (tmp_path / "sub-01").exists()


def test_a_model_without_predictions_is_refused(subject, tmp_path):
    options = subject.options(tmp_path / "sub-01")
    options.remove(subject.path("c-predictions"))
    with pytest.raises(ConfigError, match="a table of each of z, c"):
        brain_view.main(options)
