"""Scores of the miniature on held-out scenes: autoencoder, CLIP, and pictures painted from captions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch.nn import functional

from cortex2image.errors import DataError
from cortex2image.judges.architectures import ARCHITECTURES
from cortex2image.miniature.autoencoder import as_images, as_tensor
from cortex2image.miniature.clip import normalise
from cortex2image.miniature.examples import Examples, coarsened
from cortex2image.miniature.painter import Painter
from cortex2image.miniature.score_table import BY, Score, scored
from cortex2image.networks.pixels import to_tensor

Classifier = Callable[[torch.Tensor], Mapping[str, torch.Tensor]]
GALLERY = 64


@torch.no_grad()
def rebuilt(vae: Any, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pictures, (n, h, w, 3), after encoding and decoding by a ``diffusers.AutoencoderKL``."""
    batches = np.array_split(images, max(1, len(images) // 50))
    return np.concatenate([as_images(vae(as_tensor(batch)).sample) for batch in batches])


def autoencoder_scores(vae: Any, images: NDArray[np.uint8]) -> dict[str, float]:
    """Return the mean PSNR in dB and SSIM of pictures after encoding and decoding."""
    pairs = list(zip(images, rebuilt(vae, images), strict=True))
    return {
        "psnr_db": float(np.mean([peak_signal_noise_ratio(*pair) for pair in pairs])),
        "ssim": float(np.mean([structural_similarity(*pair, channel_axis=2) for pair in pairs])),
    }


@torch.no_grad()
def clip_scores(clip: Any, images: NDArray[np.uint8], tokens: NDArray[np.int64]) -> dict[str, float]:
    """Return identification accuracies of CLIP for pictures and their tokenized captions, (n, length).

    Two-way identification is over all pairs (chance 0.5). In 64-way identification, captions are identified
    from pictures and pictures from captions in galleries of 64 scenes (chance 1/64); remaining scenes are not
    used.

    Raises
    ------
    DataError
        There are fewer than 64 pictures.
    """
    if len(images) < GALLERY:
        expected = f"at least {GALLERY} pictures of different scenes, for a gallery"
        raise DataError("CLIP scores", expected, str(len(images)), "sample more scenes")
    pixels = normalise(to_tensor(images))
    seen = clip.visual_projection(clip.vision_model(pixel_values=pixels).pooler_output)
    read = clip.text_projection(clip.text_model(input_ids=torch.from_numpy(tokens)).pooler_output)
    similarity = (functional.normalize(seen, dim=-1) @ functional.normalize(read, dim=-1).T).numpy()
    own = np.diag(similarity)
    off_diagonal = ~np.eye(len(own), dtype=bool)
    blocks = [similarity[k : k + GALLERY, k : k + GALLERY] for k in range(0, len(own) - GALLERY + 1, GALLERY)]
    order = np.arange(GALLERY)
    return {
        "two_way": float((own[:, None] > similarity)[off_diagonal].mean()),
        "image_to_text_64_way": float(np.mean([(block.argmax(axis=1) == order).mean() for block in blocks])),
        "text_to_image_64_way": float(np.mean([(block.argmax(axis=0) == order).mean() for block in blocks])),
    }


@torch.no_grad()
def judged(
    judge: Classifier, images: NDArray[np.uint8], settings: NDArray[np.int64], categories: NDArray[np.int64]
) -> dict[str, float]:
    """Return how often a judge recognises the setting, the objects, and both in a picture.

    Parameters
    ----------
    judge : callable
        Maps pictures (n, 3, h, w) in [0, 1] to the logits ``setting`` and ``category``.
    images : (n, h, w, 3) uint8
    settings : (n,) int
    categories : (n,) or (n, objects) int
        True categories. Of several objects all must be recognised: as many categories as there are objects
        are taken from the logits, the highest first.

    Returns
    -------
    dict
        Shares in [0, 1]: ``setting``, ``object`` (``all_objects`` if there are several) and
        ``setting_and_object``; with one object also ``object_worst_category``, the share of the category that
        is recognised least often.
    """
    logits = judge(to_tensor(images))
    wanted = np.sort(categories.reshape(len(images), -1), axis=1)
    number = wanted.shape[1]
    best = logits["category"].topk(number, dim=1).indices.numpy()
    place = logits["setting"].argmax(1).numpy() == settings
    objects = (np.sort(best, axis=1) == wanted).all(axis=1)
    name = "object" if number == 1 else "all_objects"
    shares = {
        "setting": float(place.mean()),
        name: float(objects.mean()),
        f"setting_and_{name}": float((place & objects).mean()),
    }
    return shares | ({"object_worst_category": _worst(objects, wanted[:, 0])} if number == 1 else {})


def _worst(seen: NDArray[np.bool_], categories: NDArray[np.int64]) -> float:
    """Return the share of recognised pictures of the category where it is lowest."""
    return float(min(seen[categories == category].mean() for category in np.unique(categories)))


def judged_by_all(
    judges: Mapping[str, Classifier], images: NDArray[np.uint8], truth: Examples
) -> dict[str, float]:
    """Return the scores of :func:`judged` for each judge, named e.g. ``object_by_cnn``."""
    return {
        f"{measure}{BY}{name}": value
        for name, judge in judges.items()
        for measure, value in judged(judge, images, truth.settings, truth.categories).items()
    }


def pixel_correlation(images: NDArray[np.uint8], others: NDArray[np.uint8]) -> float:
    """Return the mean Pearson correlation between the pixels of paired pictures."""
    pairs = zip(images.reshape(len(images), -1), others.reshape(len(others), -1), strict=True)
    return float(np.mean([np.corrcoef(one, other)[0, 1] for one, other in pairs]))


def diversity(images: NDArray[np.uint8]) -> float:
    """Return the mean pixel correlation over all pairs of pictures; lower is more diverse."""
    correlations = np.atleast_2d(np.corrcoef(images.reshape(len(images), -1)))
    return float(correlations[np.triu_indices(len(images), 1)].mean())


def distinct(keys: list[Any]) -> list[int]:
    """Return the index of the first occurrence of each key, in order."""
    first: dict[Any, int] = {}
    for position, key in enumerate(keys):
        first.setdefault(key, position)
    return list(first.values())


@dataclass(frozen=True)
class ScoredPainter:
    """A painter and the judges that score its pictures."""

    painter: Painter
    judges: Mapping[str, Classifier]

    @classmethod
    def load(cls, models: Path, painter: Painter) -> "ScoredPainter":
        """Load the judges in the folder `models` to score the pictures of `painter`."""
        judges = {name: kind.load(models / "judges" / name) for name, kind in ARCHITECTURES.items()}
        return cls(painter, judges)

    def from_text(
        self, part: str, examples: Examples, captions: int | None = 1
    ) -> tuple[NDArray[np.uint8], list[Score]]:
        """Paint examples from the mean of their first `captions` (None: all); return pictures and scores."""
        states = [self.painter.embed(texts[:captions]) for texts in examples.captions]
        made = self.painter.paint(states, part)
        return made, scored(part, len(examples), judged_by_all(self.judges, made, examples))

    def from_coarse(
        self, part: str, examples: Examples, strength: float, captions: int | None = 1
    ) -> list[Score]:
        """Paint each example from captions and its coarse picture (image to image); return the scores."""
        states = [self.painter.embed(texts[:captions]) for texts in examples.captions]
        coarse = [Image.fromarray(coarsened(picture)) for picture in examples.pictures]
        made = self.painter.from_images().paint(states, part, image=coarse, strength=strength)
        correlation = {"pixel_correlation": pixel_correlation(examples.pictures, made)}
        return scored(part, len(examples), judged_by_all(self.judges, made, examples) | correlation)

    def again_and_again(self, captions: Sequence[str], number: int) -> list[NDArray[np.uint8]]:
        """Paint `number` pictures of each caption."""
        return [
            self.painter.paint([self.painter.embed([caption])] * number, f"again and again: {caption}")
            for caption in captions
        ]

    def look_at(self, part: str, examples: Examples) -> list[Score]:
        """Score the judges themselves on real pictures: the upper bound for painted pictures."""
        return scored(part, len(examples), judged_by_all(self.judges, examples.pictures, examples))


def diversity_scores(part: str, groups: Sequence[NDArray[np.uint8]]) -> list[Score]:
    """Score groups of pictures, each of one caption, by the pixel correlation within groups.

    The scores are the mean over groups and the value of the group whose pictures are most alike.
    """
    correlations = [diversity(group) for group in groups]
    values = {
        "pixel_correlation_mean": float(np.mean(correlations)),
        "pixel_correlation_worst": float(np.max(correlations)),
    }
    return scored(part, sum(len(group) for group in groups), values)
