"""Reconstructions made elsewhere: small pictures in folders, and judges that look at coarse pixels."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

IDS = ("scene-1", "scene-2", "scene-3", "scene-4", "scene-5")


def save(path: Path, picture: np.ndarray) -> str:
    """Write a picture, and the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)
    return str(path)


def random_picture(rng: np.random.Generator, side: int = 16) -> np.ndarray:
    return rng.integers(0, 256, (side, side, 3), dtype=np.uint8)


def write_stimuli(folder: Path, rng: np.random.Generator, ids: Iterable[str] = IDS) -> Path:
    """Write pictures of 24 px, one for each id."""
    for name in ids:
        save(folder / f"{name}.png", random_picture(rng, 24))
    return folder


def write_files(folder: Path, names: Iterable[str], rng: np.random.Generator) -> Path:
    """Write pictures of 16 px under these names, and return the folder."""
    for name in names:
        save(folder / name, random_picture(rng))
    return folder


class CoarsePixels:
    """A judge that sees every second pixel."""

    name, layers = "clip", ("embeds",)

    def features(self, images: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        return {"embeds": images[:, ::2, ::2].reshape(len(images), -1).astype(np.float32)}


def coarse(models: Any, device: str) -> list[Any]:
    return [CoarsePixels()]


def no_distances(models: Any, device: str) -> list[Any]:
    return []


SETTINGS: Mapping[str, Any] = {"models": {"set": "miniature"}, "evaluate": {"permutations": 100}, "seed": 1}
