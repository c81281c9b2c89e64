"""What drawing is compared with: networks alone, and the pipeline of diffusers with untouched networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_part, read_tokenizer
from cortex2image.networks.registry import ModelSet
from cortex2image.reconstruction.generator import distinct_rows

if TYPE_CHECKING:
    from tests.benchmarks.drawing import Task

CPU = torch.device("cpu")


class Bare:
    """The forward passes that pictures need, one after the other, and nothing between them."""

    def __init__(self, denoiser: Denoiser):
        self.denoiser, self.diffusion = denoiser, denoiser.diffusion

    @torch.inference_mode()
    def forward(self, drawn: "Task", size: int) -> None:
        """Run them for all pictures of a task, in batches."""
        unet, vae, known = self.diffusion.unet, self.diffusion.vae, self.diffusion.model_set
        for features, seeds in drawn.parts(size):
            distinct = len(distinct_rows(features["z"])[0])
            latents = torch.randn(2 * len(seeds), *known.generated_shape)
            text = torch.randn(2 * len(seeds), known.text_length, known.text_width)
            for _ in range(distinct):
                vae.encode(vae.decode(torch.randn(1, *known.latent_shape)).sample)
            first = drawn.sampling.steps - self.denoiser.kept_steps
            for timestep in self.denoiser.scheduler.passes(first):
                unet(latents, torch.tensor(timestep), text)
            vae.decode(latents[: len(seeds)])


@dataclass(frozen=True)
class Pipeline:
    """diffusers' image-to-image pipeline, its networks as diffusers loads them."""

    pipeline: Any
    sampling: Sampling
    model_set: ModelSet

    @classmethod
    def of(cls, model_set: ModelSet, sampling: Sampling) -> "Pipeline":
        """Load a model set in float32 on the CPU."""
        ensure_torchvision()
        from diffusers import (
            AutoencoderKL,
            DDIMScheduler,
            StableDiffusionImg2ImgPipeline,
            UNet2DConditionModel,
        )
        from transformers import CLIPTextModel

        folder, whole = model_set.folder, {"torch_dtype": torch.float32}
        text_encoder = read_part(CLIPTextModel, folder / "text_encoder", **whole).eval()
        pipeline: Any = StableDiffusionImg2ImgPipeline(
            vae=read_part(AutoencoderKL, folder / "vae", **whole).eval(),
            text_encoder=text_encoder,
            tokenizer=read_tokenizer(folder / "tokenizer", text_encoder.config.vocab_size),
            unet=read_part(UNet2DConditionModel, folder / "unet", **whole).eval(),
            scheduler=read_part(DDIMScheduler, folder / "scheduler", clip_sample=False),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        pipeline.set_progress_bar_config(disable=True)
        return cls(pipeline, sampling, model_set)

    @torch.inference_mode()
    def draw(self, drawn: "Task", size: int) -> np.ndarray:
        """Draw every picture of a task in batches: the coarse picture of z, then the pipeline."""
        return np.concatenate([self._batch(features, seeds) for features, seeds in drawn.parts(size)])

    def _batch(self, features: dict[str, np.ndarray], seeds: list[int]) -> np.ndarray:
        vae, known = self.pipeline.vae, self.model_set
        z = torch.from_numpy(features["z"]).reshape(-1, *known.latent_shape)
        coarse = vae.decode(z / vae.config.scaling_factor).sample / 2 + 0.5
        latents = vae.encode((coarse.clamp(0, 1) * 255).round() / 127.5 - 1).latent_dist.mean
        states = torch.from_numpy(features["c"]).reshape(-1, known.text_length, known.text_width)
        empty = self.pipeline.encode_prompt([""], CPU, 1, False)[0]
        made = self.pipeline(
            image=latents * vae.config.scaling_factor,
            strength=self.sampling.strength,
            prompt_embeds=states,
            negative_prompt_embeds=empty.expand_as(states),
            num_inference_steps=self.sampling.steps,
            guidance_scale=self.sampling.guidance_scale,
            generator=[torch.Generator().manual_seed(seed) for seed in seeds],
            output_type="np",
        ).images
        return (made * 255).round().astype(np.uint8)
