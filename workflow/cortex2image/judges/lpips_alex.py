"""LPIPS, a distance between pictures that was fitted to human judgements of similarity (Zhang et al. 2018).

The linear heads come with the lpips package. The AlexNet they were fitted to comes with the model set; a set
without it has no such distance.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.errors import DataError, ModelSetError
from cortex2image.judges.features import batches
from cortex2image.networks.checksums import FETCH_FIX, verify
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import check_tensors, read_tensors
from cortex2image.networks.pixels import to_tensor
from cortex2image.networks.registry import ModelSet

TRUNK = "alexnet.safetensors"
TRUNK_FIX = (
    "place the AlexNet of torchvision (weights IMAGENET1K_V1, keys features.0.weight to features.10.bias) "
    "there as safetensors and list it in SHA256SUMS, or declare no `lpips` for it in networks/registry.py"
)
BATCH = 32
COLUMNS = 2**16
"""Features of each picture that are in single precision at a time: 260 MB for a thousand originals."""
SMALLEST = 31


class LpipsAlex:
    """LPIPS version 0.1 with AlexNet.

    Parameters
    ----------
    network : lpips.LPIPS
        With the weights of its AlexNet.
    device : torch.device
    """

    name = "lpips_alex"

    def __init__(self, network: Any, device: torch.device):
        self.network, self.device = network.to(device).eval().requires_grad_(False), device

    def distances_from(self, originals: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Extract the features of the originals, and return the function that measures from them.

        LPIPS is a weighted squared difference of unit vectors (Zhang et al. 2018, equation 1), that is, a
        squared Euclidean distance of weighted vectors: each picture enters the network once. The vectors of
        the originals stay in main memory in half precision: 5.3 MB for a picture of 512 px.

        Parameters
        ----------
        originals : (n, height, width, 3) uint8 array
            At least 31 x 31 px; pictures enter the network at their own size, with values in [-1, 1].

        Returns
        -------
        function of (m, height, width, 3) uint8 pictures of the size of the originals
            Gives the (n, m) float64 distances of every original to every picture, >= 0.

        Raises
        ------
        DataError
            The pictures are smaller than AlexNet can take.
        """
        seen = torch.cat([self._vectors(some).cpu() for some in batches(originals, BATCH)])
        return lambda pictures: np.concatenate(
            [self._distances(seen, self._vectors(some)) for some in batches(pictures, BATCH)], axis=1
        )

    @torch.inference_mode()
    def _vectors(self, images: np.ndarray) -> torch.Tensor:
        """Return one vector per picture, float16 (n, width); LPIPS is the squared distance of two vectors."""
        import lpips

        if min(images.shape[1:3]) < SMALLEST:
            found, fix = f"{images.shape[2]} x {images.shape[1]} px", "use a model set that makes larger ones"
            raise DataError(self.name, f"pictures of at least {SMALLEST} x {SMALLEST} px", found, fix)
        scaled = self.network.scaling_layer(to_tensor(images).to(self.device) * 2 - 1)
        layers = zip(self.network.net(scaled), self.network.lins, strict=True)
        vectors = [
            (lpips.normalize_tensor(maps) * (head.model[-1].weight / maps[0, 0].numel()).sqrt()).flatten(1)
            for maps, head in layers
        ]
        return torch.cat(vectors, dim=1).half()

    def _distances(self, seen: torch.Tensor, vectors: torch.Tensor) -> np.ndarray:
        total = torch.zeros(len(seen), len(vectors), dtype=torch.float64)
        for a, b in zip(torch.split(seen, COLUMNS, 1), torch.split(vectors, COLUMNS, 1), strict=True):
            total += _squared_distances(a.to(self.device).float(), b.float()).cpu()
        return total.clamp(min=0).numpy()


def load_lpips(model_set: ModelSet, device: str = "auto") -> LpipsAlex | None:
    """Load LPIPS with the AlexNet of a model set, in float32, after checking its file.

    Returns
    -------
    LpipsAlex, or None where the set declares no AlexNet

    Raises
    ------
    ModelSetError
        The AlexNet is declared but missing, altered, or not one.
    ConfigError
        The device is not there.
    """
    if model_set.lpips is None:
        return None
    verify(model_set, (model_set.lpips,))
    fix = FETCH_FIX if model_set.fetched else TRUNK_FIX
    path = model_set.folder / model_set.lpips / TRUNK
    if not path.is_file():
        raise ModelSetError(path, "the AlexNet of LPIPS", "no such file", fix)
    ensure_torchvision()
    import lpips

    with warnings.catch_warnings():
        # lpips makes an untrained AlexNet, which is filled below, by an argument that torchvision deprecates.
        warnings.filterwarnings("ignore", category=UserWarning, module="torchvision")
        network = lpips.LPIPS(net="alex", version="0.1", pretrained=True, pnet_rand=True, verbose=False)
    network.net.load_state_dict(_read_trunk(path, network.net.state_dict(), fix))
    return LpipsAlex(network, choose_device(device))


def _read_trunk(path: Path, template: dict[str, torch.Tensor], fix: str) -> dict[str, torch.Tensor]:
    """Read weights by the names of torchvision (features.0.weight); return them by the names of lpips."""
    sources = {name: f"features.{name.split('.', 1)[1]}" for name in template}
    weights = read_tensors(path, fix)
    check_tensors(weights, {sources[name]: t for name, t in template.items()}, path, fix)
    return {name: weights[source].float() for name, source in sources.items()}


def _squared_distances(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    # The squares of similar pictures would cancel, so the mean of the originals is subtracted first.
    centre = a.mean(dim=0)
    a, b = a - centre, b - centre
    return a.square().sum(1)[:, None] + b.square().sum(1) - 2 * a @ b.T
