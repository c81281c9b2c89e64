"""A tiny study as notebooks open it: random results, and a subject whose voxels respond to small pictures."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tests.support.brain_subject import NAMES, BrainSubject, write_brain_subject
from tests.support.report_study import config_of, write_provenance, write_study
from tests.support.studies import as_option

from cortex2image.features.captions import caption_states
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import Diffusion
from cortex2image.steps import decode_features, encode_voxels, map_encoding
from cortex2image.tables.columns import vectors
from cortex2image.tables.results import FEATURES

METHODS, MODELS = ("z", "c", "zc"), ("z", "c")
SUBJECT = "sub-01"
RIDGE = {"alphas": [1, 10, 100, 1000], "folds": 4, "max_memory_gb": 0.2}
SETTINGS: dict[str, Any] = {
    "seed": 7,
    "ridge": RIDGE,
    "standardise": {"average_repeats": ["test"]},
    "encode": {"permutations": 100, "resamples": 40},
    "decode": {"rois": {"z": ["early"], "c": ["ventral"]}},
}


@dataclass(frozen=True)
class NotebookStudy:
    """A folder ``results/demo``, and what is known of its first subject."""

    root: Path
    brain: BrainSubject


def write_notebook_study(root: Path, diffusion: Diffusion) -> NotebookStudy:
    """Write the study; steps of the workflow encode, decode and map z and c of the first subject."""
    root.parent.mkdir(parents=True)
    write_study(root, METHODS, MODELS, with_images=True, reader="bids")
    brain = write_brain_subject(root / SUBJECT, diffusion)
    features = root / "features"
    features.mkdir(exist_ok=True)
    Path(brain.paths["features"]).rename(features / "z.parquet")
    c = caption_states(diffusion, [[name] for name in NAMES])
    FEATURES.write({"stimulus_id": NAMES, "feature": vectors(c)}, features / "c.parquet")
    _run_steps(root, brain)
    write_provenance(root, config(root))
    facts = json.loads((root / "provenance.json").read_text())
    facts["models"] = {"set": "tiny", "sha256": model_hash(diffusion.model_set)}
    (root / "provenance.json").write_text(json.dumps(facts))
    return NotebookStudy(root, brain)


def config(root: Path) -> dict[str, Any]:
    """Return the resolved config of the study."""
    known: Any = config_of(METHODS, MODELS, "bids", {})
    for name, section in SETTINGS.items():
        known[name] = known[name] | section if isinstance(section, dict) else section
    known["study"], known["models"]["set"] = root.name, "tiny"
    return dict(known)


def _run_steps(root: Path, brain: BrainSubject) -> None:
    where = [part for name in ("trials", "betas", "voxels") for part in (f"--{name}", brain.paths[name])]
    folder = root / SUBJECT
    for space in MODELS:
        given = [*where, "--features", str(root / "features" / f"{space}.parquet"), "--threads", "1"]
        given += ["--subject", SUBJECT, "--space", space, *as_option(**SETTINGS)]
        encoding = folder / "encoding" / f"{space}.parquet"
        resamples = str(encoding.with_name(f"{space}-resamples.parquet"))
        predictions = str(encoding.with_name(f"{space}-predictions.parquet"))
        outputs = ["--encoding", str(encoding), "--resamples", resamples, "--predictions", predictions]
        encode_voxels.main([*given, *outputs])
        decoded = folder / "decoded" / f"{space}.parquet"
        scores = str(decoded.with_name(f"{space}-scores.parquet"))
        decode_features.main([*given, "--decoded", str(decoded), "--scores", scores])
    _write_maps(folder, brain)


def _write_maps(folder: Path, brain: BrainSubject) -> None:
    files = {"map": "{}.nii.gz", "significant": "{}-significant.nii.gz", "description": "{}.json"}
    lists = [
        part
        for name, template in files.items()
        for part in (f"--{name}", *(str(folder / "maps" / template.format(model)) for model in MODELS))
    ]
    encoding = [str(folder / "encoding" / f"{model}.parquet") for model in MODELS]
    settings = as_option(dataset={"reader": "bids", "space": "T1w"})
    map_encoding.main(
        [
            *("--subject", SUBJECT, "--models", *MODELS, "--voxels", brain.paths["voxels"]),
            *("--encoding", *encoding, *lists, *settings),
        ]
    )


def means_of_test_trials(trials: Any, betas: np.ndarray, stimuli: list[str]) -> np.ndarray:
    """Return the mean betas of each stimulus, (stimuli, voxels)."""
    shown = trials["stimulus_id"].to_numpy()
    return np.array([betas[shown == name].mean(axis=0) for name in stimuli])
