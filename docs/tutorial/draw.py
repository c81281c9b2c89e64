"""Draw the pictures of README.md and docs/tutorial.md from a finished default study.

In the repository's root: ``PYTHONPATH=workflow python docs/tutorial/draw.py results/demo``. It writes
docs/demo.webp and docs/tutorial/maps.png.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from PIL import Image

from cortex2image.pictures import read_picture
from cortex2image.seeds import rng_for

DOCS = Path(__file__).parents[1]
SUBJECT, SHOWN, SEED = "sub-01", 8, 20230618
ROWS = {
    "z": "z: layout\nand colours",
    "c": "c: meaning",
    "zc": "zc: both",
    "ceiling": "ceiling:\ntrue z and c",
    "nearest_train": "nearest\ntraining picture",
    "shuffled": "shuffled:\nof another picture",
    "no_brain": "no brain",
}


def drawn_at_random(ids: list[str]) -> list[str]:
    """Return the stimuli with the smallest random keys; a key depends on the stimulus alone."""
    return sorted(ids, key=lambda name: rng_for(SEED, "shown", name).random())[:SHOWN]


def paths(study: Path, method: str) -> dict[str, str]:
    """Return the file of the first sample of each stimulus."""
    table = pd.read_parquet(study / SUBJECT / "reconstructions" / f"{method}.parquet")
    return dict(table[table["sample"] == 0][["stimulus_id", "image_path"]].to_numpy().tolist())


def draw_rows(study: Path) -> None:
    """Draw stimuli as columns, and what was seen and the first sample of each method as rows."""
    stimuli = pd.read_parquet(study / "stimuli.parquet").set_index("stimulus_id")
    chosen = drawn_at_random(list(paths(study, "zc")))
    rows = {"seen": stimuli["image_path"].to_dict()} | {
        label: paths(study, method) for method, label in ROWS.items()
    }
    figure, axes = plt.subplots(len(rows), SHOWN, figsize=(8.6, 6.2), dpi=100)
    for line, (label, files) in zip(axes, rows.items(), strict=True):
        for axis, name in zip(line, chosen, strict=True):
            axis.imshow(np.asarray(read_picture(Path(files[name]))))
            axis.set_axis_off()
        line[0].text(-0.08, 0.5, label, ha="right", va="center", fontsize=9, transform=line[0].transAxes)
    figure.subplots_adjust(left=0.17, right=0.995, top=0.995, bottom=0.005, wspace=0.04, hspace=0.04)
    figure.savefig(DOCS / "demo.webp", pil_kwargs={"quality": 90})


def copy_maps(study: Path) -> None:
    """Copy the maps of the three encoding models at the width of a page."""
    with Image.open(study / SUBJECT / "figures" / "spaces.png") as picture:
        small = picture.convert("RGB")
        small.thumbnail((1000, 1000))
        small.quantize(128).save(DOCS / "tutorial" / "maps.png", optimize=True)


if __name__ == "__main__":
    draw_rows(Path(sys.argv[1]))
    copy_maps(Path(sys.argv[1]))
