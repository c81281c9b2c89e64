"""Simulate one subject who looks at the pictures.

Reads the pictures and their table. Draws the subject's anatomy, tuning, responses and scans from the seed of
the study and the subject's label. Writes BIDS events, derivatives as fMRIPrep names them and a volume of
regions, and, outside of the data set, the ground truth.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from cortex2image.errors import DataError, run_step
from cortex2image.progress import track
from cortex2image.simulation.bids_writer import events_table, write_atlas, write_run
from cortex2image.simulation.layout import (
    Sizes,
    atlas_file,
    dataset_files,
    run_files,
    run_names,
    truth_files,
)
from cortex2image.simulation.receptive_fields import IMAGE_SIDE
from cortex2image.simulation.stimuli import load_images, scene_files, study_scenes
from cortex2image.simulation.subject import build_subject
from cortex2image.simulation.truth import save_truth, truth_of
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = ("seed", "simulation")
COMMAND = Command(__doc__, Study, READS, labels=("subject",), places=("bids", "truth"))


def main(argv: Sequence[str] | None = None) -> None:
    """Write recordings, atlas and ground truth of one subject."""
    args, study = COMMAND.parse(argv)
    counts = study.simulation
    sizes = Sizes(counts.train_stimuli, counts.test_stimuli, counts.test_repeats)
    scenes = study_scenes(study.seed, sizes)
    stim_files = scene_files(scenes)
    check_stimuli(dataset_files(args.bids)["stimuli"], stim_files)
    images = load_images(Path(args.bids, "stimuli"), stim_files, IMAGE_SIDE)
    subject = build_subject(study.seed, args.subject, sizes, scenes, images)
    for number, name in enumerate(track(run_names(sizes), f"scan {args.subject}")):
        bold, confounds = subject.scan_run(number)
        events = events_table(subject.designs[number], stim_files)
        files = run_files(args.bids, args.subject, name)
        write_run(files, subject.anatomy, subject.traits, events, bold, confounds)
    write_atlas(subject.anatomy, atlas_file(args.bids, args.subject))
    facts = {"subject": args.subject, "seed": study.seed, "traits": asdict(subject.traits)}
    truth = truth_files(args.truth, args.subject)
    save_truth(truth_of(subject, scenes, sizes.test_repeats), facts, **truth)


def check_stimuli(path: str, stim_files: Sequence[str]) -> None:
    """Raise DataError if the table of stimuli was made with other settings than this subject's."""
    found = list(pd.read_csv(path, sep="\t")["stim_file"])
    if found != list(stim_files):
        expected = f"{len(stim_files)} pictures, {stim_files[0]} to {stim_files[-1]}"
        fix = "run simulate_stimuli with the same settings"
        raise DataError(path, expected, f"{len(found)} other pictures", fix)


if __name__ == "__main__":
    run_step(main)
