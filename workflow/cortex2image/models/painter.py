"""Pictures from captions with the ordinary pipelines of diffusers, each from a seed of its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cortex2image.models.tokenizer import token_ids
from cortex2image.progress import track
from cortex2image.seeds import seed_for

BATCH = 32


@dataclass(frozen=True)
class Painter:
    """A pipeline and the settings it paints with.

    Attributes
    ----------
    pipeline : diffusers.StableDiffusionPipeline or StableDiffusionImg2ImgPipeline
    steps : int
        Denoising steps.
    guidance : float
        Scale of classifier-free guidance.
    seed : int
    """

    pipeline: Any
    steps: int
    guidance: float
    seed: int

    @torch.no_grad()
    def embed(self, texts: list[str]) -> torch.Tensor:
        """Return the mean state of the text encoder over captions, (tokens, width)."""
        ids = torch.tensor(token_ids(self.pipeline.tokenizer, texts))
        states: torch.Tensor = self.pipeline.text_encoder(ids)[0]
        return states.mean(dim=0)

    def paint(self, embeddings: list[torch.Tensor], label: str, **start: Any) -> NDArray[np.uint8]:
        """Return a picture per embedding, (n, h, w, 3) uint8.

        `start` is passed on to an image-to-image pipeline; lists in it hold one item per picture. The noise
        of picture i depends on the seed, `label` and i.
        """
        empty, pictures = self.embed([""]), []
        for first in track(range(0, len(embeddings), BATCH), label):
            rows = slice(first, first + BATCH)
            prompts = torch.stack(embeddings[rows])
            seeds = [seed_for(self.seed, label, first + offset) for offset in range(len(prompts))]
            made = self.pipeline(
                prompt_embeds=prompts,
                negative_prompt_embeds=empty.expand_as(prompts),
                num_inference_steps=self.steps,
                guidance_scale=self.guidance,
                generator=[torch.Generator().manual_seed(value) for value in seeds],
                output_type="np",
                **{key: value[rows] if isinstance(value, list) else value for key, value in start.items()},
            ).images
            pictures.append((made * 255).round().astype(np.uint8))
        return np.concatenate(pictures)
