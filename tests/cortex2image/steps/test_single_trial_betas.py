"""The step on a tiny BIDS data set whose responses are planted."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.hrf import trial_regressors
from cortex2image.steps.single_trial_betas import main
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import MASK_VOXELS, RUNS, SINGLE_TRIAL_BETAS, TRIALS

SHAPE, TR, VOLUMES = (4, 5, 6), 2.0, 70
AFFINE = np.array([[3.0, 0, 0, -4], [0, 3, 0, -10], [0, 0, 3, 5], [0, 0, 0, 1]])
ONSETS = np.array([4.5, 24.0, 47.3, 70.0, 95.6])
CONFOUNDS = {"trans_x": np.sin(np.arange(VOLUMES)), "non_steady_state_outlier00": np.arange(VOLUMES) == 0}
DERIVATIVES = "derivatives/fmriprep/sub-01/func"


class Study:
    """A data set of two runs, its trials and the options of the step."""

    def __init__(self, root: Path) -> None:
        self.root, self.betas, self.voxels = root, root / "betas.parquet", root / "voxels.parquet"
        self.runs = root / "runs.parquet"
        self.rng = np.random.default_rng(5)
        self.masks = [self.rng.random(SHAPE) < 0.6 for _ in range(2)]
        self.mask = self.masks[0] & self.masks[1]
        self.codes = self.rng.choice([-1.0, 0, 1, 5], SHAPE)
        self.planted = self.rng.normal(1, 1, (2, len(ONSETS), *SHAPE))
        for run in range(2):
            self.write_run(run)
        self.atlas = self.save("sub-01_atlas.nii.gz", self.codes)
        self.write_trials()

    def save(self, name: str, values: np.ndarray, affine: np.ndarray = AFFINE) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nib.save(nib.Nifti1Image(values.astype(np.float32), affine), path)
        return path

    def stem(self, run: int) -> str:
        return f"{DERIVATIVES}/sub-01_task-scenes_run-{run + 1}"

    def write_run(self, run: int) -> None:
        frame_times = TR * np.arange(VOLUMES) + 1
        regressors = trial_regressors(frame_times, ONSETS, np.full(len(ONSETS), 3.0), "spm")[:, 0]
        change = np.moveaxis(np.tensordot(regressors, self.planted[run], axes=(0, 0)), 0, -1)
        change += 0.5 * CONFOUNDS["trans_x"] * self.rng.normal(size=(*SHAPE, 1))
        change -= change[..., 1:].mean(axis=-1, keepdims=True)
        bold = self.rng.uniform(400, 900, (*SHAPE, 1)) * (1 + change / 100)
        bold[..., 0] *= 3
        self.save(f"{self.stem(run)}_space-T1w_desc-preproc_bold.nii.gz", bold)
        self.save(f"{self.stem(run)}_space-T1w_desc-brain_mask.nii.gz", self.masks[run])
        facts = {"RepetitionTime": TR, "StartTime": 1.0}
        sidecar = self.root / f"{self.stem(run)}_space-T1w_desc-preproc_bold.json"
        sidecar.write_text(json.dumps(facts))
        rows = ["\t".join(CONFOUNDS), *(f"{x}\t{int(s)}" for x, s in zip(*CONFOUNDS.values(), strict=True))]
        (self.root / f"{self.stem(run)}_desc-confounds_timeseries.tsv").write_text("\n".join(rows))
        events = self.root / f"sub-01/func/sub-01_task-scenes_run-{run + 1}_events.tsv"
        events.parent.mkdir(parents=True, exist_ok=True)
        shown = [f"{onset}\t3.0\tpicture-{run}{i}.png" for i, onset in enumerate(ONSETS)]
        events.write_text("\n".join(["onset\tduration\tstim_file", *shown]))

    def write_trials(self, runs: tuple[str, str] = ("run-1", "run-2")) -> None:
        count = 2 * len(ONSETS)
        columns = {
            "trial_id": [f"{run}_trial-{i:03d}" for run in runs for i in range(len(ONSETS))],
            "stimulus_id": [f"picture-{run}{i}" for run in range(2) for i in range(len(ONSETS))],
            "session": ["ses-1"] * count,
            "run": np.repeat(runs, len(ONSETS)).tolist(),
            "repetition": [0] * count,
            "split": ["train"] * count,
            "fold": [None] * count,
            "onset": np.tile(ONSETS, 2),
            "duration": [3.0] * count,
        }
        TRIALS.write(columns, self.root / "trials.parquet")

    def run_step(self, rois: Mapping[str, object] | None = None, **glm: object) -> None:
        """Run the step with the atlas of this study, or `rois`; `glm` overrules settings of the GLM."""
        files = {"trials": self.root / "trials.parquet", "betas": self.betas, "voxels": self.voxels}
        files["runs"] = self.runs
        options = [str(part) for name, value in files.items() for part in (f"--{name}", value)]
        own = {"atlas": str(self.root / "{subject}_atlas.nii.gz"), "labels": {"early": 1, "ventral": 5}}
        dataset = {"reader": "bids", "root": str(self.root), "derivatives": None}
        dataset["rois"] = own if rois is None else own | rois
        glm = {"model": "lsa", "confounds": ["trans_x"], **glm}
        main(["--subject", "sub-01", *options, *as_option(dataset=dataset, glm=glm)])

    def assert_nothing_written(self) -> None:
        assert not self.betas.exists()
        assert not self.voxels.exists()
        assert not self.runs.exists()


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def test_planted_responses_come_back_in_the_order_of_trials_and_voxels(study: Study) -> None:
    study.run_step()
    table = SINGLE_TRIAL_BETAS.read(study.betas)
    assert table["trial_id"].to_pylist() == TRIALS.read(study.root / "trials.parquet")["trial_id"].to_pylist()
    planted = study.planted.reshape(-1, *SHAPE)[:, study.mask]
    np.testing.assert_allclose(matrix(table, "beta"), planted, atol=2e-3)


def test_voxels_carry_the_grid_and_their_regions(study: Study) -> None:
    study.run_step()
    table = MASK_VOXELS.read(study.voxels)
    indices = np.array([table[axis].to_pylist() for axis in "ijk"]).T
    np.testing.assert_array_equal(indices, np.argwhere(study.mask))
    names = {1.0: "early", 5.0: "ventral"}
    assert table["roi"].to_pylist() == [names.get(c, "unlabelled") for c in study.codes[study.mask]]
    world = nib.affines.apply_affine(AFFINE, indices)[:, 0]
    assert table["hemisphere"].to_pylist() == ["left" if x < 0 else "right" for x in world]
    facts = table.schema.metadata
    np.testing.assert_array_equal(json.loads(facts[b"affine"]), AFFINE)
    assert json.loads(facts[b"shape"]) == list(SHAPE)
    glm = {name[4:]: value for name, value in facts.items() if name.startswith(b"glm_")}
    assert glm == {
        b"model": b"lsa",
        b"hrf": b"spm",
        b"hrf_derivatives": b"none",
        b"onset_shift_s": b"0.0",
        b"drift": b"cosine",
        b"high_pass": b"0.01",
        b"confounds": b"['trans_x']",
        b"scrub": b"['non_steady_state_outlier']",
    }


def test_runs_are_summed_up(study: Study) -> None:
    path = next(study.root.rglob("*run-2*confounds*"))
    moved = np.r_[np.nan, np.full(VOLUMES - 3, 0.1), 0.7, 0.9]
    rows = [f"{x}\t{int(s)}\t{fd}" for x, s, fd in zip(*CONFOUNDS.values(), moved, strict=True)]
    path.write_text(
        "\n".join(["\t".join([*CONFOUNDS, "framewise_displacement"]), *rows]).replace("nan", "n/a")
    )
    study.run_step()
    table = RUNS.read(study.runs).to_pandas().set_index("run")
    assert table["volumes"].tolist() == [VOLUMES] * 2
    assert table["seconds"].tolist() == [VOLUMES * TR] * 2
    assert table["trials"].tolist() == [len(ONSETS)] * 2
    assert table["left_out"].tolist() == [1, 1]
    assert np.isnan(table.loc["run-1", ["mean_fd", "max_fd", "share_moved"]].astype(float)).all()
    np.testing.assert_allclose(table.loc["run-2", "mean_fd"], (0.1 * (VOLUMES - 3) + 1.6) / (VOLUMES - 1))
    assert table.loc["run-2", "max_fd"] == 0.9
    np.testing.assert_allclose(table.loc["run-2", "share_moved"], 2 / (VOLUMES - 1))


def test_without_confounds_and_atlas(study: Study) -> None:
    for path in study.root.rglob("*confounds*"):
        path.unlink()
    study.run_step({"atlas": None}, confounds=[], model="lss", derivatives="time")
    assert set(MASK_VOXELS.read(study.voxels)["roi"].to_pylist()) == {"unlabelled"}
    assert len(SINGLE_TRIAL_BETAS.read(study.betas)) == 2 * len(ONSETS)


def change_events(study: Study, run: int, shift: float, last: float | None = None) -> None:
    """Write events and trials whose onsets are late by `shift` s; optionally move a run's last trial."""
    onsets = np.tile(ONSETS + shift, 2)
    if last is not None:
        onsets[(run + 1) * len(ONSETS) - 1] = last
    table = TRIALS.read(study.root / "trials.parquet")
    columns = {name: table[name] for name in table.column_names} | {"onset": onsets}
    TRIALS.write(columns, study.root / "trials.parquet")


