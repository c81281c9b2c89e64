"""Train the autoencoder of the miniature.

Reads the training pictures. Writes the folder of a ``diffusers.AutoencoderKL`` and the loss curve; keeps a
checkpoint from which a killed run continues.
"""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import run_step
from cortex2image.miniature.autoencoder import (
    autoencoder_loss,
    build_autoencoder,
    schedule,
    standardise_latents,
)
from cortex2image.miniature.training import Trainer, origin_of, seeded
from cortex2image.study.command import Command
from cortex2image.study.training import Training

READS = ("seed", "autoencoder_steps")
COMMAND = Command(
    __doc__, Training, READS, inputs=("images",), places=("checkpoint",), outputs=("curve", "vae")
)
STANDARDISING_SCENES = 2000


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    images = np.load(args.images)
    network = seeded(build_autoencoder, training.seed, "autoencoder")
    origin = origin_of("cortex2image.steps.train_autoencoder", args.images)
    plan = schedule(training.autoencoder_steps)
    trainer = Trainer(network, plan, args.checkpoint, "autoencoder", training.seed, origin)
    trainer.run(autoencoder_loss(network, images), bfloat16=True)
    trainer.write_curve(args.curve)
    standardise_latents(network, images[:STANDARDISING_SCENES])
    network.save_pretrained(args.vae)


if __name__ == "__main__":
    run_step(main)
