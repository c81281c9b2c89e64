"""Draw contact sheets of pictures that the miniature paints.

Reads the folder of the model set. Writes a contact sheet of pictures painted from captions of the test split
(a row per setting, as many categories as fit), and a labelled grid of every setting with eight categories, in
which frames mark compositions that were held out from training.
"""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.miniature.contact_sheet import contact_sheet, labelled_sheet, one_of_each
from cortex2image.miniature.painter import Painter
from cortex2image.scenes.captions import captions
from cortex2image.scenes.sampling import recast
from cortex2image.scenes.scene import Scene, sample_scenes
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, HELD_OUT_PAIRS, SETTINGS
from cortex2image.study.command import Command
from cortex2image.study.training import Training

READS = ("seed", "test_scenes", "steps", "guidance")
COMMAND = Command(
    __doc__, Training, READS, inputs=("models",), outputs=("sheet", "grid"), counts=("threads",)
)
COLUMNS = 8
SHOWN = CATEGORIES[:COLUMNS]
LABELS = [name.removesuffix("pix") for name in SHOWN]


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    torch.set_num_threads(args.threads)
    painter = Painter.load(Path(args.models), training.steps, training.guidance, training.seed)
    test = sample_scenes(training.seed, "test", training.test_scenes)
    single = [scene for scene in test if len(scene.objects) == 1]
    groups = by_setting(single)
    made = painter.paint([painter.embed(captions(scene)[:1]) for group in groups for scene in group], "sheet")
    with atomic(args.sheet) as temporary:
        contact_sheet(np.split(made, np.cumsum([len(group) for group in groups])[:-1])).save(temporary)
    grid = painter.paint([painter.embed(captions(scene)[:1]) for scene in every_pair(single)], "grid")
    framed = {(SETTINGS.index(HELD_OUT_PAIRS[name]), column) for column, name in enumerate(SHOWN)}
    with atomic(args.grid) as temporary:
        labelled_sheet(grid, SETTINGS, LABELS, framed).save(temporary)


def by_setting(scenes: list[Scene]) -> list[list[Scene]]:
    """Return up to eight scenes of each setting that occurs, of as many categories as possible."""
    groups = [[scene for scene in scenes if scene.setting == setting] for setting in SETTINGS]
    return [[group[i] for i in one_of_each(categories_of(group), COLUMNS)] for group in groups if group]


def categories_of(scenes: list[Scene]) -> NDArray[np.int64]:
    return np.array([CATEGORIES.index(scene.objects[0].category) for scene in scenes])


def every_pair(layouts: list[Scene]) -> list[Scene]:
    """Return a scene for each setting and category shown, in changing colours."""
    pairs = [(setting, category) for setting in SETTINGS for category in SHOWN]
    # One colour more than there are columns, so that each row begins with another colour.
    colours = cycle([*COLOURS, next(iter(COLOURS))])
    return [
        recast(layout, (setting, ((category, colour),)))
        for layout, (setting, category), colour in zip(cycle(layouts), pairs, colours, strict=False)
    ]


if __name__ == "__main__":
    run_step(main)
