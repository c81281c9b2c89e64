"""Train one judge of the miniature: a classifier of what is in a scene, convolutional or residual.

Reads the training pictures and labels. Writes the folder of the judge and the loss curve; keeps a checkpoint
from which a killed run goes on.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.errors import run_step
from cortex2image.judges.architectures import ARCHITECTURES
from cortex2image.judges.network import JudgeNetwork
from cortex2image.miniature.judge_training import judge_loss, schedule
from cortex2image.miniature.training import Trainer, origin_of
from cortex2image.scenes.labels import Attributes, categories_present, colours_present, setting_index
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, SETTINGS
from cortex2image.seeds import seed_for

NAMES: dict[str, Any] = {"settings": SETTINGS, "categories": CATEGORIES, "colours": tuple(COLOURS)}


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--architecture", choices=list(ARCHITECTURES), required=True)
    parser.add_argument("--images", type=Path, required=True, help="training pictures, .npy")
    parser.add_argument("--labels", type=Path, required=True, help="labels of their scenes, .npy")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--checkpoint", type=Path, required=True, help="state between runs")
    parser.add_argument("--curve", type=Path, required=True, help="output: loss curve, .csv")
    parser.add_argument("--judge", type=Path, required=True, help="output: folder of the judge")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    images, labels = np.load(args.images), np.load(args.labels)
    truth = Attributes(setting_index(labels), categories_present(labels), colours_present(labels))
    network = untrained(args.architecture, args.seed).to(choose_device(args.device))
    origin = origin_of("cortex2image.steps.train_judge", args.images, args.labels)
    trainer = Trainer(network, schedule(args.steps), args.checkpoint, network.label, args.seed, origin)
    trainer.run(judge_loss(network, images, truth))
    trainer.write_curve(args.curve)
    network.save(args.judge)


def untrained(architecture: str, seed: int) -> JudgeNetwork:
    """Return a judge with seeded initial weights."""
    kind = ARCHITECTURES[architecture]
    torch.manual_seed(seed_for(seed, "initial weights", kind.label) % 2**32)
    return kind(**{vocabulary: NAMES[vocabulary] for vocabulary in kind.vocabularies})


if __name__ == "__main__":
    run_step(main)
