"""Encode the training scenes once, to train the diffusion model of the miniature.

Reads the pictures, the token ids, the autoencoder, the CLIP and the tokenizer. Writes latents
(n, 4, 16, 16), text states (n, 5, 24, 128) and the states of the empty caption (24, 128), all float16.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.miniature.autoencoder import as_tensor
from cortex2image.miniature.tokenizer import token_ids
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_network, read_tokenizer
from cortex2image.progress import track
from cortex2image.study.command import Command
from cortex2image.study.training import Training

COMMAND = Command(
    __doc__,
    Training,
    inputs=("images", "tokens", "vae", "clip", "tokenizer"),
    outputs=("latents", "states", "empty"),
)
BATCH = 250
CPU = torch.device("cpu")


def main(argv: Sequence[str] | None = None) -> None:
    args, _ = COMMAND.parse(argv)
    ensure_torchvision()
    from diffusers import AutoencoderKL
    from transformers import CLIPModel

    vae = read_network(AutoencoderKL, Path(args.vae), CPU)
    clip = read_network(CLIPModel, Path(args.clip), CPU)
    tokenizer = read_tokenizer(Path(args.tokenizer), clip.config.text_config.vocab_size)
    images, tokens = np.load(args.images), np.load(args.tokens).astype(np.int64)
    batches = [slice(start, start + BATCH) for start in range(0, len(images), BATCH)]
    with torch.no_grad():
        latents = [
            vae.encode(as_tensor(images[rows])).latent_dist.mean.half() for rows in track(batches, "latents")
        ]
        write(args.latents, torch.cat(latents))
        states = [
            text_states(clip.text_model, tokens[rows].reshape(-1, tokens.shape[-1]))
            for rows in track(batches, "text states")
        ]
        write(args.states, torch.cat(states).reshape(*tokens.shape, -1))
        write(args.empty, text_states(clip.text_model, np.array(token_ids(tokenizer, [""])))[0])


def text_states(text: torch.nn.Module, ids: NDArray[np.int64]) -> torch.Tensor:
    """Return the last hidden states of a text tower, (n, tokens, width) float16."""
    states: torch.Tensor = text(input_ids=torch.from_numpy(ids)).last_hidden_state
    return states.half()


def write(path: str, values: torch.Tensor) -> None:
    """Write a tensor as a NumPy file."""
    with atomic(path) as temporary:
        np.save(temporary, values.numpy())


if __name__ == "__main__":
    run_step(main)
