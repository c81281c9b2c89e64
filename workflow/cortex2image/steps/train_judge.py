"""Train one judge of the miniature: a classifier of what is in a scene, convolutional or residual.

Reads the training pictures and labels. Writes the folder of the judge and the loss curve; keeps a checkpoint
from which a killed run continues.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cortex2image.errors import run_step
from cortex2image.judges.architectures import ARCHITECTURES
from cortex2image.miniature.judge_training import judge_loss, schedule
from cortex2image.miniature.training import Trainer, origin_of, seeded
from cortex2image.scenes.labels import Attributes
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, SETTINGS
from cortex2image.study.command import Command
from cortex2image.study.training import Training

READS = ("seed", "judge_steps")
COMMAND = Command(
    __doc__,
    Training,
    READS,
    labels=("architecture",),
    inputs=("images", "labels"),
    places=("checkpoint",),
    outputs=("curve", "judge"),
)
NAMES: dict[str, Any] = {"settings": SETTINGS, "categories": CATEGORIES, "colours": tuple(COLOURS)}


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    images, truth = np.load(args.images), Attributes.of(np.load(args.labels))
    kind = ARCHITECTURES[args.architecture]
    names = {vocabulary: NAMES[vocabulary] for vocabulary in kind.vocabularies}
    network = seeded(lambda: kind(**names), training.seed, kind.label)
    origin = origin_of("cortex2image.steps.train_judge", args.images, args.labels)
    plan = schedule(training.judge_steps)
    trainer = Trainer(network, plan, args.checkpoint, kind.label, training.seed, origin)
    trainer.run(judge_loss(network, images, truth))
    trainer.write_curve(args.curve)
    network.save(args.judge)


if __name__ == "__main__":
    run_step(main)
