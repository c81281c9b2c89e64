"""Train the autoencoder of the miniature.

Reads the training pictures. Writes the folder of a ``diffusers.AutoencoderKL`` and the loss curve; keeps a
checkpoint from which a killed run goes on.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.errors import run_step
from cortex2image.miniature.autoencoder import (
    autoencoder_loss,
    build_autoencoder,
    schedule,
    standardise_latents,
)
from cortex2image.miniature.training import Trainer, origin_of
from cortex2image.seeds import seed_for

STANDARDISING_SCENES = 2000


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, required=True, help="training pictures, .npy")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--checkpoint", type=Path, required=True, help="state between runs")
    parser.add_argument("--curve", type=Path, required=True, help="output: loss curve, .csv")
    parser.add_argument("--vae", type=Path, required=True, help="output: folder of the autoencoder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    images = np.load(args.images)
    torch.manual_seed(seed_for(args.seed, "initial weights", "autoencoder") % 2**32)
    network = build_autoencoder().to(choose_device(args.device))
    origin = origin_of("cortex2image.steps.train_autoencoder", args.images)
    trainer = Trainer(network, schedule(args.steps), args.checkpoint, "autoencoder", args.seed, origin)
    trainer.run(autoencoder_loss(network, images), bfloat16=True)
    standardise_latents(network, images[:STANDARDISING_SCENES])
    trainer.write_curve(args.curve)
    network.save_pretrained(args.vae)


if __name__ == "__main__":
    run_step(main)
