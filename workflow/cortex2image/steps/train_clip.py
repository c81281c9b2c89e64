"""Train the CLIP of the miniature, whose text tower conditions its diffusion model.

Reads the training pictures, token ids and labels. Writes the folder of a ``transformers.CLIPModel`` and the
loss curve; keeps a checkpoint from which a killed run goes on.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.errors import run_step
from cortex2image.miniature.clip import ClipTraining, build_clip, schedule
from cortex2image.miniature.training import Trainer, origin_of
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_part
from cortex2image.scenes.labels import Attributes, categories_present, colours_present, setting_index
from cortex2image.seeds import seed_for


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path, required=True, help="training pictures, .npy")
    parser.add_argument("--tokens", type=Path, required=True, help="token ids of their captions, .npy")
    parser.add_argument("--labels", type=Path, required=True, help="labels of their scenes, .npy")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of the tokenizer")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--checkpoint", type=Path, required=True, help="state between runs")
    parser.add_argument("--curve", type=Path, required=True, help="output: loss curve, .csv")
    parser.add_argument("--clip", type=Path, required=True, help="output: folder of the CLIP model")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    images, tokens, labels = (np.load(path) for path in (args.images, args.tokens, args.labels))
    torch.manual_seed(seed_for(args.seed, "initial weights", "clip") % 2**32)
    ensure_torchvision()
    from transformers import CLIPTokenizer

    clip = build_clip(read_part(CLIPTokenizer, args.tokenizer))
    attributes = Attributes(setting_index(labels), categories_present(labels), colours_present(labels))
    network = ClipTraining(clip, images, tokens, attributes).to(choose_device(args.device))
    origin = origin_of("cortex2image.steps.train_clip", args.images, args.tokens, args.labels)
    trainer = Trainer(network, schedule(args.steps), args.checkpoint, "clip", args.seed, origin)
    trainer.run(network.loss, bfloat16=True)
    trainer.write_curve(args.curve)
    clip.save_pretrained(args.clip)


if __name__ == "__main__":
    run_step(main)
