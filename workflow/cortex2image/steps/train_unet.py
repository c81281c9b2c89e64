"""Train the diffusion model of the miniature.

Reads latents and text states. Writes the folders of a ``diffusers.UNet2DConditionModel`` and of its
scheduler, and the loss curve; keeps a checkpoint from which a killed run goes on.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.errors import run_step
from cortex2image.miniature.training import Trainer, origin_of
from cortex2image.miniature.unet import Corpus, build_scheduler, build_unet, diffusion_loss, schedule
from cortex2image.seeds import seed_for


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--latents", type=Path, required=True, help="latents of the training pictures, .npy")
    parser.add_argument("--states", type=Path, required=True, help="text states of their captions, .npy")
    parser.add_argument("--empty", type=Path, required=True, help="text states of the empty caption, .npy")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--checkpoint", type=Path, required=True, help="state between runs")
    parser.add_argument("--curve", type=Path, required=True, help="output: loss curve, .csv")
    parser.add_argument("--unet", type=Path, required=True, help="output: folder of the network")
    parser.add_argument("--scheduler", type=Path, required=True, help="output: folder of the scheduler")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    corpus = Corpus(
        latents=np.load(args.latents, mmap_mode="r"),
        states=np.load(args.states, mmap_mode="r"),
        empty=np.load(args.empty),
    )
    torch.manual_seed(seed_for(args.seed, "initial weights", "unet") % 2**32)
    network = build_unet().to(choose_device(args.device))
    origin = origin_of("cortex2image.steps.train_unet", args.latents, args.states, args.empty)
    trainer = Trainer(network, schedule(args.steps), args.checkpoint, "unet", args.seed, origin)
    trainer.run(diffusion_loss(network, corpus), bfloat16=True)
    trainer.write_curve(args.curve)
    network.save_pretrained(args.unet)
    build_scheduler().save_pretrained(args.scheduler)


if __name__ == "__main__":
    run_step(main)
