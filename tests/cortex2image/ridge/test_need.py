"""The form that is decomposed, by cost; sizes without torch."""

import subprocess
import sys

import pytest

from cortex2image.ridge.need import prefers_dual


@pytest.mark.parametrize(
    ("rows", "columns", "scaled_folds", "dual"),
    [
        (100, 99, 0, False),
        (100, 100, 0, True),
        (100, 5000, 5, True),
        (2000, 2001, 5, False),
        (2000, 2001, 0, True),
    ],
)
def test_the_cheaper_form_is_decomposed(rows, columns, scaled_folds, dual):
    assert prefers_dual(rows, columns, scaled_folds) == dual


def test_plans_need_no_torch():
    script = "import sys, cortex2image.ridge.planning; print('torch' in sys.modules)"
    run = [sys.executable, "-c", script]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    seen = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "False"
