"""Reads the runs and trials of one subject, writes the response of every voxel to every trial.

Reads the data set through its reader (BOLD, masks, confounds), an atlas, and trials.parquet. Fits the
single-trial GLM run by run, one run in memory at a time, in the voxels that lie in the masks of all runs.
Writes single_trial_betas.parquet and mask_voxels.parquet, whose metadata keep the grid.
"""

import argparse
import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pyarrow as pa
from nibabel.filebasedimages import ImageFileError

from cortex2image.data.options import add_dataset_options, add_region_options, chosen_recordings, parse_labels
from cortex2image.data.recording import Run
from cortex2image.data.volumes import load_bold, load_mask, read_bold_header
from cortex2image.errors import DataError, run_step
from cortex2image.fmri.grid import Grid, hemispheres
from cortex2image.fmri.hrf import DERIVATIVES, SHAPES, trial_regressors
from cortex2image.fmri.nuisance import DRIFTS, confound_regressors, drift_regressors, kept_volumes
from cortex2image.fmri.rois import UNLABELLED, label_voxels
from cortex2image.fmri.single_trial import MODELS, single_trial_betas
from cortex2image.progress import say, track
from cortex2image.tables.columns import vectors
from cortex2image.tables.contracts import MASK_VOXELS, SINGLE_TRIAL_BETAS, TRIALS

SETTINGS = ("model", "hrf", "hrf_derivatives", "drift", "high_pass", "confounds", "scrub")


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the options of this step."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_dataset_options(parser)
    add_region_options(parser)
    parser.add_argument("--subject", required=True)
    parser.add_argument("--trials", required=True, help="trials.parquet of the subject")
    parser.add_argument("--model", choices=MODELS, required=True)
    parser.add_argument("--hrf", choices=tuple(SHAPES), required=True)
    parser.add_argument("--hrf-derivatives", choices=DERIVATIVES, default="none")
    parser.add_argument("--drift", choices=DRIFTS, required=True)
    parser.add_argument("--high-pass", type=float, required=True, help="Hz")
    parser.add_argument("--confounds", nargs="*", default=[], help="columns that enter the model")
    parser.add_argument("--scrub", nargs="*", default=[], help="prefixes of columns that mark volumes")
    parser.add_argument("--betas", required=True, help="single_trial_betas.parquet to write")
    parser.add_argument("--voxels", required=True, help="mask_voxels.parquet to write")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the single-trial betas of one subject and the voxels they belong to."""
    args = parse_args(argv)
    trials = TRIALS.read(args.trials)
    rows = rows_by_run(trials)
    runs = matching_runs(chosen_recordings(args).runs(args.subject), list(rows), args.trials)
    grid = shared_grid(runs)
    mask = common_mask(runs, grid)
    roi = atlas_labels(args.atlas, parse_labels(args.labels), mask, grid)
    say(f"{args.subject}: {trials.num_rows} trials in {len(runs)} runs, {len(roi)} voxels")
    betas = np.empty((trials.num_rows, len(roi)), np.float32)
    for run in track(runs, f"single-trial GLM of {args.subject}"):
        chosen = rows[run.session, run.run]
        betas[chosen] = run_betas(run, trials.take(chosen), mask, args)
    facts = {"affine": json.dumps(grid.affine.tolist()), "shape": json.dumps(grid.shape)}
    facts |= {f"glm_{name}": str(getattr(args, name)) for name in SETTINGS}
    columns = {"trial_id": trials["trial_id"], "beta": vectors(betas)}
    SINGLE_TRIAL_BETAS.write(columns, args.betas, **facts)
    MASK_VOXELS.write(voxel_columns(mask, grid, roi), args.voxels, **facts)


def rows_by_run(trials: pa.Table) -> dict[tuple[str, str], list[int]]:
    """Return the rows of the trials of each (session, run), in the order of the table."""
    rows: dict[tuple[str, str], list[int]] = {}
    labels = zip(trials["session"].to_pylist(), trials["run"].to_pylist(), strict=True)
    for row, label in enumerate(labels):
        rows.setdefault(label, []).append(row)
    return rows


def matching_runs(runs: Sequence[Run], wanted: Sequence[tuple[str, str]], where: str) -> list[Run]:
    """Return the runs the trials were recorded in; a run without trials is left out.

    Raises
    ------
    DataError
        Trials of a run that the data set does not hold.
    """
    found = {(run.session, run.run): run for run in runs}
    missing = [f"{session} {run}" for session, run in wanted if (session, run) not in found]
    if missing:
        fix = "restore the runs' files, or make trials.parquet anew"
        raise DataError(where, "trials of runs the data set holds", f"trials of {', '.join(missing)}", fix)
    return [found[label] for label in wanted]


def shared_grid(runs: Sequence[Run]) -> Grid:
    """Return the grid of the recordings.

    Raises
    ------
    DataError
        Two recordings that lie on different grids.
    """
    grids = [bold_grid(path) for path in dict.fromkeys(run.bold for run in runs)]
    for grid in grids[1:]:
        grids[0].require_same(grid)
    return grids[0]


def bold_grid(path: Path) -> Grid:
    """Return the grid of a 4-D file."""
    read_bold_header(path)  # a file that is no usable NIfTI raises DataError here
    image: Any = nib.load(path)
    return Grid(image.shape[:3], image.affine, str(path))


def common_mask(runs: Sequence[Run], grid: Grid) -> np.ndarray:
    """Return the voxels that lie in the masks of all runs, (X, Y, Z) bool.

    Raises
    ------
    DataError
        A run without a mask, a mask on another grid than the recordings, or no common voxel.
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
    """Return the brain mask of a run; without one, raise DataError."""
    if run.mask is None:
        fix = "put the run's desc-brain_mask.nii.gz beside it"
        raise DataError(run.bold, "a brain mask of the run", "none", fix)
    return run.mask


def atlas_labels(atlas: str | None, labels: Mapping[str, int], mask: np.ndarray, grid: Grid) -> list[str]:
    """Return the region of every voxel of `mask`, in C order; unlabelled without an atlas."""
    if not atlas:
        return [UNLABELLED] * int(mask.sum())
    try:
        image: Any = nib.load(atlas)
        codes = np.asarray(image.dataobj)
    except (OSError, EOFError, ValueError, zlib.error, ImageFileError) as error:
        fix = "correct dataset/rois/atlas in the config, or copy the file again"
        raise DataError(atlas, "a readable NIfTI file of region codes", str(error), fix) from None
    codes = codes[..., 0] if codes.ndim == 4 and codes.shape[3] == 1 else codes
    grid.require_same(Grid(codes.shape, image.affine, atlas))
    return label_voxels(codes[mask], labels, atlas)


def run_betas(run: Run, trials: pa.Table, mask: np.ndarray, args: argparse.Namespace) -> np.ndarray:
    """Return the (trials, voxels) float32 betas of one run."""
    where = f"{run.subject} {run.session} {run.run} ({run.bold})"
    bold = load_bold(run.bold, mask, run.volumes)
    volumes = len(bold)
    frame_times = np.arange(volumes) * run.tr + run.slice_time_reference
    onsets, durations = trials["onset"].to_numpy(), trials["duration"].to_numpy()
    regressors = trial_regressors(frame_times, onsets, durations, args.hrf, args.hrf_derivatives)
    drift = drift_regressors(volumes, run.tr, args.drift, args.high_pass)
    keep = kept_volumes(run.confounds, args.scrub, volumes, where)
    confounds = confound_regressors(run.confounds, args.confounds, keep, where)
    return single_trial_betas(bold, regressors, np.hstack([drift, confounds]), keep, args.model, where)


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
