"""Pictures from captions with the pipelines of diffusers, each from a seed of its own."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cortex2image.miniature.tokenizer import token_ids
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_network, read_part, read_tokenizer
from cortex2image.progress import track
from cortex2image.seeds import seed_for

BATCH = 32
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Painter:
    """A diffusers pipeline and its settings.

    Attributes
    ----------
    pipeline : diffusers.StableDiffusionPipeline or StableDiffusionImg2ImgPipeline
    steps : int
        Denoising steps.
    guidance : float
        Scale of classifier-free guidance.
    seed : int
        Seed of all noise.
    """

    pipeline: Any
    steps: int
    guidance: float
    seed: int

    @classmethod
    def load(
        cls, models: Path, steps: int, guidance: float, seed: int, dtype: torch.dtype = torch.float32
    ) -> "Painter":
        """Load a model set to paint from captions; latents, noise and networks all have type `dtype`.

        Raises
        ------
        ModelSetError
            A part of the model set is missing or damaged, or lacks weights.
        """
        ensure_torchvision()
        from diffusers import (
            AutoencoderKL,
            DDIMScheduler,
            StableDiffusionPipeline,
            UNet2DConditionModel,
        )
        from transformers import CLIPTextModel

        text_encoder = read_network(CLIPTextModel, models / "text_encoder", CPU, dtype)
        pipeline: Any = StableDiffusionPipeline(
            vae=read_network(AutoencoderKL, models / "vae", CPU, dtype),
            text_encoder=text_encoder,
            tokenizer=read_tokenizer(models / "tokenizer", text_encoder.config.vocab_size),
            unet=read_network(UNet2DConditionModel, models / "unet", CPU, dtype),
            scheduler=read_part(DDIMScheduler, models / "scheduler"),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        pipeline.set_progress_bar_config(disable=True)
        return cls(pipeline, steps, guidance, seed)

    def from_images(self) -> "Painter":
        """Return an image-to-image painter with the same networks."""
        from diffusers import StableDiffusionImg2ImgPipeline

        pipeline: Any = StableDiffusionImg2ImgPipeline(
            **self.pipeline.components, requires_safety_checker=False
        )
        pipeline.set_progress_bar_config(disable=True)
        return replace(self, pipeline=pipeline)

    @torch.no_grad()
    def embed(self, texts: list[str]) -> torch.Tensor:
        """Return the states of the text encoder averaged over captions, (tokens, width)."""
        ids = torch.tensor(token_ids(self.pipeline.tokenizer, texts))
        states: torch.Tensor = self.pipeline.text_encoder(ids)[0]
        return states.mean(dim=0)

    def paint(self, embeddings: list[torch.Tensor], label: str, **start: Any) -> NDArray[np.uint8]:
        """Return one picture per embedding, (n, h, w, 3) uint8.

        `start` holds further arguments of an image-to-image pipeline; lists in it have one item per picture.
        The noise of picture i depends on the seed, `label` and i.
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


def pictures_per_second(painter: Painter, caption: str, number: int) -> float:
    """Return the number of pictures painted per second, after one picture that is not timed."""
    state = painter.embed([caption])
    painter.paint([state], "warm-up")
    started = time.monotonic()
    painter.paint([state] * number, "speed")
    return number / (time.monotonic() - started)
