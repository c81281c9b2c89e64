"""Judges: networks that look at pictures and took no part in making them.

They take pictures as uint8 (n, H, W, 3) of any size and resize them to their own, by Lanczos with
antialiasing; pictures of that size stay as they are.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.errors import ConfigError
from cortex2image.models.checksums import verify
from cortex2image.models.compat import ensure_torchvision
from cortex2image.models.judge_architectures import ARCHITECTURES
from cortex2image.models.judge_network import JudgeNetwork
from cortex2image.models.judge_specs import JudgeSpec
from cortex2image.models.parts import read_network, read_tokenizer
from cortex2image.models.pixels import squares, to_tensor
from cortex2image.models.registry import ModelSet

BATCH = 128


class SceneJudge:
    """A classifier of scenes, the part AlexNet and Inception play for photographs."""

    def __init__(self, name: str, layers: tuple[str, ...], network: JudgeNetwork, device: torch.device):
        self.name, self.layers, self.device = name, layers, device
        self.network = network.to(device).requires_grad_(False)

    def features(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return the float32 (n, d) features of pictures by layer, flattened in C order."""
        outputs = [self._outputs(batch) for batch in _batches(images)]
        return {layer: np.concatenate([_flat(output[layer]) for output in outputs]) for layer in self.layers}

    def category_probabilities(self, images: np.ndarray) -> tuple[list[str], np.ndarray]:
        """Return the names of the categories, and float32 (n, categories): how likely each is in a picture.

        A picture may hold several categories, or none: the probabilities of a row need not add up to 1.
        """
        logits = [self._outputs(batch)["category"] for batch in _batches(images)]
        return list(self.network.categories), _flat(torch.cat(logits).sigmoid())

    @torch.inference_mode()
    def _outputs(self, images: np.ndarray) -> dict[str, torch.Tensor]:
        pixels = to_tensor(squares(images, self.network.image_size))
        return self.network(pixels.to(self.device))


class ClipJudge:
    """The image tower of CLIP, and its text tower for zero-shot comparison.

    Parameters
    ----------
    network, tokenizer : transformers.CLIPModel, CLIPTokenizer
    mean, deviation : three numbers each
        Of the red, green and blue values in [0, 1] that the network was trained on.
    """

    def __init__(
        self,
        name: str,
        layers: tuple[str, ...],
        network: Any,
        tokenizer: Any,
        mean: Sequence[float],
        deviation: Sequence[float],
    ):
        self.name, self.layers, self.network, self.tokenizer = name, layers, network, tokenizer
        self.mean, self.deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in (mean, deviation))

    def features(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return `embeds`, the float32 (n, d) projected embeddings of pictures, not normalised."""
        return {"embeds": np.concatenate([self._embeds(batch) for batch in _batches(images)])}

    @torch.inference_mode()
    def text_features(self, captions: Sequence[str]) -> np.ndarray:
        """Return the projected embeddings of captions, float32 (n, d), not normalised."""
        length = self.network.config.text_config.max_position_embeddings
        tokens = self.tokenizer(
            list(captions), padding="max_length", max_length=length, truncation=True, return_tensors="pt"
        )
        pooled = self.network.text_model(input_ids=tokens.input_ids.to(self.network.device)).pooler_output
        return _flat(self.network.text_projection(pooled))

    @torch.inference_mode()
    def _embeds(self, images: np.ndarray) -> np.ndarray:
        pixels = to_tensor(squares(images, self.network.config.vision_config.image_size))
        normalised = ((pixels - self.mean) / self.deviation).to(self.network.device)
        return _flat(self.network.visual_projection(self.network.vision_model(normalised).pooler_output))


def load_judge(model_set: ModelSet, name: str, device: str = "auto") -> SceneJudge | ClipJudge:
    """Load one judge of a model set, in float32, after checking every file of the set.

    Raises
    ------
    ConfigError
        The set has no judge of that name, or the device is not there.
    ModelSetError
        A file is missing, altered, pickled or not listed, or does not hold this judge.
    """
    specs = {judge.name: judge for judge in model_set.judges}
    if name not in specs:
        expected = f"one of {', '.join(specs)}"
        raise ConfigError(f"judge of model set {model_set.name}", expected, name, "correct the name")
    spec, place = specs[name], choose_device(device)
    verify(model_set, (spec.folder, "tokenizer"))
    if spec.kind == "clip":
        return _load_clip(model_set.folder, spec, place)
    network = ARCHITECTURES[spec.kind].load(model_set.folder / spec.folder)
    return SceneJudge(name, spec.layers, network, place)


def _load_clip(root: Path, spec: JudgeSpec, device: torch.device) -> ClipJudge:
    ensure_torchvision()
    from transformers import CLIPModel

    network = read_network(CLIPModel, root / spec.folder, device)
    tokenizer = read_tokenizer(root / "tokenizer", network.config.text_config.vocab_size)
    pixels = json.loads((root / spec.folder / "preprocessor_config.json").read_text())
    return ClipJudge(spec.name, spec.layers, network, tokenizer, pixels["image_mean"], pixels["image_std"])


def _batches(images: np.ndarray) -> Iterator[np.ndarray]:
    return (images[first : first + BATCH] for first in range(0, len(images), BATCH))


def _flat(tensor: torch.Tensor) -> np.ndarray:
    return tensor.flatten(1).float().cpu().numpy()
