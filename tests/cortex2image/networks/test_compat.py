import importlib.util
import os
import subprocess
import sys

import pytest

from cortex2image.networks.compat import SPARED, ensure_torchvision, spared


def test_torchvision_imports_afterwards_and_the_answer_repeats():
    first = ensure_torchvision()
    assert first in {"native", "shimmed"}
    assert ensure_torchvision() == first
    import torchvision.transforms.functional

    assert torchvision.transforms.functional.hflip is not None


def test_what_needs_torchvision_imports():
    ensure_torchvision()
    from transformers import CLIPModel

    assert CLIPModel.__name__ == "CLIPModel"


def test_libraries_find_nothing_that_is_spared_and_everybody_else_finds_it_again():
    import scipy

    with spared():
        assert [importlib.util.find_spec(name) for name in SPARED] == [None, None]
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("torchvision")
    assert sys.modules["scipy"] is scipy
    ensure_torchvision()
    assert all(importlib.util.find_spec(name) for name in SPARED)


def test_a_model_set_is_loaded_without_what_is_spared(tiny_model_set):
    """In a process of its own, as a step loads it; the networks are the same in any case."""
    program = f"""
import sys
from pathlib import Path
from cortex2image.networks.load import load_diffusion
from tests.support.tiny_models import tiny_description
load_diffusion(tiny_description(Path({str(tiny_model_set.folder)!r})), "cpu")
print(*[name for name in {SPARED!r} if name in sys.modules])
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
