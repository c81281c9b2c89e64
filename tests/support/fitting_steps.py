"""Every step that fits to a subject's trials, run on a tiny subject whose test rows can be changed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from tests.support.joint_subject import SCORING, encode_alone, options_of, stack, write_joint_subject
from tests.support.studies import as_option
from tests.support.tiny_subject import fit_options, write_tiny_subject

from cortex2image.steps import (
    decode_control,
    decode_features,
    decode_lesioned,
    encode_jointly,
    encode_voxels,
    identify_stimuli,
    prefer_pictures,
)
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.recordings import BETAS, TRIALS
from cortex2image.tables.results import DECODED, FEATURES, GRAMS

Paths = dict[str, str]
ROIS = {"rois": {"z": ["early", "ventral"]}}


def outputs(folder: Path, *names: str) -> list[str]:
    return [part for name in names for part in (f"--{name}", str(folder / f"{name}.parquet"))]


def decode(folder: Path, paths: Paths) -> None:
    decode_features.main([*fit_options(paths, decode=ROIS), *outputs(folder, "decoded", "scores")])


def control(name: str) -> Callable[[Path, Paths], None]:
    def run(folder: Path, paths: Paths) -> None:
        options = [*fit_options(paths, decode=ROIS), "--control", name]
        decode_control.main([*options, *outputs(folder, "control-decoded")])

    return run


def lesion(folder: Path, paths: Paths) -> None:
    asked = {"regions": ["early"], "stimuli": 5}
    decode_lesioned.main([*fit_options(paths, decode=ROIS, attribute=asked), *outputs(folder, "lesioned")])


def encode(folder: Path, paths: Paths, **further: object) -> None:
    options = fit_options(paths, encode=SCORING | further)
    encode_voxels.main([*options, *outputs(folder, "encoding", "resamples", "predictions")])


def encode_components(folder: Path, paths: Paths) -> None:
    encode(folder, paths, pca=3)


def prefer(folder: Path, paths: Paths) -> None:
    options = [*fit_options(paths), "--region", "early"]
    prefer_pictures.main([*options, *outputs(folder, "preference", "encoder")])


def jointly(folder: Path, paths: Paths) -> None:
    alone = encode_alone(folder, paths)
    encode_jointly.main(options_of(paths, "z+zc", alone, folder))


def stacked(folder: Path, paths: Paths) -> None:
    stack(folder, paths, write_grams(folder, paths))


def identify(folder: Path, paths: Paths) -> None:
    """Decoded features are the true ones of the test stimuli, with noise."""
    table = FEATURES.read(paths["features"])
    names = np.array(table["stimulus_id"].to_pylist())
    test = np.isin(names, stimuli_of(paths, "test"))
    true = matrix(table, "feature")[test]
    noisy = true + 0.1 * np.random.default_rng(2).standard_normal(true.shape)
    decoded = str(folder / "decoded.parquet")
    DECODED.write({"stimulus_id": names[test].tolist(), "feature": vectors(noisy)}, decoded)
    settings = as_option(seed=3, decode={"rois": {"z": ["early"]}}, evaluate={"permutations": 200})
    identify_stimuli.main(
        [
            *("--subject", "sub-01", "--trials", paths["trials"], "--seen", paths["trials"]),
            *("--features", paths["features"], "--decoded", decoded),
            *outputs(folder, "span", "evaluation", "nulls"),
            *settings,
        ]
    )


STEPS: dict[str, Callable[[Path, Paths], None]] = {
    "decode_features": decode,
    "decode_control shuffled_fit": control("shuffled_fit"),
    "decode_control random_brain": control("random_brain"),
    "decode_lesioned": lesion,
    "encode_voxels": encode,
    "encode_voxels pca": encode_components,
    "prefer_pictures": prefer,
    "encode_jointly": jointly,
    "stack_layers": stacked,
    "identify_stimuli": identify,
}


def write_subject(step: str, folder: Path) -> Paths:
    """Write the tables that a step reads; joint models and stacks have two feature spaces, z and zc."""
    return (write_joint_subject if step in ("encode_jointly", "stack_layers") else write_tiny_subject)(folder)


def write_grams(folder: Path, paths: Paths) -> dict[str, str]:
    """Write inner products of both spaces as layers of the U-Net; return their paths by space."""
    written = {}
    for layer, source in (("down0", "z"), ("mid", "zc")):
        table = FEATURES.read(paths[source])
        features = matrix(table, "feature").astype(float)
        space = f"unet-{layer}-n0.8-t8"
        written[space] = str(folder / f"{space}.parquet")
        columns = {"stimulus_id": table["stimulus_id"], "products": vectors(features @ features.T)}
        GRAMS.write(columns, written[space], space=space, width=features.shape[1])
    return written


def stimuli_of(paths: Paths, side: str) -> list[str]:
    rows = TRIALS.read(paths["trials"]).to_pylist()
    return sorted({row["stimulus_id"] for row in rows if row["split"] == side})


def spoil(paths: Paths, side: str) -> None:
    """Replace the betas of trials and the features of stimuli on one side of the split by huge numbers."""
    rng = np.random.default_rng(12)
    trials = TRIALS.read(paths["trials"]).to_pylist()
    chosen = {row["trial_id"] for row in trials if row["split"] == side}
    betas = BETAS.read(paths["betas"])
    ids = betas["trial_id"].to_pylist()
    BETAS.write(
        {"trial_id": ids, "beta": vectors(_spoilt(matrix(betas, "beta"), np.isin(ids, list(chosen)), rng))},
        paths["betas"],
    )
    for name in {"features", "z", "zc"} & set(paths):
        table = FEATURES.read(paths[name])
        ids = table["stimulus_id"].to_pylist()
        features = _spoilt(matrix(table, "feature"), np.isin(ids, stimuli_of(paths, side)), rng)
        FEATURES.write({"stimulus_id": ids, "feature": vectors(features)}, paths[name])


def _spoilt(values: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    spoilt = values.copy()
    spoilt[rows] = 1e4 * rng.standard_normal((int(rows.sum()), values.shape[1]))
    return spoilt
