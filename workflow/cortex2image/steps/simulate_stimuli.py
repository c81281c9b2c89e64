"""Make the pictures of the simulated study.

Draws scenes from the seed of the study and renders them. Writes what all subjects share into the BIDS folder
(stimuli/images/*.png, stimuli/stimuli.tsv with captions, descriptions of the data set) and, outside of it,
the content of every scene (scenes.jsonl).
"""

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
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = ("seed", "simulation/train_stimuli", "simulation/test_stimuli")
COMMAND = Command(__doc__, Study, READS, places=("bids", "truth"))


def main(argv: Sequence[str] | None = None) -> None:
    """Write pictures, their table and their scenes."""
    args, study = COMMAND.parse(argv)
    counts = study.simulation.train_stimuli, study.simulation.test_stimuli
    scenes = study_scenes(study.seed, Sizes(*counts, test_repeats=1))
    for scene in track(scenes, "render scenes"):
        with atomic(Path(args.bids, "stimuli", stimulus_file(scene.split, scene.index))) as temporary:
            Image.fromarray(render(scene, IMAGE_PX)).save(temporary)
    with atomic(scenes_file(args.truth)) as temporary:
        temporary.write_text(scene_lines(scenes))
    write_dataset(args.bids, stimuli_table(scenes))


if __name__ == "__main__":
    run_step(main)