def test_late_onsets_are_shifted_back_once(study: Study) -> None:
    change_events(study, 0, shift=7.5)
    study.run_step(onset_shift_s=-7.5)
    betas = matrix(SINGLE_TRIAL_BETAS.read(study.betas), "beta")
    planted = study.planted.reshape(-1, *SHAPE)[:, study.mask]
    np.testing.assert_allclose(betas, planted, atol=2e-3)
    study.run_step()
    assert np.abs(matrix(SINGLE_TRIAL_BETAS.read(study.betas), "beta") - planted).max() > 0.5


def test_trials_recorded_in_part_are_told_to_the_report(study: Study) -> None:
    study.run_step()
    assert json.loads(MASK_VOXELS.read(study.voxels).schema.metadata[b"left_out"]) == []
    change_events(study, 1, shift=0.0, last=133.9)
    study.run_step()
    (problem,) = json.loads(MASK_VOXELS.read(study.voxels).schema.metadata[b"left_out"])
    assert problem.startswith("1 of 10 trials have less than half of their response in volumes that are kept")
    assert problem.endswith("run-2_trial-004 (picture-14) at 133.9 s")


def test_events_are_tested_before_a_recording_is_read(study: Study) -> None:
    change_events(study, 1, shift=0.0, last=139.0)
    spoil_voxel(study)
    with pytest.raises(DataError, match=r"run-2 .*run-2_events\.tsv(.|\n)*run-2_trial-004 .* at 139 s"):
        study.run_step()
    study.assert_nothing_written()


