"""Features of many pictures, read out of a network batch by batch; embeddings of texts by CLIP."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

TEXTS_AT_ONCE = 256
"""Texts that CLIP reads at a time: the five captions of a thousand pictures at once would take 6 GB."""


def batches(images: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield batches of `size` pictures; the last one may be smaller."""
    return (images[first : first + size] for first in range(0, len(images), size))


def flat(tensor: torch.Tensor) -> np.ndarray:
    """Flatten a tensor (n, ...) to a float32 array (n, d), in C order."""
    return tensor.flatten(1).float().cpu().numpy()


def gathered(outputs: Iterable[Mapping[str, torch.Tensor]], pictures: int) -> dict[str, np.ndarray]:
    """Join the outputs of all batches.

    Each batch is copied to its place at once: layers of hundreds of thousands of units are never held twice.

    Parameters
    ----------
    outputs : tensors (batch, ...) by layer, of one batch after the other
    pictures : int
        Pictures in all batches together.

    Returns
    -------
    dict of layer to float32 (pictures, d) array
    """
    features: dict[str, np.ndarray] = {}
    first = 0
    for output in outputs:
        rows = {layer: flat(tensor) for layer, tensor in output.items()}
        for layer, some in rows.items():
            if layer not in features:
                features[layer] = np.empty((pictures, some.shape[1]), np.float32)
            features[layer][first : first + len(some)] = some
        first += max(map(len, rows.values()))
    return features


@contextmanager
def recorded(network: nn.Module, nodes: Mapping[str, str]) -> Iterator[dict[str, torch.Tensor]]:
    """Yield a dict that the network fills with outputs of its modules when it runs.

    Parameters
    ----------
    network : torch.nn.Module
    nodes : mapping
        Key in the dict to the name of the module.
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


@torch.inference_mode()
def text_embeddings(network: Any, tokenizer: Any, captions: Sequence[str]) -> np.ndarray:
    """Return the projected embeddings of captions, float32 (n, d), not normalised.

    Parameters
    ----------
    network : transformers.CLIPModel
    tokenizer : transformers.CLIPTokenizer
    captions : sequence of str
        Longer ones are cut at the length the text tower was trained with.
    """
    length = network.config.text_config.max_position_embeddings
    embeddings = []
    for first in range(0, len(captions), TEXTS_AT_ONCE):
        texts = list(captions[first : first + TEXTS_AT_ONCE])
        tokens = tokenizer(
            texts, padding="max_length", max_length=length, truncation=True, return_tensors="pt"
        )
        pooled = network.text_model(input_ids=tokens.input_ids.to(network.device)).pooler_output
        embeddings.append(flat(network.text_projection(pooled)))
    return np.concatenate(embeddings)
