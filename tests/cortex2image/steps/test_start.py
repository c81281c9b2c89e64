"""Which steps load large packages as they start: a step that needs none starts in a third of a second.

A package costs a job, in seconds of one core: torch 1.5, scikit-learn 1, pandas, scipy.stats and matplotlib a
third each. A step that is to load one more stands in the table below; often an import inside the function
that needs it is enough.
"""

import subprocess
import sys

import pytest
from tests.support.imports_at_start import loaded_with

from cortex2image.sources import ROOT, module_path, source_files

STEPS = sorted(path.stem for path in module_path("cortex2image.steps").parent.glob("[!_]*.py"))
FITS = {
    *(
        "decode_features",
        "decode_control",
        "decode_lesioned",
        "encode_voxels",
        "encode_jointly",
        "stack_layers",
    ),
    *("brain_consistency", "prefer_pictures", "synthesise_picture", "trace_learning_curve"),
}
NETWORKS = {
    *("extract_features", "sample_features", "reconstruct_images", "draw_series", "explain_diffusion"),
    *("judge_stimuli", "evaluate_images", "categorise_pictures", "novelty", "score_folder", "split_stimuli"),
    *("attribute_region", "download_models"),
}
TRAINING = {
    *("train_autoencoder", "train_clip", "train_judge", "train_latents", "train_unet", "choose_guidance"),
    *("export_miniature", "score_miniature", "ship_miniature", "show_miniature"),
}
MAY_LOAD = {
    "torch": FITS | NETWORKS | TRAINING,
    "transformers": set(),
    "diffusers": set(),
    "sklearn": {"preferences"},
    "scipy.stats": {
        *("brain_consistency", "evaluate_images", "identify_stimuli", "novelty", "novelty_scores"),
        *("score_folder", "score_miniature", "simulate_subject", "trace_learning_curve"),
    },
    "pandas": {
        *("attribution_figures", "brain_view", "compare_studies", "draw_series", "encoding_figures"),
        *(
            "fetch_haxby",
            "learning_curve_figure",
            "novelty_scores",
            "nsd_download",
            "nsd_manifest",
            "plan_study",
        ),
        *("picture_sheets", "preferences", "prepared_betas", "report", "sample_scores", "score_folder"),
        *("scores", "simulate_stimuli", "simulate_subject", "single_trial_betas", "stimuli", "thumbnails"),
        "trials",
    },
    "matplotlib": {
        *("attribution_figures", "compare_studies", "draw_series", "encoding_figures", "explain_diffusion"),
        *("learning_curve_figure", "picture_sheets", "preference_figures", "report", "score_folder"),
        *("synthesis_figures", "thumbnails"),
    },
    "nibabel": {
        *("brain_view", "encoding_figures", "fetch_haxby", "map_encoding", "nsd_manifest", "report"),
        *("simulate_stimuli", "simulate_subject", "single_trial_betas"),
    },
    "skimage": {"choose_guidance", "explain_diffusion", "score_miniature"},
    "h5py": set(),
    "joblib": set(),
}


def loads(step: str, package: str) -> bool:
    """Whether a step loads a package as it starts."""
    found = loaded_with(f"cortex2image.steps.{step}")
    return any(name == package or name.startswith(f"{package}.") for name in found)


@pytest.mark.parametrize("package", MAY_LOAD)
def test_steps_load_a_large_package_only_where_the_table_says_so(package):
    assert {step for step in STEPS if loads(step, package)} == MAY_LOAD[package]


def loaded_by(steps: list[str], then: str = "") -> set[str]:
    """The large packages in a process that loaded steps as jobs do, wrote a table, and did more."""
    modules = ", ".join(f"cortex2image.steps.{step}" for step in steps)
    program = f"""
import sys
import {modules}, numpy as np, pyarrow as pa
from cortex2image.errors import run_step
def main():
    pa.table({{"a": np.arange(3.0), "b": ["x", "y", "z"]}})
    {then}
    print(*sorted({{*{sorted(MAY_LOAD)!r}}} & sys.modules.keys()))
run_step(main)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_no_other_package_loads_them_by_the_way():
    small = [step for step in STEPS if not any(step in steps for steps in MAY_LOAD.values())]
    assert {"gram_features", "best_model", "index_reconstructions", "join_features", "standardise"} <= set(
        small
    )
    assert loaded_by(small) == set()


def test_a_fit_loads_torch_alone():
    fit = "from cortex2image.ridge.cross_validated import CrossValidatedRidge as Ridge"
    fit += "; Ridge(standardize=True, threads=1).fit(np.eye(9, 4), np.eye(9, 2), np.arange(9) // 2)"
    assert loaded_by(sorted(FITS - MAY_LOAD["scipy.stats"]), fit) == {"torch"}


def test_a_step_that_may_use_pandas_later_has_it_from_the_start():
    """pyarrow asks once whether pandas is there, and if not takes its missing values for numbers."""
    uses = {
        step
        for step in STEPS
        if any("pandas" in _imports(file) for file in source_files(f"cortex2image.steps.{step}", ROOT))
    }
    assert uses == MAY_LOAD["pandas"]


def _imports(file: str) -> set[str]:
    lines = (ROOT / file).read_text().splitlines()
    return {line.split()[1] for line in lines if line.lstrip().startswith("import ")}
