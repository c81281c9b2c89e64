"""Encode the training scenes once, for the diffusion model of the miniature.

Reads the pictures, the token ids, the autoencoder, the CLIP and the tokenizer. Writes latents
(n, 4, 16, 16), text states (n, 5, 24, 128) and the states of the empty caption (24, 128), all float16.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.miniature.autoencoder import as_tensor
from cortex2image.miniature.tokenizer import token_ids
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_network, read_tokenizer
from cortex2image.progress import track

BATCH = 250
CPU = torch.device("cpu")


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, required=True, help="training pictures, .npy")
    parser.add_argument("--tokens", type=Path, required=True, help="token ids of their captions, .npy")
    parser.add_argument("--vae", type=Path, required=True, help="folder of the autoencoder")
    parser.add_argument("--clip", type=Path, required=True, help="folder of the CLIP model")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of the tokenizer")
    parser.add_argument("--latents", type=Path, required=True, help="output: latents, .npy")
    parser.add_argument("--states", type=Path, required=True, help="output: text states, .npy")
    parser.add_argument("--empty", type=Path, required=True, help="output: states of the empty caption, .npy")
    return parser.parse_args(argv)


@torch.no_grad()
def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    ensure_torchvision()
    from diffusers import AutoencoderKL
    from transformers import CLIPModel

    vae = read_network(AutoencoderKL, args.vae, CPU)
    clip = read_network(CLIPModel, args.clip, CPU)
    tokenizer = read_tokenizer(args.tokenizer, clip.config.text_config.vocab_size)
    images, tokens = np.load(args.images), np.load(args.tokens).astype(np.int64)
    batches = [slice(start, start + BATCH) for start in range(0, len(images), BATCH)]
    latents = [
        vae.encode(as_tensor(images[rows])).latent_dist.mean.half() for rows in track(batches, "latents")
    ]
    _write(args.latents, torch.cat(latents))
    states = [
        _states(clip.text_model, tokens[rows].reshape(-1, tokens.shape[-1]))
        for rows in track(batches, "text states")
    ]
    _write(args.states, torch.cat(states).reshape(*tokens.shape, -1))
    empty = np.array(token_ids(tokenizer, [""]))
    _write(args.empty, _states(clip.text_model, empty)[0])


def _states(text: torch.nn.Module, ids: np.ndarray) -> torch.Tensor:
    states: torch.Tensor = text(input_ids=torch.from_numpy(ids)).last_hidden_state
    return states.half()


def _write(path: Path, values: torch.Tensor) -> None:
    with atomic(path) as temporary:
        np.save(temporary, values.numpy())


if __name__ == "__main__":
    run_step(main)
