"""Write a simulated subject as BIDS events and derivatives in the layout of fMRIPrep."""

import json
from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cortex2image.files import atomic
from cortex2image.simulation.anatomy import Anatomy, Traits
from cortex2image.simulation.design import BLANK, STIMULUS_S, RunDesign
from cortex2image.simulation.layout import TASK, dataset_files

INTENSITY_STEP = 0.0075
"""Difference in intensity between neighbouring integers of the stored volumes."""

README = """Simulated fMRI: seeded subjects who look at rendered scenes. No person was scanned.
The folder has the shape of BIDS events with derivatives of fMRIPrep; sub-*/ holds events only, no raw scans.
stimuli/stimuli.tsv gives the split, the category, the setting and five captions of every picture.
"""
_DESCRIPTION = {"BIDSVersion": "1.10.0", "GeneratedBy": [{"Name": "cortex2image simulate_subject"}]}
_DESCRIPTIONS = {
    "description": {"Name": "Simulated scenes", "DatasetType": "raw"},
    "fmriprep": {"Name": "Simulated scenes, shaped as by fMRIPrep", "DatasetType": "derivative"},
    "rois": {"Name": "Simulated regions of interest", "DatasetType": "derivative"},
}


def write_dataset(root: str, stimuli: pd.DataFrame) -> None:
    """Write the files of the data set that belong to no subject: descriptions, README, table of stimuli."""
    files = dataset_files(root)
    for key, description in _DESCRIPTIONS.items():
        _write_json({**description, **_DESCRIPTION}, files[key])
    with atomic(files["readme"]) as temporary:
        temporary.write_text(README)
    _write_table(stimuli, files["stimuli"])


def write_run(
    files: dict[str, str],
    anatomy: Anatomy,
    traits: Traits,
    events: pd.DataFrame,
    bold: NDArray[np.float64],
    confounds: pd.DataFrame,
) -> None:
    """Write the files of one run: events, confounds, sidecar, BOLD series, its mean and the brain mask.

    Parameters
    ----------
    files : dict
        From :func:`cortex2image.simulation.layout.run_files`.
    events : DataFrame
        From :func:`events_table`.
    bold : (volumes, voxels)
        Intensities of the voxels in the brain mask.
    confounds : DataFrame
    """
    _write_table(events, files["events"])
    _write_table(confounds, files["confounds"])
    _write_json(sidecar(traits), files["sidecar"])
    _write_volume(_stored(anatomy, bold.T), anatomy.affine, files["bold"], traits.tr)
    _write_volume(_stored(anatomy, bold.mean(0)), anatomy.affine, files["boldref"])
    _write_volume(anatomy.volume(np.ones(len(anatomy.ijk), np.uint8)), anatomy.affine, files["mask"])


def write_atlas(anatomy: Anatomy, path: str) -> None:
    """Write the ROI volume with the codes -1 and 0 to 7 as floats, as NSD stores them."""
    labels = anatomy.volume(anatomy.labels.astype(np.float32), fill=-1)
    _write_volume(labels, anatomy.affine, path)


def events_table(design: RunDesign, stim_files: Sequence[str]) -> pd.DataFrame:
    """Return the events of a run: onset, duration, trial_type, stim_file; a blank trial has no stim_file.

    Parameters
    ----------
    stim_files : sequence of str
        `stim_file` of each stimulus, in the order of the indices in `design.stimuli`.
    """
    return pd.DataFrame(
        {
            "onset": design.onsets,
            "duration": STIMULUS_S,
            "trial_type": ["blank" if row == BLANK else "image" for row in design.stimuli],
            "stim_file": [None if row == BLANK else stim_files[row] for row in design.stimuli],
        }
    )


def sidecar(traits: Traits) -> dict[str, object]:
    """Return the JSON sidecar of a BOLD run."""
    return {
        "TaskName": TASK,
        "RepetitionTime": traits.tr,
        "SliceTimingCorrected": traits.slice_timing_corrected,
        "StartTime": traits.start_time,
        "SkullStripped": True,
    }


def _stored(anatomy: Anatomy, intensities: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return intensities, one row per voxel, as a volume of integers in steps of :data:`INTENSITY_STEP`."""
    limit = np.iinfo(np.int16).max
    return anatomy.volume(np.clip(np.rint(intensities / INTENSITY_STEP), 0, limit).astype(np.int16))


def _write_volume(
    data: NDArray[np.generic], affine: NDArray[np.float64], path: str, tr: float | None = None
) -> None:
    image = nib.Nifti1Image(data, affine)
    image.header.set_xyzt_units("mm", "sec")
    if data.dtype == np.int16:
        image.header.set_slope_inter(INTENSITY_STEP, 0)
    if tr is not None:
        image.header.set_zooms((*image.header.get_zooms()[:3], tr))
    with atomic(path) as temporary:
        nib.save(image, temporary)


def _write_table(table: pd.DataFrame, path: str) -> None:
    with atomic(path) as temporary:
        table.to_csv(temporary, sep="\t", index=False, na_rep="n/a", float_format="%.8g", compression=None)


def _write_json(content: dict[str, object], path: str | Path) -> None:
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n")
