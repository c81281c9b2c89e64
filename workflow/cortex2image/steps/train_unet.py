"""Train the diffusion model of the miniature.

Reads latents and text states. Writes the folders of a ``diffusers.UNet2DConditionModel`` and of its
scheduler, and the loss curve; keeps a checkpoint from which a killed run continues.
"""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import run_step
from cortex2image.miniature.training import Trainer, origin_of, seeded
from cortex2image.miniature.unet import Corpus, build_scheduler, build_unet, diffusion_loss, schedule
from cortex2image.study.command import Command
from cortex2image.study.training import Training

READS = ("seed", "unet_steps")
COMMAND = Command(
    __doc__,
    Training,
    READS,
    inputs=("latents", "states", "empty"),
    places=("checkpoint",),
    outputs=("curve", "unet", "scheduler"),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    corpus = Corpus(
        latents=np.load(args.latents, mmap_mode="r"),
        states=np.load(args.states, mmap_mode="r"),
        empty=np.load(args.empty),
    )
    network = seeded(build_unet, training.seed, "unet")
    origin = origin_of("cortex2image.steps.train_unet", args.latents, args.states, args.empty)
    plan = schedule(training.unet_steps)
    trainer = Trainer(network, plan, args.checkpoint, "unet", training.seed, origin)
    trainer.run(diffusion_loss(network, corpus), bfloat16=True)
    trainer.write_curve(args.curve)
    network.save_pretrained(args.unet)
    build_scheduler().save_pretrained(args.scheduler)


if __name__ == "__main__":
    run_step(main)
