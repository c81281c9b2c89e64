import os
import subprocess
import sys

import pytest

from cortex2image.networks.compat import SPARED, ensure_torchvision


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
    printed = outcome("""
import importlib.util, sys, scipy
from cortex2image.networks.compat import SPARED, ensure_torchvision, spared
with spared():
    import diffusers
    print(*[importlib.util.find_spec(name) for name in SPARED], diffusers.utils.is_scipy_available())
print(sys.modules["scipy"] is scipy)
ensure_torchvision()
print(all(importlib.util.find_spec(name) for name in SPARED))
with spared():
    from diffusers import AutoencoderKL
    print(importlib.util.find_spec("scipy"))
""")
    assert printed == ["None None False", "True", "True", "None"]


@pytest.mark.parametrize("library", ["diffusers", "transformers", "diffusers.utils, transformers.utils"])
def test_what_a_library_has_seen_before_stays_in_sight(library):
    """A notebook that imported diffusers of its own accord goes on with modules diffusers loads later."""
    printed = outcome(f"""
import importlib.util, {library}
from cortex2image.networks.compat import SPARED, spared
with spared():
    print(all(importlib.util.find_spec(name) for name in SPARED))
    from diffusers import AutoencoderKL, DPMSolverMultistepScheduler
    from transformers import CLIPTextModel
""")
    assert printed == ["True"]


def test_a_model_set_is_loaded_without_what_is_spared(tiny_model_set):
    """In a process of its own, as a step loads it; the networks are the same in any case."""
    printed = outcome(f"""
import sys
from pathlib import Path
from cortex2image.networks.load import load_diffusion
from tests.support.tiny_models import tiny_description
load_diffusion(tiny_description(Path({str(tiny_model_set.folder)!r})), "cpu")
print(*[name for name in {SPARED!r} if name in sys.modules])
""")
    assert printed == [""]


def outcome(program: str) -> list[str]:
    """Return the lines a program prints in a process of its own, whose libraries are not imported yet."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
