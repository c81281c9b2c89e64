"""Single precision on a GPU is that of a CPU, though convolutions may round to TensorFloat-32 by default."""

import numpy as np
import pytest
import torch
from tests.support.pretrained_models import made_up_weights

from cortex2image.device import choose_device
from cortex2image.features.latents import image_latents
from cortex2image.judges.pretrained_judges import PretrainedJudge
from cortex2image.judges.pretrained_networks import architecture
from cortex2image.networks.judge_specs import PRETRAINED_JUDGES
from cortex2image.networks.load import load_diffusion

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.usefixtures("gpu"),
]

[ALEXNET] = [spec for spec in PRETRAINED_JUDGES if spec.name == "alexnet_mindeye"]


@pytest.fixture(autouse=True)
def tf32(monkeypatch):
    """What another library may have switched on before."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    monkeypatch.setattr(torch.backends.cuda.matmul, "allow_tf32", True)


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)


def check_alike(on_gpu, on_cpu):
    assert np.abs(on_gpu - on_cpu).max() < 1e-4 * on_cpu.std()


def test_latents_of_pictures(tiny_model_set, pictures):
    on_cpu, on_gpu = (image_latents(load_diffusion(tiny_model_set, d), pictures) for d in ("cpu", "cuda"))
    check_alike(on_gpu, on_cpu)


def features(device, pictures):
    place, network = choose_device(device), architecture(ALEXNET.kind)
    network.load_state_dict(made_up_weights(network.state_dict()), assign=True)
    return PretrainedJudge(ALEXNET, network.to(place).eval(), place).features(pictures)


def test_features_of_a_judge(pictures):
    on_cpu, on_gpu = (features(device, pictures) for device in ("cpu", "cuda"))
    for layer in ALEXNET.layers:
        check_alike(on_gpu[layer], on_cpu[layer])
