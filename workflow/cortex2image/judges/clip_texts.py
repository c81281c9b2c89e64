"""Texts as CLIP embeds them, for zero-shot comparison with pictures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from cortex2image.judges.features import flat


@torch.inference_mode()
def text_embeddings(network: Any, tokenizer: Any, captions: Sequence[str]) -> np.ndarray:
    """Return the projected embeddings of captions, float32 (n, d), not normalised.

    Parameters
    ----------
    network : transformers.CLIPModel
    tokenizer : transformers.CLIPTokenizer
    captions : sequence of str
        Cut at the length the text tower was trained with.
    """
    length = network.config.text_config.max_position_embeddings
    tokens = tokenizer(
        list(captions), padding="max_length", max_length=length, truncation=True, return_tensors="pt"
    )
    pooled = network.text_model(input_ids=tokens.input_ids.to(network.device)).pooler_output
    return flat(network.text_projection(pooled))
