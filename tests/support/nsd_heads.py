"""A tree of NSD to plan, not to run: all files and tables of all sessions, with a brain of eight voxels."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tests.support.nsd_files import (
    write_design,
    write_hdf5,
    write_pictures,
    write_responses,
    write_stim_info,
    write_volume,
)
from tests.support.nsd_plan import PICTURES, TRIALS, make_plan

from cortex2image.data.nsd.facts import SUBJECTS
from cortex2image.data.nsd.layout import Layout, subject_number
from cortex2image.data.nsd.manifest import needed
from cortex2image.networks.registry import model_set


def write_plannable_nsd(root: Path, config: Mapping[str, Any], subjects: Sequence[str]) -> dict[str, Any]:
    """Write the files of NSD and of its model set below a folder, for a config of the atlas ``streams``.

    Returns
    -------
    dict
        The config with the places of these files, relative to the folder.
    """
    dataset, models = config["dataset"], config["models"]
    layout = Layout(root / "nsd")
    _write_nsd(layout, subjects, dataset["mask"])
    regions = {"Unknown": 0, **dataset["rois"]["labels"]}
    for subject in subjects:
        table = layout.ctab(subject, "streams")
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text("".join(f"{code} {name}\n" for name, code in regions.items()))
    for file in (*model_set(models["set"]).files, "SHA256SUMS"):
        (root / "models" / file).parent.mkdir(parents=True, exist_ok=True)
        (root / "models" / file).touch()
    places = {"dataset": dataset | {"root": "nsd"}, "models": models | {"folder": "models"}}
    return {**config, **places, "subjects": list(subjects)}


def _write_nsd(layout: Layout, subjects: Sequence[str], mask: str) -> None:
    plan = make_plan((3,), 150, 50, 0)
    write_design(layout.design(), plan)
    write_stim_info(layout.stim_info(), plan, np.arange(PICTURES) + 1, np.full(PICTURES, "train2017"))
    write_pictures(layout.stimuli(), {1: np.zeros((4, 4, 3), np.uint8)})
    small = layout.root / "small"
    write_hdf5(small / "betas.hdf5", np.ones((2, 2, 2, TRIALS), np.int16))
    write_volume(small / "volume.nii.gz", np.ones((2, 2, 2), np.uint8), layout.space)
    for subject in subjects:
        number = subject_number(subject)
        write_responses(layout.responses(subject), plan, number, SUBJECTS[number].sessions)
    for file in needed(layout, subjects, None, "streams", mask):
        path = layout.root / file.key
        kinds = (one for one in small.iterdir() if path.name.endswith(one.name.partition(".")[2]))
        source = next(kinds, None)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            shutil.copy(source, path) if source else path.touch()
