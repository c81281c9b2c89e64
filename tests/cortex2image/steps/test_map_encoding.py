"""Maps read back voxel by voxel and vertex by vertex."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import apply_affine
from nilearn.datasets import load_mni152_brain_mask
from tests.support.encoding_tables import write_grid
from tests.support.studies import as_option
from tests.support.tiny_subject import AFFINE, SHAPE, write_voxels

from cortex2image.encoding.fsaverage import VERTICES5
from cortex2image.errors import ConfigError, DataError
from cortex2image.steps.map_encoding import main
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING

FDR = 0.05


def write_encoding(path: Path, voxels: int, significant: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Write r from -0.5 to 0.9, the upper half significant; return r and which are."""
    r = np.linspace(-0.5, 0.9, voxels)
    q = np.where(r > 0.2, 0.01 if significant else 0.05, 0.6)
    same = {column.name: np.full(voxels, 0.5) for column in ENCODING.columns}
    ENCODING.write({**same, "voxel_id": range(voxels), "r": r, "q": q}, path, test_stimuli=33)
    return r, q < FDR


def options(folder: Path, *more: str, **dataset: object) -> list[str]:
    """Return the command line of the step in a folder; GIFTI files are asked for if `more` names them."""
    names = {"voxels": "voxels.parquet", "encoding": "encoding.parquet", "map": "map.nii.gz"}
    names |= {"significant": "map-significant.nii.gz", "description": "map.json"}
    paths = [part for name, path in names.items() for part in (f"--{name}", str(folder / path))]
    settings = as_option(dataset={"reader": "bids", "space": "T1w", **dataset}, encode={"fdr": FDR})
    return ["--subject", "sub-01", "--models", "z", *paths, *settings, *more]


def hemispheres(folder: Path) -> list[str]:
    return ["--left", str(folder / "lh.func.gii"), "--right", str(folder / "rh.func.gii")]


def test_every_voxel_lies_where_its_indices_say_in_the_subjects_space(tmp_path):
    write_voxels(str(tmp_path / "voxels.parquet"))
    r, _ = write_encoding(tmp_path / "encoding.parquet", 15)
    main(options(tmp_path))
    image = nib.load(tmp_path / "map.nii.gz")
    volume = image.get_fdata(dtype=np.float32)
    assert image.shape == SHAPE
    voxels = VOXELS.read(tmp_path / "voxels.parquet")
    ijk = np.column_stack([voxels.column(axis).to_numpy() for axis in "ijk"])
    for voxel, value in zip(ijk, r, strict=True):
        world = (AFFINE @ [*voxel, 1])[:3]
        found = np.rint(apply_affine(np.linalg.inv(image.affine), world)).astype(int)
        assert volume[tuple(found)] == np.float32(value)
    assert np.isfinite(volume).sum() == 15
    assert (int(image.header["sform_code"]), image.header.get_xyzt_units()[0]) == (1, "mm")
    assert b"model z" in image.header["descrip"].item()


def test_voxels_that_are_not_significant_are_0_inside_the_mask(tmp_path):
    write_voxels(str(tmp_path / "voxels.parquet"))
    _, significant = write_encoding(tmp_path / "encoding.parquet", 15)
    main(options(tmp_path))
    every, some = (nib.load(tmp_path / f"map{end}.nii.gz").get_fdata() for end in ("", "-significant"))
    np.testing.assert_array_equal(np.isnan(every), np.isnan(some))
    assert (some[np.isfinite(some)] != 0).sum() == significant.sum()
    kept = np.nan_to_num(some) != 0
    np.testing.assert_array_equal(some[kept], every[kept])


def test_a_map_without_significant_voxels_is_written_and_says_so(tmp_path):
    write_voxels(str(tmp_path / "voxels.parquet"))
    write_encoding(tmp_path / "encoding.parquet", 15, significant=False)
    main(options(tmp_path))
    facts = json.loads((tmp_path / "map.json").read_text())
    assert (facts["SignificantVoxels"], facts["Voxels"], facts["TestStimuli"]) == (0, 15, 33)
    assert facts["Threshold"].startswith("q < 0.05")
    assert np.nanmax(np.abs(nib.load(tmp_path / "map-significant.nii.gz").get_fdata())) == 0


