"""The step that compares the models of a family, on a tiny subject."""

import numpy as np
import pytest
from tests.support.joint_subject import encode_alone, write_joint_subject, write_layers

from cortex2image.encoding.preference import decided
from cortex2image.steps.best_model import counts, main
from cortex2image.tables.results import ENCODING, PREFERRED

pytestmark = pytest.mark.filterwarnings("ignore:ridge")


def test_layers_that_voxels_respond_to_are_the_best_with_a_margin(tmp_path, capsys):
    paths = write_joint_subject(tmp_path)
    layers = write_layers(tmp_path, paths)
    encodings = []
    for space, path in layers.items():
        folder = tmp_path / space
        folder.mkdir()
        encodings += encode_alone(folder, paths | {space: path}, [space])
    preferred = str(tmp_path / "best.parquet")
    main(
        [
            *("--subject", "sub-01", "--family", "layers-n0.8-t8", "--voxels", paths["voxels"]),
            *("--encoding", *encodings),
            *("--resamples", *(path.replace(".parquet", "-resamples.parquet") for path in encodings)),
            *("--preferred", preferred),
        ]
    )
    table, names = PREFERRED.read(preferred), list(layers)
    best = table.column("best").to_pylist()
    assert best[:4] == [names[0]] * 4
    assert best[4:8] == [names[1]] * 4
    assert decided(table)[:8].all()
    assert decided(table)[12:].sum() <= 1
    r = np.array([ENCODING.read(path).column("r").to_numpy() for path in encodings])
    np.testing.assert_array_equal(table.column("r").to_numpy(), r.max(axis=0))
    np.testing.assert_allclose(
        table.column("margin").to_numpy(), -np.diff(np.sort(r, axis=0)[::-1][:2], axis=0)[0]
    )
    said = capsys.readouterr().err
    assert f"{int(decided(table).sum())} of 15 voxels have a best model" in said


def test_counts_name_every_model():
    words = counts(np.array(["a", "b"]), np.array(["b", "b", "a"]), 9)
    assert words.startswith("3 of 9 voxels")
    assert words.endswith("(a 1, b 2)")
