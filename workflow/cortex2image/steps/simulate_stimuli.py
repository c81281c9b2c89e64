"""The pictures of the simulated study.

Reads nothing. Computes scenes from the study's seed, their pictures and captions. Writes what all subjects of
the BIDS folder share (stimuli/images/*.png, stimuli/stimuli.tsv, descriptions) and, outside of that folder,
what is in every scene.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.progress import track
from cortex2image.scenes.render import render
from cortex2image.simulation.bids_writer import write_dataset
from cortex2image.simulation.layout import Sizes, scenes_file, stimulus_file
from cortex2image.simulation.stimuli import IMAGE_PX, scene_lines, stimuli_table, study_scenes


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, required=True, help="the study's seed")
    parser.add_argument("--train-stimuli", type=int, required=True, help="number of training pictures")
    parser.add_argument("--test-stimuli", type=int, required=True, help="number of test pictures")
    parser.add_argument("--bids", required=True, help="folder of the BIDS data set")
    parser.add_argument("--truth", required=True, help="folder of the ground truth, outside the data set")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    scenes = study_scenes(args.seed, Sizes(args.train_stimuli, args.test_stimuli, test_repeats=1))
    for scene in track(scenes, "render scenes"):
        with atomic(Path(args.bids, "stimuli", stimulus_file(scene.split, scene.index))) as temporary:
            Image.fromarray(render(scene, IMAGE_PX)).save(temporary)
    with atomic(scenes_file(args.truth)) as temporary:
        temporary.write_text(scene_lines(scenes))
    write_dataset(args.bids, stimuli_table(scenes))


if __name__ == "__main__":
    run_step(main)
