"""The recordings of Haxby 2001 in BIDS: a row of events for each picture, 2 s apart, as in archives."""

import json
from itertools import groupby
from pathlib import Path

import nibabel as nib
import numpy as np

TR, PICTURE_EVERY_S, PICTURE_S = 2.5, 2.0, 0.5
LABEL_LAG_VOLUMES = 2  # labels mark the response, pictures came earlier
CATEGORIES = ("bottle", "cat", "chair", "face", "house", "scissors", "scrambledpix", "shoe")


def write_haxby_bids(source: Path, root: Path) -> None:
    """Write subject 1 with its brain mask, from a folder as the data set is distributed."""
    rows = [line.split() for line in (source / "subj1" / "labels.txt").read_text().splitlines()[1:]]
    image, mask = nib.load(source / "subj1" / "bold.nii.gz"), nib.load(source / "mask.nii.gz")
    bold, start = np.asarray(image.dataobj), 0
    for run, group in groupby(rows, key=lambda row: int(row[1])):
        words = [word for word, _ in group]
        stem = f"sub-1_task-look_run-{run + 1:02d}"
        _write_run(root, stem, nib.Nifti1Image(bold[..., start : start + len(words)], image.affine), mask)
        events = root / "sub-1" / "func" / f"{stem}_events.tsv"
        events.parent.mkdir(parents=True, exist_ok=True)
        events.write_text("onset\tduration\ttrial_type\n" + "".join(_events(words)))
        start += len(words)


def _write_run(root: Path, stem: str, image: nib.Nifti1Image, mask: nib.Nifti1Image) -> None:
    folder = root / "derivatives" / "fmriprep" / "sub-1" / "func"
    folder.mkdir(parents=True, exist_ok=True)
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_zooms((*image.header.get_zooms()[:3], TR))
    nib.save(image, folder / f"{stem}_space-T1w_desc-preproc_bold.nii.gz")
    nib.save(
        nib.Nifti1Image(np.asarray(mask.dataobj), image.affine),
        folder / f"{stem}_space-T1w_desc-brain_mask.nii.gz",
    )
    (folder / f"{stem}_space-T1w_desc-preproc_bold.json").write_text(json.dumps({"RepetitionTime": TR}))


def _events(words: list[str]) -> list[str]:
    lines, volume = [], 0
    for word, group in groupby(words):
        count = len(list(group))
        onset = max(0, volume - LABEL_LAG_VOLUMES) * TR
        if word in CATEGORIES:
            onsets = onset + PICTURE_EVERY_S * np.arange(int(count * TR // PICTURE_EVERY_S))
            lines += [f"{seconds:g}\t{PICTURE_S:g}\t{word}\n" for seconds in onsets]
        else:
            lines.append(f"{onset:g}\t{count * TR:g}\t{word}\n")
        volume += count
    return lines