@pytest.mark.parametrize(("vertices", "kind"), [(32766, nib.Nifti1Image), (327684, nib.Nifti2Image)])
def test_a_surface_has_a_row_and_a_file_of_each_hemisphere(tmp_path, vertices, kind):
    chosen = np.linspace(0, vertices - 1, 15).astype(int)
    indices = np.column_stack([chosen, np.zeros((15, 2), int)])
    sides = np.where(chosen < vertices // 2, "left", "right")
    write_grid(tmp_path / "voxels.parquet", indices, (vertices, 1, 1), np.eye(4), hemisphere=sides)
    r, _ = write_encoding(tmp_path / "encoding.parquet", 15)
    main(options(tmp_path, *hemispheres(tmp_path), reader="nsd", space="fsaverage"))
    image = nib.load(tmp_path / "map.nii.gz")
    assert type(image) is kind
    values = image.get_fdata(dtype=np.float32)[:, 0, 0]
    np.testing.assert_allclose(values[chosen], r, rtol=1e-6)
    assert np.isfinite(values).sum() == 15
    both = [nib.load(tmp_path / f"{side}.func.gii") for side in ("lh", "rh")]
    assert [image.meta["AnatomicalStructurePrimary"] for image in both] == ["CortexLeft", "CortexRight"]
    assert [len(image.agg_data()) for image in both] == [vertices // 2] * 2
    np.testing.assert_array_equal(np.concatenate([image.agg_data() for image in both]), values)


def brain(folder: Path) -> np.ndarray:
    """Write the voxels of the template's brain on its own grid; return r, their height in the brain."""
    mask = load_mni152_brain_mask(resolution=4)
    indices = np.argwhere(np.asarray(mask.dataobj) > 0)
    write_grid(folder / "voxels.parquet", indices, mask.shape, mask.affine)
    height = apply_affine(mask.affine, indices)[:, 2]
    same = {column.name: np.full(len(indices), 0.01) for column in ENCODING.columns}
    table = same | {"voxel_id": np.arange(len(indices)), "r": height}
    ENCODING.write(table, folder / "encoding.parquet")
    return height


@pytest.mark.parametrize("space", ["MNI152NLin2009cAsym:res-2", "T1w"])
def test_volumes_reach_fsaverage5_in_the_template_or_by_a_matrix(tmp_path, space):
    brain(tmp_path)
    np.savetxt(tmp_path / "sub-01.txt", np.eye(4))
    matrix = [] if space.startswith("MNI") else ["--to-mni", str(tmp_path / "sub-01.txt")]
    main(options(tmp_path, *hemispheres(tmp_path), *matrix, space=space))
    for side in ("lh", "rh"):
        height = nib.load(tmp_path / f"{side}.func.gii").agg_data()
        assert len(height) == VERTICES5
        assert np.isfinite(height).mean() > 0.95
        assert np.nanmin(height) < -30
        assert np.nanmax(height) > 60
    code = int(nib.load(tmp_path / "map.nii.gz").header["sform_code"])
    assert code == (4 if space.startswith("MNI") else 1)


@pytest.mark.parametrize(("name", "shift"), [("sub-02.txt", 0), ("sub-01.txt", 90)])
def test_a_matrix_of_another_subject_leaves_no_map(tmp_path, name, shift):
    brain(tmp_path)
    matrix = np.eye(4)
    matrix[2, 3] = shift
    np.savetxt(tmp_path / name, matrix)
    with pytest.raises(DataError, match=name):
        main(options(tmp_path, *hemispheres(tmp_path), "--to-mni", str(tmp_path / name)))
    assert not list(tmp_path.glob("*.nii.gz")) + list(tmp_path.glob("*.gii"))


def test_tables_of_other_voxels_are_refused(tmp_path):
    write_voxels(str(tmp_path / "voxels.parquet"))
    write_encoding(tmp_path / "encoding.parquet", 14)
    with pytest.raises(DataError, match="15 voxels as in"):
        main(options(tmp_path))
    assert not list(tmp_path.glob("*.nii.gz"))


def test_every_model_has_its_maps(tmp_path):
    write_voxels(str(tmp_path / "voxels.parquet"))
    numbers = {}
    for model in ("z", "c"):
        write_encoding(tmp_path / f"{model}.parquet", 15, significant=model == "z")
    named = {
        "encoding": "{}.parquet",
        "map": "{}.nii.gz",
        "significant": "{}-s.nii.gz",
        "description": "{}.json",
    }
    lists = [
        part
        for option, name in named.items()
        for part in (f"--{option}", *(str(tmp_path / name.format(model)) for model in ("z", "c")))
    ]
    settings = as_option(dataset={"reader": "bids", "space": "T1w"}, encode={"fdr": FDR})
    given = ["--subject", "sub-01", "--models", "z", "c", "--voxels", str(tmp_path / "voxels.parquet")]
    main([*given, *lists, *settings])
    for model in ("z", "c"):
        facts = json.loads((tmp_path / f"{model}.json").read_text())
        numbers[facts["Model"]] = facts["SignificantVoxels"]
    assert numbers["z"] > 0
    assert numbers["c"] == 0
    with pytest.raises(ConfigError, match="3 files of each kind"):
        main([*given[:5], "zc", *given[5:], *lists, *settings])
