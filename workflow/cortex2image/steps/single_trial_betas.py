"""Estimate the response of every voxel to every trial of one subject, with a single-trial GLM.

Reads trials.parquet, the recordings (BOLD, masks, confounds) and an atlas. Fits the GLM run by run, with one
run in memory at a time, in the voxels that lie in the masks of all runs. Writes single_trial_betas.parquet
and mask_voxels.parquet, whose metadata hold the grid.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pyarrow as pa
from nibabel.filebasedimages import ImageFileError

from cortex2image.data.open_dataset import open_recordings
from cortex2image.data.paths import subject_atlas
from cortex2image.data.recording import Run
from cortex2image.data.volumes import load_bold, load_mask, read_bold_header, require_checksum
from cortex2image.errors import DataError, run_step
from cortex2image.fmri.grid import Grid, hemispheres
from cortex2image.fmri.hrf import trial_regressors
from cortex2image.fmri.nuisance import confound_regressors, drift_regressors, kept_volumes
from cortex2image.fmri.rois import UNLABELLED, label_voxels
from cortex2image.fmri.single_trial import single_trial_betas
from cortex2image.progress import say, track
from cortex2image.study.command import Command
from cortex2image.study.data_settings import Glm
from cortex2image.study.settings import Study
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import MASK_VOXELS, SINGLE_TRIAL_BETAS, TRIALS

READS = ("dataset/@source", "dataset/rois", "glm")
COMMAND = Command(__doc__, Study, READS, labels=("subject",), inputs=("trials",), outputs=("betas", "voxels"))


def main(argv: Sequence[str] | None = None) -> None:
    """Write the single-trial betas of one subject, and the voxels that they belong to."""
    args, study = COMMAND.parse(argv)
    trials = TRIALS.read(args.trials)
    rows = rows_by_run(trials)
    runs = matching_runs(open_recordings(study.dataset).runs(args.subject), list(rows), args.trials)
    grid = shared_grid(runs)
    mask = common_mask(runs, grid)
    rois = study.dataset.rois
    roi = atlas_labels(subject_atlas(rois, args.subject), rois.labels, mask, grid)
    say(f"{args.subject}: {trials.num_rows} trials in {len(runs)} runs, {len(roi)} voxels")
    betas = np.empty((trials.num_rows, len(roi)), np.float32)
    for run in track(runs, f"single-trial GLM of {args.subject}"):
        chosen = rows[run.session, run.run]
        betas[chosen] = run_betas(run, trials.take(chosen), mask, study.glm)
    facts = {"affine": json.dumps(grid.affine.tolist()), "shape": json.dumps(grid.shape)}
    facts |= glm_facts(study.glm)
    columns = {"trial_id": trials["trial_id"], "beta": vectors(betas)}
    SINGLE_TRIAL_BETAS.write(columns, args.betas, **facts)
    MASK_VOXELS.write(voxel_columns(mask, grid, roi), args.voxels, **facts)


def glm_facts(glm: Glm) -> dict[str, str]:
    """Return the settings of the GLM as metadata of the tables."""
    lists = {"confounds": str(list(glm.confounds)), "scrub": str(list(glm.scrub))}
    single = {"hrf_derivatives": glm.derivatives, "drift": glm.drift, "high_pass": str(glm.high_pass_hz)}
    return {f"glm_{k}": v for k, v in {"model": glm.model, "hrf": glm.hrf, **single, **lists}.items()}


def rows_by_run(trials: pa.Table) -> dict[tuple[str, str], list[int]]:
    """Return the row numbers of the trials of each (session, run), in the order of the table."""
    rows: dict[tuple[str, str], list[int]] = {}
    labels = zip(trials["session"].to_pylist(), trials["run"].to_pylist(), strict=True)
    for row, label in enumerate(labels):
        rows.setdefault(label, []).append(row)
    return rows


def matching_runs(runs: Sequence[Run], wanted: Sequence[tuple[str, str]], where: str) -> list[Run]:
    """Return the runs in which the trials were recorded; runs without trials are left out.

    Raises
    ------
    DataError
        The data set does not hold the run of a trial.
    """
    found = {(run.session, run.run): run for run in runs}
    missing = [f"{session} {run}" for session, run in wanted if (session, run) not in found]
    if missing:
        fix = "restore the runs' files, or make trials.parquet anew"
        raise DataError(where, "trials of runs the data set holds", f"trials of {', '.join(missing)}", fix)
    return [found[label] for label in wanted]


def shared_grid(runs: Sequence[Run]) -> Grid:
    """Return the grid of all recordings.

    Raises
    ------
    DataError
        Two recordings lie on different grids.
    """
    grids = [bold_grid(path) for path in dict.fromkeys(run.bold for run in runs)]
    for grid in grids[1:]:
        grids[0].require_same(grid)
    return grids[0]


def bold_grid(path: Path) -> Grid:
    """Return the grid of a 4-D NIfTI file."""
    read_bold_header(path)  # a file that is no usable NIfTI raises DataError here
    image: Any = nib.load(path)
    return Grid(image.shape[:3], image.affine, str(path))


def common_mask(runs: Sequence[Run], grid: Grid) -> np.ndarray:
    """Return the voxels that lie in the masks of all runs, (X, Y, Z) bool.

    Raises
    ------
    DataError
        A run has no mask, a mask lies on another grid than the recordings, or no voxel is common.
    """
    mask = np.ones(grid.shape, bool)
    for path in dict.fromkeys(mask_file(run) for run in runs):
        brain, affine = load_mask(path)
        grid.require_same(Grid(brain.shape, affine, str(path)))
        mask &= brain
    if not mask.any():
        fix = "look at the runs' masks; one of them lies elsewhere"
        raise DataError(runs[0].subject, "voxels that lie in the masks of all runs", "none", fix)
    return mask


def mask_file(run: Run) -> Path:
    """Return the brain mask of a run; raise DataError if it has none."""
    if run.mask is None:
        fix = "put the run's desc-brain_mask.nii.gz beside it"
        raise DataError(run.bold, "a brain mask of the run", "none", fix)
    return run.mask


def atlas_labels(atlas: str | None, labels: Mapping[str, int], mask: np.ndarray, grid: Grid) -> list[str]:
    """Return the region of every voxel of `mask`, in C order; without an atlas all are unlabelled."""
    if not atlas:
        return [UNLABELLED] * int(mask.sum())
    try:
        image: Any = nib.load(atlas, keep_file_open=True)
        codes = np.asarray(image.dataobj)
        require_checksum(atlas, image)
    except (OSError, EOFError, ValueError, zlib.error, ImageFileError) as error:
        fix = "correct dataset/rois/atlas in the config, or copy the file again"
        raise DataError(atlas, "a readable NIfTI file of region codes", str(error), fix) from None
    codes = codes[..., 0] if codes.ndim == 4 and codes.shape[3] == 1 else codes
    grid.require_same(Grid(codes.shape, image.affine, atlas))
    return label_voxels(codes[mask], labels, atlas)


def run_betas(run: Run, trials: pa.Table, mask: np.ndarray, glm: Glm) -> np.ndarray:
    """Return the (trials, voxels) float32 betas of one run."""
    where = f"{run.subject} {run.session} {run.run} ({run.bold})"
    bold = load_bold(run.bold, mask, run.volumes)
    volumes = len(bold)
    frame_times = np.arange(volumes) * run.tr + run.slice_time_reference
    onsets, durations = trials["onset"].to_numpy(), trials["duration"].to_numpy()
    regressors = trial_regressors(frame_times, onsets, durations, glm.hrf, glm.derivatives)
    drift = drift_regressors(volumes, run.tr, glm.drift, glm.high_pass_hz)
    keep = kept_volumes(run.confounds, glm.scrub, volumes, where)
    confounds = confound_regressors(run.confounds, glm.confounds, keep, where)
    return single_trial_betas(bold, regressors, np.hstack([drift, confounds]), keep, glm.model, where)


def voxel_columns(mask: np.ndarray, grid: Grid, roi: Sequence[str]) -> dict[str, object]:
    """Return the columns of mask_voxels.parquet."""
    indices = np.argwhere(mask)
    columns: dict[str, object] = {name: indices[:, axis] for axis, name in enumerate("ijk")}
    columns |= {"voxel_id": np.arange(len(indices)), "roi": roi}
    columns |= {"invalid_sessions": np.zeros(len(indices), np.int32)}
    columns |= {"released_ncsnr": pa.nulls(len(indices), pa.float64())}
    return columns | {"hemisphere": hemispheres(indices, grid.affine)}


if __name__ == "__main__":
    run_step(main)
