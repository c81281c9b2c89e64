"""Render the scenes the miniature is trained on, and build its tokenizer.

Reads nothing. Writes the pictures of the training split (n, 64, 64, 3) uint8, the token ids of five captions
each (n, 5, 24) int16 and the labels (n, 17) int8, as NumPy files; and the tokenizer's folder.
"""

import argparse
from pathlib import Path

import numpy as np

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.miniature.tokenizer import build_tokenizer, token_ids
from cortex2image.progress import track
from cortex2image.scenes.captions import captions, words
from cortex2image.scenes.labels import scene_labels
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scene


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenes", type=int, required=True, help="number of scenes")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--images", type=Path, required=True, help="output: pictures, .npy")
    parser.add_argument("--tokens", type=Path, required=True, help="output: token ids, .npy")
    parser.add_argument("--labels", type=Path, required=True, help="output: labels, .npy")
    parser.add_argument("--tokenizer", type=Path, required=True, help="output: folder of the tokenizer")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    scenes = [sample_scene(args.seed, "train", index) for index in range(args.scenes)]
    tokenizer = build_tokenizer(words())
    images = [render(scene) for scene in track(scenes, "render")]
    tokens = [token_ids(tokenizer, captions(scene)) for scene in track(scenes, "tokenize")]
    _write(args.images, np.stack(images))
    _write(args.tokens, np.array(tokens, dtype=np.int16))
    _write(args.labels, np.stack([scene_labels(scene) for scene in scenes]))
    tokenizer.save_pretrained(str(args.tokenizer))


def _write(path: Path, values: np.ndarray) -> None:
    with atomic(path) as temporary:
        np.save(temporary, values)


if __name__ == "__main__":
    run_step(main)
