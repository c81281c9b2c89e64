"""Estimate the response of every voxel to every trial of one subject, with a single-trial GLM.

Reads trials.parquet, the recordings (BOLD, masks, confounds) and an atlas. Fits the GLM run by run, with one
run in memory at a time, in the voxels that lie in the masks of all runs. Every model is tested before the
first recording is read. Writes single_trial_betas.parquet and mask_voxels.parquet, whose metadata hold the
grid; those of mask_voxels.parquet also name trials whose response was recorded in part (`left_out`, a JSON
list). If a voxel is flat in a run, its betas there are 0, and mask_voxels.parquet counts the session. Writes
runs.parquet, which sums up each run and its motion.
"""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cortex2image.data.grids import grid_of_runs
from cortex2image.data.open_dataset import open_recordings
from cortex2image.data.paths import subject_atlas
from cortex2image.data.recording import Run
from cortex2image.data.run_model import RunModel, Shown, check_models
from cortex2image.data.volumes import load_bold, load_mask, load_volume
from cortex2image.errors import DataError, run_step
from cortex2image.fmri.flat_voxels import flat_voxels
from cortex2image.fmri.grid import Grid, hemispheres
from cortex2image.fmri.motion import motion
from cortex2image.fmri.rois import UNLABELLED, label_voxels
from cortex2image.progress import say, track
from cortex2image.study.command import Command
from cortex2image.study.data_settings import Glm
from cortex2image.study.settings import Study
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import MASK_VOXELS, RUNS, SINGLE_TRIAL_BETAS, TRIALS

READS = ("dataset/@source", "dataset/rois", "glm")
COMMAND = Command(
    __doc__, Study, READS, labels=("subject",), inputs=("trials",), outputs=("betas", "voxels", "runs")
)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the single-trial betas of one subject, and the voxels that they belong to."""
    args, study = COMMAND.parse(argv)
    trials = TRIALS.read(args.trials)
    rows = rows_by_run(trials)
    runs = matching_runs(open_recordings(study.dataset).runs(args.subject), list(rows), args.trials)
    models = [run_model(run, trials.take(rows[run.session, run.run]), study.glm) for run in runs]
    problems = check_models(models)
    for problem in problems:
        say(f"warning: {problem}")
    rois = study.dataset.rois
    atlas = subject_atlas(rois, args.subject)
    grid = grid_of_runs([(run.bold, run.mask) for run in runs], atlas)
    mask = common_mask(runs, grid.shape)
    roi = atlas_labels(atlas, rois.labels, mask)
    say(f"{args.subject}: {trials.num_rows} trials in {len(runs)} runs, {len(roi)} voxels")
    betas = np.empty((trials.num_rows, len(roi)), np.float32)
    flat = {run.session: np.zeros(len(roi), bool) for run in runs}
    for model in track(models, f"single-trial GLM of {args.subject}"):
        run = model.run
        bold = load_bold(run.bold, mask, run.volumes)
        betas[rows[run.session, run.run]] = model.betas(bold)
        flat[run.session] |= flat_in(model, bold)
    facts = {"affine": json.dumps(grid.affine.tolist()), "shape": json.dumps(grid.shape)}
    facts |= glm_facts(study.glm)
    columns = {"trial_id": trials["trial_id"], "beta": vectors(betas)}
    SINGLE_TRIAL_BETAS.write(columns, args.betas, **facts)
    columns = voxel_columns(mask, grid, roi, np.sum(list(flat.values()), axis=0))
    MASK_VOXELS.write(columns, args.voxels, left_out=json.dumps(problems), **facts)
    RUNS.write(pa.Table.from_pylist(list(map(run_summary, models))), args.runs, **glm_facts(study.glm))


def glm_facts(glm: Glm) -> dict[str, str]:
    """Return the settings of the GLM as metadata of the tables."""
    lists = {"confounds": str(list(glm.confounds)), "scrub": str(list(glm.scrub))}
    single = {"hrf_derivatives": glm.derivatives, "drift": glm.drift, "high_pass": str(glm.high_pass_hz)}
    single["onset_shift_s"] = str(glm.onset_shift_s)
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


def common_mask(runs: Sequence[Run], shape: tuple[int, ...]) -> np.ndarray:
    """Return the voxels that lie in the masks of all runs, (X, Y, Z) bool.

    Raises
    ------
    DataError
        A mask is unreadable or not binary, or no voxel is common.
    """
    mask = np.ones(shape, bool)
    for path in dict.fromkeys(run.mask for run in runs if run.mask is not None):
        mask &= load_mask(path)[0]
    if not mask.any():
        fix = "look at the runs' masks; one of them lies elsewhere"
        raise DataError(runs[0].subject, "voxels that lie in the masks of all runs", "none", fix)
    return mask


def atlas_labels(atlas: str | None, labels: Mapping[str, int], mask: np.ndarray) -> list[str]:
    """Return the region of every voxel of `mask`, in C order; without an atlas all are unlabelled."""
    if not atlas:
        return [UNLABELLED] * int(mask.sum())
    return label_voxels(load_volume(atlas)[0][mask], labels, atlas)


def flat_in(model: RunModel, bold: np.ndarray) -> np.ndarray:
    """Return which voxels of (volumes, voxels) `bold` are flat in the volumes that stay, (voxels,) bool."""
    flat = flat_voxels(bold[model.keep()])
    if flat.any():
        run = model.run
        say(f"warning: {run.session} {run.run}: {flat.sum()} of {len(flat)} voxels are flat")
    return flat


def run_model(run: Run, trials: pa.Table, glm: Glm) -> RunModel:
    """Return the model of one run; onsets are shifted here and nowhere else."""
    names = [
        f"{trial} ({stimulus})"
        for trial, stimulus in zip(
            trials["trial_id"].to_pylist(), trials["stimulus_id"].to_pylist(), strict=True
        )
    ]
    onsets, durations = trials["onset"].to_numpy() + glm.onset_shift_s, trials["duration"].to_numpy()
    return RunModel(run, Shown(tuple(names), onsets, durations), glm)


def run_summary(model: RunModel) -> dict[str, object]:
    """Return the row of runs.parquet of the run of a model."""
    run, moved = model.run, motion(model.run.confounds)
    return {
        "session": run.session,
        "run": run.run,
        "volumes": model.volumes,
        "seconds": run.seconds,
        "trials": len(model.shown.names),
        "left_out": int((~model.keep()).sum()),
        "mean_fd": moved and moved.mean,
        "max_fd": moved and moved.largest,
        "share_moved": moved and moved.share_large,
    }


def voxel_columns(
    mask: np.ndarray, grid: Grid, roi: Sequence[str], flat_sessions: np.ndarray
) -> dict[str, object]:
    """Return the columns of mask_voxels.parquet, given in how many sessions each voxel has a flat run."""
    indices = np.argwhere(mask)
    columns: dict[str, object] = {name: indices[:, axis] for axis, name in enumerate("ijk")}
    columns |= {"voxel_id": np.arange(len(indices)), "roi": roi}
    columns |= {"invalid_sessions": np.asarray(flat_sessions, np.int32)}
    columns |= {"released_ncsnr": pa.nulls(len(indices), pa.float64())}
    return columns | {"hemisphere": hemispheres(indices, grid.affine)}


if __name__ == "__main__":
    run_step(main)
