"""Judges: networks that look at pictures and took no part in making them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

from cortex2image.errors import ConfigError
from cortex2image.models.checksums import verify
from cortex2image.models.compat import ensure_torchvision
from cortex2image.models.judge_cnn import JudgeCNN
from cortex2image.models.load import choose_device
from cortex2image.models.pixels import squares, to_tensor
from cortex2image.models.registry import ModelSet

if TYPE_CHECKING:
    from transformers import CLIPModel, CLIPTokenizer

BATCH = 128


class Judge(Protocol):
    """A network that describes pictures by the activity of its layers."""

    name: str
    layers: tuple[str, ...]

    def features(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return per layer the float32 (n, d) features of pictures, uint8 (n, H, W, 3) of any size.

        Pictures are resized to the input of the network by Lanczos with antialiasing, which a picture of
        that size passes unchanged.
        """


class CnnJudge:
    """A convolutional classifier of scenes, the part AlexNet plays for photographs."""

    def __init__(self, name: str, layers: tuple[str, ...], network: JudgeCNN, device: torch.device):
        self.name, self.layers, self.network, self.device = name, layers, network, device

    def features(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """See :meth:`Judge.features`; convolutional layers are flattened in C order."""
        outputs = [self._outputs(batch) for batch in _batches(images)]
        return {
            layer: np.concatenate([_flat(output[layer]) for output in outputs]) for layer in self.layers
        }

    def category_probabilities(self, images: np.ndarray) -> tuple[list[str], np.ndarray]:
        """Return the names of the categories, and softmax probabilities as float32 (n, categories)."""
        logits = [self._outputs(batch)["category"] for batch in _batches(images)]
        return list(self.network.categories), _flat(torch.cat(logits).softmax(1))

    @torch.inference_mode()
    def _outputs(self, images: np.ndarray) -> dict[str, torch.Tensor]:
        pixels = to_tensor(squares(images, self.network.image_size))
        return self.network(pixels.to(self.device))


class ClipJudge:
    """The image tower of CLIP, and its text tower for zero-shot comparison."""

    def __init__(
        self,
        name: str,
        layers: tuple[str, ...],
        network: "CLIPModel",
        tokenizer: "CLIPTokenizer",
        device: torch.device,
    ):
        self.name, self.layers, self.network, self.device = name, layers, network, device
        self.tokenizer = tokenizer

    def features(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """See :meth:`Judge.features`; `embeds` is the projected embedding, not normalised."""
        return {"embeds": np.concatenate([self._embeds(batch) for batch in _batches(images)])}

    @torch.inference_mode()
    def text_features(self, captions: Sequence[str]) -> np.ndarray:
        """Return the projected embeddings of captions, float32 (n, d), not normalised."""
        length = self.network.config.text_config.max_position_embeddings
        tokens = self.tokenizer(
            list(captions), padding="max_length", max_length=length, truncation=True, return_tensors="pt"
        )
        pooled = self.network.text_model(input_ids=tokens.input_ids.to(self.device)).pooler_output
        return _flat(self.network.text_projection(pooled))

    @torch.inference_mode()
    def _embeds(self, images: np.ndarray) -> np.ndarray:
        from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

        pixels = to_tensor(squares(images, self.network.config.vision_config.image_size))
        mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in (OPENAI_CLIP_MEAN, OPENAI_CLIP_STD))
        normalised = ((pixels - mean) / deviation).to(self.device)
        return _flat(self.network.visual_projection(self.network.vision_model(normalised).pooler_output))


def load_judge(model_set: ModelSet, name: str, device: str = "auto") -> CnnJudge | ClipJudge:
    """Load one judge of a model set, in float32, after checking every file of the set.

    Raises
    ------
    ConfigError
        The set has no judge of that name, or the device is not there.
    ModelSetError
        A file is missing, altered or not listed.
    """
    specs = {judge.name: judge for judge in model_set.judges}
    if name not in specs:
        expected = f"one of {', '.join(specs)}"
        raise ConfigError(f"judge of model set {model_set.name}", expected, name, "correct the name")
    verify(model_set.folder)
    spec, place = specs[name], choose_device(device)
    if spec.kind == "cnn":
        return CnnJudge(name, spec.layers, _load_cnn(model_set.folder / spec.folder, place), place)
    network, tokenizer = _load_clip(model_set.folder, spec.folder)
    return ClipJudge(name, spec.layers, network.to(place), tokenizer, place)


def _load_cnn(folder: Path, device: torch.device) -> JudgeCNN:
    from safetensors.torch import load_file

    network = JudgeCNN(**json.loads((folder / "config.json").read_text()))
    network.load_state_dict(load_file(folder / "model.safetensors"))
    return network.float().to(device).eval().requires_grad_(False)


def _load_clip(root: Path, folder: str) -> tuple["CLIPModel", "CLIPTokenizer"]:
    ensure_torchvision()
    from transformers import CLIPModel, CLIPTokenizer

    network = CLIPModel.from_pretrained(
        root / folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
    )
    tokenizer = CLIPTokenizer.from_pretrained(root / "tokenizer", local_files_only=True)
    return network.eval().requires_grad_(False), tokenizer


def _batches(images: np.ndarray) -> Iterator[np.ndarray]:
    return (images[first : first + BATCH] for first in range(0, len(images), BATCH))


def _flat(tensor: torch.Tensor) -> np.ndarray:
    return tensor.flatten(1).float().cpu().numpy()
