"""How well the miniature does on scenes it was not trained on: arrays and loaded networks in, numbers out."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch.nn import functional

from cortex2image.models.autoencoder import as_images, as_tensor
from cortex2image.models.clip import normalise
from cortex2image.models.judge_cnn import JudgeCNN

GALLERY = 64


@torch.no_grad()
def autoencoder_scores(vae: Any, images: NDArray[np.uint8]) -> dict[str, float]:
    """Return the mean PSNR in dB and SSIM of pictures after encoding and decoding."""
    batches = np.array_split(images, max(1, len(images) // 50))
    rebuilt = np.concatenate([as_images(vae(as_tensor(batch)).sample) for batch in batches])
    pairs = list(zip(images, rebuilt, strict=True))
    return {
        "psnr_db": float(np.mean([peak_signal_noise_ratio(*pair) for pair in pairs])),
        "ssim": float(np.mean([structural_similarity(*pair, channel_axis=2) for pair in pairs])),
    }


@torch.no_grad()
def clip_scores(clip: Any, images: NDArray[np.uint8], tokens: NDArray[np.int64]) -> dict[str, float]:
    """Return identification accuracies of CLIP, for pictures and captions (n, length) in the same order.

    Two-way is over all pairs (chance 0.5). In 64-way each picture looks for its caption, and each caption for
    its picture, in galleries of 64 (chance 1/64); scenes left over are not used.
    """
    pixels = normalise(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255)
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
    judge: JudgeCNN, images: NDArray[np.uint8], settings: NDArray[np.int64], categories: NDArray[np.int64]
) -> dict[str, float]:
    """Return how often the judge sees the setting and the one object of each picture."""
    logits = judge(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255)
    return {
        "setting": float((logits["setting"].argmax(1).numpy() == settings).mean()),
        "object": float((logits["category"].argmax(1).numpy() == categories).mean()),
    }


def pixel_correlation(images: NDArray[np.uint8], others: NDArray[np.uint8]) -> float:
    """Return the mean Pearson correlation of the pixels of each picture with those of its counterpart."""
    pairs = zip(images.reshape(len(images), -1), others.reshape(len(others), -1), strict=True)
    return float(np.mean([np.corrcoef(one, other)[0, 1] for one, other in pairs]))


def diversity(images: NDArray[np.uint8]) -> float:
    """Return the mean correlation of the pixels over all pairs of pictures; lower is more diverse."""
    correlations = np.atleast_2d(np.corrcoef(images.reshape(len(images), -1)))
    return float(correlations[np.triu_indices(len(images), 1)].mean())


def distinct(keys: list[Any]) -> list[int]:
    """Return the position of the first occurrence of each key, in order."""
    first: dict[Any, int] = {}
    for position, key in enumerate(keys):
        first.setdefault(key, position)
    return list(first.values())
