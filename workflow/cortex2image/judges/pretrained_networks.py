"""The networks that judge photographs: architectures of torchvision with weights from a model set."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from cortex2image.errors import ModelSetError
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import check_tensors, read_tensors
from cortex2image.networks.judge_specs import Kind

FIX = "fetch the model set again (snakemake download_models), or restore this file"
COUNTER = "num_batches_tracked"


def weights_file(folder: Path) -> Path:
    """Return the file of weights in the folder of a network, e.g. ``alexnet/alexnet.safetensors``."""
    return folder / f"{folder.name}.safetensors"


def architecture(kind: Kind) -> nn.Module:
    """Return a network of torchvision without weights: its tensors have shapes but no memory.

    The classifiers of ImageNet keep their last layers, so that a file of published weights fits tensor by
    tensor. SwAV is a ResNet-50 that was trained without a classifier. DINO, a vision transformer without one,
    gives the state of its class token after the last block, before the last normalisation, as DreamSim
    takes it.
    """
    ensure_torchvision()
    with torch.device("meta"):
        return _BUILDERS[kind]()


def _alexnet() -> nn.Module:
    from torchvision.models import alexnet

    network: nn.Module = alexnet(weights=None)
    return network


def _inception_v3() -> nn.Module:
    from torchvision.models import inception_v3

    # The weights expect colours in [-1, 1]; torchvision rescales only for weights that it fetches itself.
    network: nn.Module = inception_v3(weights=None, transform_input=True, init_weights=False)
    return network


def _efficientnet_b1() -> nn.Module:
    from torchvision.models import efficientnet_b1

    network: nn.Module = efficientnet_b1(weights=None)
    return network


def _swav_resnet50() -> nn.Module:
    from torchvision.models import resnet50

    network: nn.Module = resnet50(weights=None)
    network.fc = nn.Identity()
    return network


def _dino_vitb16() -> nn.Module:
    from torchvision.models import vit_b_16

    network = vit_b_16(weights=None)
    network.encoder.ln = nn.Identity()
    network.heads = nn.Identity()
    plain: nn.Module = network
    return plain


_BUILDERS: dict[Kind, Callable[[], nn.Module]] = {
    "alexnet": _alexnet,
    "inception_v3": _inception_v3,
    "efficientnet_b1": _efficientnet_b1,
    "swav_resnet50": _swav_resnet50,
    "dino_vitb16": _dino_vitb16,
}


def check_weights(weights: dict[str, torch.Tensor], network: nn.Module, where: object) -> None:
    """Check that `weights` are exactly the weights of the network.

    Files from before torch 0.4.1 lack the counters of batch normalisation, which only training needs.

    Raises
    ------
    ModelSetError
        A tensor is missing, unknown, of another shape or not finite.
    """
    template = network.state_dict()
    surplus = sorted(weights.keys() - template.keys())
    if surplus:
        found = f"{len(surplus)} others, first {surplus[0]}"
        raise ModelSetError(where, f"only the tensors of one {type(network).__name__}", found, FIX)
    needed = {n: t for n, t in template.items() if n in weights or not n.endswith(COUNTER)}
    check_tensors(weights, needed, where, FIX)


def load_network(kind: Kind, folder: Path, device: torch.device) -> nn.Module:
    """Load a network in float32, in evaluation mode.

    Raises
    ------
    ModelSetError
        The file of weights is missing, damaged, or of another network.
    """
    path, network = weights_file(folder), architecture(kind)
    weights = read_tensors(path, FIX)
    check_weights(weights, network, path)
    counters = {n: torch.zeros((), dtype=torch.long) for n in network.state_dict() if n.endswith(COUNTER)}
    network.load_state_dict(counters | weights, assign=True)
    return network.float().to(device).eval().requires_grad_(False)