def shift_run(study: Study) -> None:
    for kind in ("preproc_bold", "brain_mask"):
        path = study.root / f"{study.stem(1)}_space-T1w_desc-{kind}.nii.gz"
        study.save(str(path.relative_to(study.root)), nib.load(path).get_fdata(), AFFINE + np.eye(4, k=3))


def reshape_mask(study: Study) -> None:
    study.save(f"{study.stem(0)}_space-T1w_desc-brain_mask.nii.gz", np.ones((4, 6, 5)))


def part_masks(study: Study) -> None:
    study.save(f"{study.stem(1)}_space-T1w_desc-brain_mask.nii.gz", ~study.masks[0])


def drop_mask(study: Study) -> None:
    (study.root / f"{study.stem(1)}_space-T1w_desc-brain_mask.nii.gz").unlink()


def spoil_voxel(study: Study) -> None:
    path = study.root / f"{study.stem(1)}_space-T1w_desc-preproc_bold.nii.gz"
    values = nib.load(path).get_fdata()
    values[study.mask, 7] = np.nan
    study.save(str(path.relative_to(study.root)), values)


def cut_atlas(study: Study) -> None:
    study.atlas.write_bytes(study.atlas.read_bytes()[:100])


def reshape_atlas(study: Study) -> None:
    study.atlas = study.save("sub-01_atlas.nii.gz", np.ones((5, 4, 6)))


