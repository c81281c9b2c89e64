"""The judge networks of a model set, and in particular the judges of the miniature.

The classifiers took no part in making the pictures they judge. The CLIPs did: the text tower of the
miniature's CLIP is the text encoder of its generator, and the text tower of ViT-L/14 is the text encoder of
Stable Diffusion 1.x. c is decoded in the states of these text towers. The image towers were trained together
with them, so that a CLIP may favour pictures made from c.

Judges take uint8 pictures (n, H, W, 3) of any size and resize them to their own input size. Judges of the
miniature resize by Lanczos with antialiasing, unless the size fits; judges of photographs resize as the
literature does (:mod:`cortex2image.networks.judge_specs`).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.errors import ConfigError
from cortex2image.judges.architectures import ARCHITECTURES
from cortex2image.judges.features import batches, gathered, text_embeddings
from cortex2image.judges.judge import Judge
from cortex2image.judges.network import JudgeNetwork
from cortex2image.judges.pretrained_judges import (
    PretrainedClassifier,
    PretrainedClip,
    PretrainedJudge,
    check_tower,
)
from cortex2image.judges.pretrained_networks import load_network
from cortex2image.networks.checksums import verify
from cortex2image.networks.compat import spared
from cortex2image.networks.components import read_network, read_tokenizer
from cortex2image.networks.judge_specs import JudgeSpec, PretrainedSpec
from cortex2image.networks.pixels import squares, to_tensor
from cortex2image.networks.registry import ModelSet

BATCH = 128
TOKENIZER = "tokenizer"


class SceneJudge:
    """A classifier of scenes; it plays the part that AlexNet and Inception play for photographs.

    Parameters
    ----------
    name, layers : as in :class:`cortex2image.networks.judge_specs.JudgeSpec`
    network : JudgeNetwork
    device : torch.device
        Where the network is put.
    """

    def __init__(self, name: str, layers: tuple[str, ...], network: JudgeNetwork, device: torch.device):
        self.name, self.layers, self.device = name, layers, device
        self.network = network.to(device).requires_grad_(False)

    def features(self, images: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Return the float32 (n, d) features of pictures by layer, flattened in C order.

        `layers` restricts them.
        """
        wanted = self.layers if layers is None else layers
        outputs = (self._outputs(batch) for batch in batches(images, BATCH))
        return gathered(({layer: o[layer] for layer in wanted} for o in outputs), len(images))

    @property
    def classes(self) -> int:
        """Return the number of categories."""
        return len(self.network.categories)

    def category_probabilities(self, images: np.ndarray) -> tuple[list[str], np.ndarray]:
        """Return the names of the categories and the probability of each in each picture, float32 (n, k).

        A picture may show several categories or none: the probabilities of a row need not add up to 1.
        """
        return list(self.network.categories), self.class_probabilities(images).astype(np.float32)

    def class_probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the probability of each category in each picture, float64 (n, k)."""
        logits = [self._outputs(batch)["category"] for batch in batches(images, BATCH)]
        # Single precision rounds the probabilities of sure categories to 1, which makes ties of them.
        return torch.cat(logits).double().sigmoid().cpu().numpy()

    @torch.inference_mode()
    def _outputs(self, images: np.ndarray) -> dict[str, torch.Tensor]:
        pixels = to_tensor(squares(images, self.network.image_size))
        outputs: dict[str, torch.Tensor] = self.network(pixels.to(self.device))
        return outputs


class ClipJudge:
    """The image tower of CLIP, and its text tower for zero-shot comparison.

    Parameters
    ----------
    name, layers : as in :class:`cortex2image.networks.judge_specs.JudgeSpec`
    network, tokenizer : transformers.CLIPModel, CLIPTokenizer
    mean, deviation : three numbers each
        Mean and standard deviation of red, green and blue, in [0, 1], in the training of the network.
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

    def features(self, images: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Return the projected embeddings of pictures, float32 (n, d), not normalised, as the one layer."""
        (embeds,) = self.layers if layers is None else layers
        return gathered(({embeds: self._embeds(batch)} for batch in batches(images, BATCH)), len(images))

    def text_features(self, captions: Sequence[str]) -> np.ndarray:
        """Return the projected embeddings of captions, float32 (n, d), not normalised."""
        return text_embeddings(self.network, self.tokenizer, captions)

    @torch.inference_mode()
    def _embeds(self, images: np.ndarray) -> torch.Tensor:
        pixels = to_tensor(squares(images, self.network.config.vision_config.image_size))
        normalised = ((pixels - self.mean) / self.deviation).to(self.network.device)
        pooled = self.network.vision_model(normalised).pooler_output
        embeds: torch.Tensor = self.network.visual_projection(pooled)
        return embeds


def load_judges(model_set: ModelSet, names: Sequence[str], device: str = "auto") -> list[Judge]:
    """Load judges of a model set, in float32, after checking their files.

    A network that several judges use is loaded once.

    Raises
    ------
    ConfigError
        The set has no judge of this name, or the device is not there.
    ModelSetError
        A file is missing, altered, pickled or not listed, or does not hold this judge.
    """
    specs = [_spec(model_set, name) for name in names]
    verify(model_set, {*(spec.folder for spec in specs), TOKENIZER})
    root, place = model_set.folder, choose_device(device)
    loaders = {spec.folder: spec for spec in specs}
    networks = {folder: _load_network(root, spec, place) for folder, spec in loaders.items()}
    return [_judge(root, spec, networks[spec.folder], place) for spec in specs]


def _spec(model_set: ModelSet, name: str) -> JudgeSpec:
    specs = {judge.name: judge for judge in model_set.judges}
    if name not in specs:
        expected = f"one of {', '.join(specs)}"
        raise ConfigError(f"judge of model set {model_set.name}", expected, name, "correct the name")
    return specs[name]


def _load_network(root: Path, spec: JudgeSpec, device: torch.device) -> Any:
    if spec.kind == "clip":
        with spared():
            from transformers import CLIPModel

        return read_network(CLIPModel, root / spec.folder, device)
    if isinstance(spec, PretrainedSpec):
        return load_network(spec.kind, root / spec.folder, device)
    return ARCHITECTURES[spec.kind].load(root / spec.folder)


def _judge(root: Path, spec: JudgeSpec, network: Any, device: torch.device) -> Judge:
    if spec.kind == "clip":
        tokenizer = read_tokenizer(root / TOKENIZER, network.config.text_config.vocab_size)
        if isinstance(spec, PretrainedSpec):
            check_tower(spec, network, root / spec.folder)
            return PretrainedClip(spec, network, device, tokenizer)
        pixels = json.loads((root / spec.folder / "preprocessor_config.json").read_text())
        mean, deviation = pixels["image_mean"], pixels["image_std"]
        return ClipJudge(spec.name, spec.layers, network, tokenizer, mean, deviation)
    if isinstance(spec, PretrainedSpec):
        judge = PretrainedClassifier if spec.classes else PretrainedJudge
        return judge(spec, network, device)
    return SceneJudge(spec.name, spec.layers, network, device)
