"""What a model set says about each of its judges."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["cnn", "residual", "clip", "alexnet", "inception_v3", "efficientnet_b1", "swav_resnet50"]


@dataclass(frozen=True)
class JudgeSpec:
    """A network that scores pictures: its architecture, its folder in the model set, the layers it offers."""

    name: str
    kind: Kind
    folder: str
    layers: tuple[str, ...]
