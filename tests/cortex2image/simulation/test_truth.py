from pathlib import Path

import numpy as np

import cortex2image
from cortex2image.simulation.truth import Truth, load_truth, save_truth


def test_truth_comes_back_as_it_was_saved(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=(3, 2)) for name in Truth.__dataclass_fields__}
    truth = Truth(**arrays | {"kind": np.array(["early", "silent"]), "stimulus_id": np.array(["a", "b"])})
    save_truth(truth, {"seed": 1}, tmp_path / "a.npz", tmp_path / "a.json")
    loaded = load_truth(tmp_path / "a.npz")
    for name, values in vars(truth).items():
        np.testing.assert_array_equal(getattr(loaded, name), values)


def test_nothing_in_the_package_reads_the_truth():
    package = Path(cortex2image.__file__).parent
    readers = [path.name for path in package.rglob("*.py") if "load_truth" in path.read_text()]
    assert readers == ["truth.py"]
