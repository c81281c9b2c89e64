"""Steps that fit, sample or judge write on a GPU the tables of a CPU."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support import fitting_steps
from tests.support.pretended_gpu import a_gpu
from tests.support.tiny_subject import RIDGE

pytestmark = pytest.mark.gpu

FITS = [step for step in fitting_steps.STEPS if step not in {"identify_stimuli", "prefer_pictures"}]


@pytest.mark.parametrize("step", FITS)
def test_fits(tmp_path, monkeypatch, step):
    made = {}
    for device in ("cpu", "cuda"):
        folder = tmp_path / device
        folder.mkdir()
        monkeypatch.setitem(RIDGE, "device", device)
        with a_gpu():
            paths = fitting_steps.write_subject(step, folder)
            given = {*paths.values()}
            fitting_steps.STEPS[step](folder, paths)
        made[device] = {p.name: pq.read_table(p) for p in folder.glob("*.parquet") if str(p) not in given}
    assert made["cuda"].keys() == made["cpu"].keys() != set()
    for name, table in made["cuda"].items():
        check_alike(table, made["cpu"][name])


def check_alike(on_gpu: pa.Table, on_cpu: pa.Table) -> None:
    assert on_gpu.schema.equals(on_cpu.schema)
    for ours, theirs in zip(on_gpu.columns, on_cpu.columns, strict=True):
        if pa.types.is_floating(theirs.type):
            np.testing.assert_allclose(numbers(ours), numbers(theirs), rtol=1e-3, atol=1e-3)
        elif pa.types.is_list(theirs.type) or pa.types.is_fixed_size_list(theirs.type):
            check_alike(flat(ours), flat(theirs))
        else:
            assert ours.to_pylist() == theirs.to_pylist()


def flat(column: pa.ChunkedArray) -> pa.Table:
    return pa.table({"values": column.combine_chunks().flatten()})


def numbers(column: pa.ChunkedArray) -> np.ndarray:
    return np.array(column.to_pylist(), dtype=float)
