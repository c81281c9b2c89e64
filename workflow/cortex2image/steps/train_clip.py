"""Train the CLIP of the miniature, whose text tower conditions its diffusion model.

Reads the training pictures, token ids and labels, and the tokenizer. Writes the folder of a
``transformers.CLIPModel`` and the loss curve; keeps a checkpoint from which a killed run continues.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cortex2image.errors import run_step
from cortex2image.miniature.clip import ClipTraining, build_clip, schedule
from cortex2image.miniature.training import Trainer, origin_of, seeded
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_part
from cortex2image.scenes.labels import Attributes
from cortex2image.study.command import Command
from cortex2image.study.training import Training

READS = ("seed", "clip_steps")
COMMAND = Command(
    __doc__,
    Training,
    READS,
    inputs=("images", "tokens", "labels", "tokenizer"),
    places=("checkpoint",),
    outputs=("curve", "clip"),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    ensure_torchvision()
    from transformers import CLIPTokenizer

    data = (args.images, args.tokens, args.labels)
    images, tokens, labels = (np.load(path) for path in data)
    tokenizer = read_part(CLIPTokenizer, Path(args.tokenizer))
    network = seeded(
        lambda: ClipTraining(build_clip(tokenizer), images, tokens, Attributes.of(labels)),
        training.seed,
        "clip",
    )
    origin = origin_of("cortex2image.steps.train_clip", *data)
    plan = schedule(training.clip_steps)
    trainer = Trainer(network, plan, args.checkpoint, "clip", training.seed, origin)
    trainer.run(network.loss, bfloat16=True)
    trainer.write_curve(args.curve)
    network.clip.save_pretrained(args.clip)


if __name__ == "__main__":
    run_step(main)
