"""c: what the text encoder of the diffusion model makes of a picture's captions."""

from collections.abc import Sequence

import numpy as np
import torch

from cortex2image.errors import DataError
from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.codec import encode_text
from cortex2image.networks.load import Diffusion


def extract(stimuli: Stimuli, diffusion: Diffusion, latent: str) -> np.ndarray:
    """Return c of stimuli, see :func:`caption_states`."""
    return caption_states(diffusion, stimuli.captions)


def caption_states(diffusion: Diffusion, captions: Sequence[Sequence[str]]) -> np.ndarray:
    """Return the text states c of stimuli.

    Parameters
    ----------
    diffusion : Diffusion
    captions : sequence of sequences of str
        The captions of each stimulus, at least one.

    Returns
    -------
    float32 (n, text_length * text_width)
        Mean over the captions of a stimulus of the last hidden states (Takagi and Nishimoto 2023), flattened
        in C order.

    Raises
    ------
    DataError
        A stimulus has no caption.
    """
    bare = [number for number, texts in enumerate(captions) if not texts]
    if bare:
        raise DataError("captions", "at least one per stimulus", f"none at row {bare[0]}", "add a caption")
    states = encode_text(diffusion, [text for texts in captions for text in texts]).float()
    means = [part.mean(0) for part in torch.split(states, [len(texts) for texts in captions])]
    return torch.stack(means).flatten(1).cpu().numpy()
