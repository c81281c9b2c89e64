"""Methods draw on a GPU what they draw on a CPU."""

import numpy as np
import pytest
from tests.support.pretended_gpu import a_gpu
from tests.support.sampling import sampling
from tests.support.tiny_image_prompt import EMBEDDING, write_prompted_set

from cortex2image.networks.captioner import load_captioner
from cortex2image.networks.load import load_diffusion
from cortex2image.reconstruction.inputs import Tables
from cortex2image.reconstruction.series import draw_series
from cortex2image.reconstruction.studio import Studio, core_of
from cortex2image.study.methods import METHODS

pytestmark = pytest.mark.gpu

SEEDS = [5, 6, 7]
DRAWN = sampling(5, 0.8, 3.0)
WIDTHS = {"z": 64, "c": 128, "depth": 16, "e": EMBEDDING}
SETS = {"zc": "tiny_model_set", "depth": "depth_set", "caption": "captioner_set", "image_prompt": "prompted"}


@pytest.fixture(scope="module")
def prompted(tmp_path_factory):
    return write_prompted_set(tmp_path_factory.mktemp("prompted"))


def decoded(rng, models, spaces):
    plain = [space for space in spaces if space in WIDTHS]
    found = {space: rng.standard_normal((3, WIDTHS[space]), dtype=np.float32) for space in plain}
    if "blip" in spaces:
        captioner = load_captioner(models, "cpu")
        seen = rng.integers(0, 256, (3, captioner.side, captioner.side, 3), dtype=np.uint8)
        found["blip"] = captioner.states(seen)
    return found


@pytest.mark.parametrize("name", SETS)
def test_pictures(request, rng, name):
    method, models = METHODS[name], request.getfixturevalue(SETS[name])
    features = decoded(rng, models, method.decoded)

    def drawn(device):
        studio = Studio(models, DRAWN, Tables({}, {}, {}, 0), device=device)
        return core_of(method).open_painter(method, studio)(features, SEEDS)

    on_cpu = drawn("cpu")
    with a_gpu():
        on_gpu = drawn("cuda")
    assert on_gpu.captions == on_cpu.captions
    check_alike(on_gpu.pictures, on_cpu.pictures)


def test_series(rng, tiny_model_set):
    features = decoded(rng, tiny_model_set, {"z", "c"})

    def drawn(device):
        diffusion = load_diffusion(tiny_model_set, device)
        return list(draw_series(diffusion, DRAWN, (0.4, 1.0), (5,), features, SEEDS, 2))

    on_cpu = drawn("cpu")
    with a_gpu():
        on_gpu = drawn("cuda")
    for ours, theirs in zip(on_gpu, on_cpu, strict=True):
        check_alike(ours.pictures, theirs.pictures)


def check_alike(on_gpu, on_cpu):
    """Check that rounding alone tells two sets of pictures apart."""
    apart = np.abs(on_gpu.astype(int) - on_cpu)
    assert apart.max() <= 2
    assert apart.mean() < 0.01
    assert on_cpu.std() > 10
