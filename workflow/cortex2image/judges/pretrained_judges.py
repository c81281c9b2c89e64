"""Judges of photographs: networks trained by others, read out where the literature reads them out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from cortex2image.errors import ModelSetError
from cortex2image.judges.clip_texts import text_embeddings
from cortex2image.judges.features import batches, gathered
from cortex2image.judges.pretrained_pixels import prepared
from cortex2image.networks.judge_specs import PhotoSpec

BATCH = 32


class PhotoJudge:
    """A network, looked through as one family of metrics does.

    Parameters
    ----------
    spec : PhotoSpec
    network : torch.nn.Module
        In evaluation mode; judges of several families may share it.
    device : torch.device
        Where the network is.
    """

    def __init__(self, spec: PhotoSpec, network: nn.Module, device: torch.device):
        self.name, self.layers, self.spec = spec.name, spec.layers, spec
        self.network, self.device = network, device

    def features(self, images: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Return the float32 (n, d) features of square uint8 pictures by layer, flattened in C order.

        Only of `layers` where they are named: one may take a million numbers per picture.
        """
        wanted = self.layers if layers is None else layers
        return gathered((self._outputs(batch, wanted) for batch in batches(images, BATCH)), len(images))

    @torch.inference_mode()
    def _outputs(self, images: np.ndarray, layers: Sequence[str]) -> dict[str, torch.Tensor]:
        nodes = dict(zip(self.layers, self.spec.nodes, strict=True))
        with recorded(self.network, {layer: nodes[layer] for layer in layers}) as outputs:
            self._look(prepared(images, self.spec.preparation, self.device))
        return {layer: outputs[layer] for layer in layers}

    def _look(self, pixels: torch.Tensor) -> None:
        self.network(pixels)


class PhotoClip(PhotoJudge):
    """The image tower of a CLIP, and its text tower.

    Parameters
    ----------
    spec, network, device : see :class:`PhotoJudge`
        The network is a ``transformers.CLIPModel``.
    tokenizer : transformers.CLIPTokenizer
    """

    network: Any

    def __init__(self, spec: PhotoSpec, network: Any, device: torch.device, tokenizer: Any):
        super().__init__(spec, network, device)
        self.tokenizer = tokenizer

    def text_features(self, captions: Sequence[str]) -> np.ndarray:
        """Return the projected embeddings of captions, float32 (n, d), not normalised."""
        return text_embeddings(self.network, self.tokenizer, captions)

    def _look(self, pixels: torch.Tensor) -> None:
        self.network.visual_projection(self.network.vision_model(pixels).pooler_output)


def check_tower(spec: PhotoSpec, network: Any, folder: Path) -> None:
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


@contextmanager
def recorded(network: nn.Module, nodes: Mapping[str, str]) -> Iterator[dict[str, torch.Tensor]]:
    """Yield a dict that fills with the outputs of modules as the network runs.

    Parameters
    ----------
    network : torch.nn.Module
    nodes : mapping
        Name of an output to the name of the module that gives it.
    """
    outputs: dict[str, torch.Tensor] = {}
    hooks = [
        network.get_submodule(node).register_forward_hook(_keeper(outputs, layer))
        for layer, node in nodes.items()
    ]
    try:
        yield outputs
    finally:
        for hook in hooks:
            hook.remove()


def _keeper(outputs: dict[str, torch.Tensor], layer: str) -> Callable[[nn.Module, Any, Any], None]:
    def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
        outputs[layer] = output[0] if isinstance(output, tuple) else output

    return keep
