"""Render the training scenes of the miniature, and build its tokenizer.

Reads nothing. Writes the pictures of the training split (n, 64, 64, 3) uint8, the token ids of five captions
each (n, 5, 24) int16 and the labels (n, 17) int8, as NumPy files; and the folder of the tokenizer.
"""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.miniature.tokenizer import build_tokenizer, token_ids
from cortex2image.progress import track
from cortex2image.scenes.captions import captions, words
from cortex2image.scenes.labels import scene_labels
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scenes
from cortex2image.study.command import Command
from cortex2image.study.training import Training

READS = ("seed", "training_scenes")
COMMAND = Command(__doc__, Training, READS, outputs=("images", "tokens", "labels", "tokenizer"))


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    scenes = sample_scenes(training.seed, "train", training.training_scenes)
    tokenizer = build_tokenizer(words())
    images = [render(scene) for scene in track(scenes, "render")]
    tokens = [token_ids(tokenizer, captions(scene)) for scene in track(scenes, "tokenize")]
    labels = [scene_labels(scene) for scene in scenes]
    for path, values in (
        (args.images, np.stack(images)),
        (args.tokens, np.array(tokens, dtype=np.int16)),
        (args.labels, np.stack(labels)),
    ):
        with atomic(path) as temporary:
            np.save(temporary, values)
    tokenizer.save_pretrained(args.tokenizer)


if __name__ == "__main__":
    run_step(main)