def remove_atlas(study: Study) -> None:
    study.atlas.unlink()


def rename_runs(study: Study) -> None:
    study.write_trials(("run-1", "run-9"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (shift_run, r"run-2_space-T1w_desc-preproc_bold.*\n.*affine of .*run-1_space-T1w_desc-preproc_bold"),
        (reshape_mask, r"run-1_.*mask\.nii\.gz\n.*\(4, 5, 6\).*\n.*\(4, 6, 5\)"),
        (part_masks, "masks of all runs"),
        (drop_mask, r"run-2_.*bold\.nii\.gz\n.*a brain mask"),
        (spoil_voxel, r"run-2_.*bold\.nii\.gz\n.*finite.*\n.*first in volume 7"),
        (cut_atlas, r"atlas\.nii\.gz\n.*whole NIfTI"),
        (remove_atlas, r"atlas\.nii\.gz\n.*whole NIfTI"),
        (reshape_atlas, r"atlas\.nii\.gz\n.*\(4, 5, 6\).*\n.*\(5, 4, 6\)"),
        (rename_runs, r"trials\.parquet\n.*\n.*ses-1 run-9"),
    ],
)
def test_unusable_data_set_is_refused(study: Study, change: Callable[[Study], None], message: str) -> None:
    change(study)
    with pytest.raises(DataError, match=message):
        study.run_step()
    study.assert_nothing_written()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"confounds": ["trans_w"]}, r"run-1.*\n.*trans_w\n.*columns are trans_x"),
        ({"rois": {"labels": {"early": "x"}}}, "dataset/rois/labels/early"),
        ({"rois": {"labels": {"early": 0}}}, "dataset/rois/labels/early"),
        ({"rois": {"labels": {"early": 1, "all": 5}}}, "rois/labels"),
    ],
)
def test_impossible_setting_is_refused(study: Study, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        study.run_step(**settings)
    study.assert_nothing_written()


def test_voxels_that_are_flat_in_one_run_are_counted_and_said(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    path = study.root / f"{study.stem(1)}_space-T1w_desc-preproc_bold.nii.gz"
    values, flat = nib.load(path).get_fdata(), np.argwhere(study.mask)[[2, 5]]
    values[tuple(flat[0])], values[tuple(flat[1])] = 500, 0
    study.save(str(path.relative_to(study.root)), values)
    study.run_step()
    invalid = MASK_VOXELS.read(study.voxels)["invalid_sessions"].to_numpy()
    assert np.flatnonzero(invalid).tolist() == [2, 5]
    assert set(invalid) == {0, 1}
    said = capsys.readouterr().err
    assert f"run-2: 2 of {study.mask.sum()} voxels are flat" in said
    assert "run-1: " not in said


def test_a_mask_that_was_interpolated_is_refused(study: Study) -> None:
    study.save(f"{study.stem(0)}_space-T1w_desc-brain_mask.nii.gz", np.where(study.masks[0], 0.98, 1e-4))
    with pytest.raises(DataError, match=r"run-1_.*mask\.nii\.gz\n.*zeros and ones"):
        study.run_step()
    study.assert_nothing_written()
