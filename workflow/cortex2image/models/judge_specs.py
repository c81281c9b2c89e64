"""What a model set says about each of its judges."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class JudgeSpec:
    """A network that scores pictures: its architecture, its folder in the model set, the layers it offers."""

    name: str
    kind: Literal["cnn", "residual", "clip"]
    folder: str
    layers: tuple[str, ...]
