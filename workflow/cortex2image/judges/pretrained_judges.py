"""Judges of photographs: published networks, with input and read-out layers as in the literature."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from cortex2image.errors import ModelSetError
from cortex2image.judges.features import batches, gathered, recorded, text_embeddings
from cortex2image.networks.judge_specs import Preparation, PretrainedSpec
from cortex2image.networks.pixels import to_tensor

BATCH = 32
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


class PretrainedJudge:
    """A published network as one family of metrics uses it: its input, its layers.

    Parameters
    ----------
    spec : PretrainedSpec
    network : torch.nn.Module
        In evaluation mode; judges of several families may share one network.
    device : torch.device
        Where the network is.
    """

    def __init__(self, spec: PretrainedSpec, network: nn.Module, device: torch.device):
        self.name, self.layers, self.spec = spec.name, spec.layers, spec
        self.network, self.device = network, device

    def features(self, images: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Return the float32 (n, d) features of square uint8 pictures by layer, flattened in C order.

        `layers` restricts them: a layer may have a million numbers per picture.
        """
        wanted = self.layers if layers is None else layers
        return gathered((self._outputs(batch, wanted) for batch in batches(images, BATCH)), len(images))

    @torch.inference_mode()
    def _outputs(self, images: np.ndarray, layers: Sequence[str]) -> dict[str, torch.Tensor]:
        nodes = dict(zip(self.layers, self.spec.nodes, strict=True))
        with recorded(self.network, {layer: nodes[layer] for layer in layers}) as outputs:
            self._run(prepared(images, self.spec.preparation, self.device))
        return {layer: outputs[layer] for layer in layers}

    def _run(self, pixels: torch.Tensor) -> None:
        self.network(pixels)


class PretrainedClassifier(PretrainedJudge):
    """A published network that assigns pictures to the classes of ImageNet; parameters as above."""

    @property
    def classes(self) -> int:
        """Return the number of classes."""
        return self.spec.classes

    @torch.inference_mode()
    def class_probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the probability of each class in each picture, float64 (n, classes); rows add up to 1."""
        inputs = (prepared(some, self.spec.preparation, self.device) for some in batches(images, BATCH))
        logits = torch.cat([self.network(pixels) for pixels in inputs])
        probabilities: np.ndarray = logits.double().softmax(dim=1).cpu().numpy()
        return probabilities


class PretrainedClip(PretrainedJudge):
    """The image tower of a CLIP, and its text tower.

    Parameters
    ----------
    spec, network, device : see :class:`PretrainedJudge`
        The network is a ``transformers.CLIPModel``.
    tokenizer : transformers.CLIPTokenizer
    """

    network: Any

    def __init__(self, spec: PretrainedSpec, network: Any, device: torch.device, tokenizer: Any):
        super().__init__(spec, network, device)
        self.tokenizer = tokenizer

    def text_features(self, captions: Sequence[str]) -> np.ndarray:
        """Return the projected embeddings of captions, float32 (n, d), not normalised."""
        return text_embeddings(self.network, self.tokenizer, captions)

    def _run(self, pixels: torch.Tensor) -> None:
        self.network.visual_projection(self.network.vision_model(pixels).pooler_output)


def check_tower(spec: PretrainedSpec, network: Any, folder: Path) -> None:
    """Check that a ``transformers.CLIPModel`` is the one a judge is named after.

    Raises
    ------
    ModelSetError
        Its image tower has other sizes.
    """
    for setting, expected in spec.tower:
        found = getattr(network.config.vision_config, setting)
        if found != expected:
            fix = "fetch the model set again (snakemake download_models): this is another CLIP"
            where = f"{folder}, {setting} of the image tower"
            raise ModelSetError(where, f"{expected}, as {spec.weights} has", str(found), fix)


def prepared(images: np.ndarray, preparation: Preparation, device: torch.device) -> torch.Tensor:
    """Resize and normalise pictures as the network was trained to see them.

    Parameters
    ----------
    images : uint8 (n, side, side, 3)
    preparation : Preparation
    device : torch.device

    Returns
    -------
    float32 tensor (n, 3, size, size) on the device
    """
    if preparation.antialias:
        pixels = to_tensor(np.stack([_by_pil(image, preparation) for image in images])).to(device)
    else:
        pixels = _by_torch(to_tensor(images).to(device), preparation)
    mean, deviation = (
        torch.tensor(values, device=device).view(1, 3, 1, 1)
        for values in (preparation.mean, preparation.deviation)
    )
    return (pixels - mean) / deviation


def _by_pil(image: np.ndarray, preparation: Preparation) -> np.ndarray:
    picture = Image.fromarray(image)
    for size in preparation.sizes:
        picture = picture.resize((size, size), FILTERS[preparation.interpolation])
    return np.asarray(picture)


def _by_torch(pixels: torch.Tensor, preparation: Preparation) -> torch.Tensor:
    for size in preparation.sizes:
        pixels = functional.interpolate(
            pixels, (size, size), mode=preparation.interpolation, align_corners=False, antialias=False
        )
    return pixels
