"""One simulated subject who looks at the pictures.

Reads the pictures and their table. Computes the subject from the seed and its label: head, tuning,
responses, scans. Writes its BIDS events, fMRIPrep-shaped derivatives and ROI volume and, outside of the data
set, the truth.
"""

import argparse
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


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, required=True, help="the study's seed")
    parser.add_argument("--subject", required=True, help="label, e.g. sub-01")
    parser.add_argument("--train-stimuli", type=int, required=True, help="number of training pictures")
    parser.add_argument("--test-stimuli", type=int, required=True, help="number of test pictures")
    parser.add_argument("--test-repeats", type=int, required=True, help="times each test picture is shown")
    parser.add_argument("--bids", required=True, help="folder of the BIDS data set")
    parser.add_argument("--truth", required=True, help="folder of the ground truth, outside the data set")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    sizes = Sizes(args.train_stimuli, args.test_stimuli, args.test_repeats)
    scenes = study_scenes(args.seed, sizes)
    stim_files = scene_files(scenes)
    check_stimuli(dataset_files(args.bids)["stimuli"], stim_files)
    images = load_images(Path(args.bids, "stimuli"), stim_files, IMAGE_SIDE)
    subject = build_subject(args.seed, args.subject, sizes, scenes, images)
    for number, name in enumerate(track(run_names(sizes), f"scan {args.subject}")):
        bold, confounds = subject.scan_run(number)
        events = events_table(subject.designs[number], stim_files)
        files = run_files(args.bids, args.subject, name)
        write_run(files, subject.anatomy, subject.traits, events, bold, confounds)
    write_atlas(subject.anatomy, atlas_file(args.bids, args.subject))
    facts = {"subject": args.subject, "seed": args.seed, "traits": asdict(subject.traits)}
    truth = truth_files(args.truth, args.subject)
    save_truth(truth_of(subject, scenes, sizes.test_repeats), facts, **truth)


def check_stimuli(path: str, stim_files: Sequence[str]) -> None:
    """Raise DataError where the table of stimuli was made with other settings than the subject's."""
    found = list(pd.read_csv(path, sep="\t")["stim_file"])
    if found != list(stim_files):
        expected = f"{len(stim_files)} pictures, {stim_files[0]} to {stim_files[-1]}"
        fix = "run simulate_stimuli with the same settings"
        raise DataError(path, expected, f"{len(found)} other pictures", fix)


if __name__ == "__main__":
    run_step(main)
