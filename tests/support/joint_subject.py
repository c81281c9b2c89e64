"""A tiny subject with two feature spaces, z and zc, and the steps that encode them alone and together."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tests.support.studies import as_option
from tests.support.tiny_subject import REPEATS, RIDGE, TEST, TRAIN, write_trials, write_voxels

from cortex2image.steps import encode_jointly, encode_voxels, stack_layers
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import BETAS
from cortex2image.tables.results import FEATURES, GRAMS

SCORING = {"permutations": 100, "resamples": 40}
WIDTHS = {"z": 5, "zc": 7}


def settings(scoring: dict[str, int] = SCORING) -> list[str]:
    repeats = {"average_repeats": ["test"]}
    return as_option(seed=3, ridge=RIDGE | {"max_memory_gb": 0.2}, standardise=repeats, encode=scoring)


def write_joint_subject(folder: Path, folds: int = 0) -> dict[str, str]:
    """Write trials, betas, voxels and features of both spaces; return their paths by name.

    Of 15 voxels, 4 each respond to z, to zc, and to both, and the last 3 to nothing.
    """
    rng = np.random.default_rng(6)
    train = 4 * TRAIN
    stimulus = np.concatenate([np.arange(train), np.repeat(np.arange(train, train + 4 * TEST), REPEATS)])
    stimulus = stimulus[rng.permutation(len(stimulus))]
    if folds:
        stimulus = np.arange(len(stimulus))
    count = stimulus.max() + 1
    features = {name: rng.standard_normal((count, width)).astype("f4") for name, width in WIDTHS.items()}
    weights = {name: rng.standard_normal((width, 15)) for name, width in WIDTHS.items()}
    weights = {name: each / np.linalg.norm(each, axis=0) for name, each in weights.items()}
    weights["z"][:, 4:8] = weights["zc"][:, :4] = 0
    betas = 0.5 * rng.standard_normal((len(stimulus), 15))
    for name, each in features.items():
        weights[name][:, 12:] = 0
        betas += each[stimulus] @ weights[name]
    paths = {name: str(folder / f"{name}.parquet") for name in ("trials", "betas", "voxels")}
    write_trials(stimulus, folds, paths["trials"], train)
    write_voxels(paths["voxels"])
    trials = [f"trial-{i:02d}" for i in range(len(stimulus))]
    BETAS.write({"trial_id": trials, "beta": vectors(betas)}, paths["betas"])
    ids = [f"stimulus-{i:02d}" for i in range(count)]
    for name, each in features.items():
        paths[name] = str(folder / f"features-{name}.parquet")
        FEATURES.write({"stimulus_id": ids, "feature": vectors(each)}, paths[name])
    return paths


def write_layers(folder: Path, paths: dict[str, str], point: str = "n0.8-t8") -> dict[str, str]:
    """Write inner products of z, of zc and of noise as layers of the U-Net; return their paths by space."""
    rng, written = np.random.default_rng(8), {}
    for layer, source in (("down0", "z"), ("mid", "zc"), ("up0", None)):
        table = FEATURES.read(paths[source or "z"])
        features = np.stack(table.column("feature").to_numpy()).astype(float)
        if source is None:
            features = rng.standard_normal(features.shape)
        space = f"unet-{layer}-{point}"
        written[space] = str(folder / f"{space}.parquet")
        GRAMS.write(
            {"stimulus_id": table.column("stimulus_id"), "products": vectors(features @ features.T)},
            written[space],
            space=space,
            width=features.shape[1],
        )
    return written


def encode_alone(
    folder: Path,
    paths: dict[str, str],
    spaces: Sequence[str] = ("z", "zc"),
    scoring: dict[str, int] = SCORING,
) -> list[str]:
    """Encode single spaces; return the names of the tables, which lie in `folder`."""
    for space in spaces:
        tables = [f"--{name}={paths[name]}" for name in ("trials", "betas", "voxels")]
        encode_voxels.main(
            [
                *("--subject", "sub-01", "--space", space, f"--features={paths[space]}", *tables),
                *settings(scoring),
                *("--encoding", str(folder / f"{space}.parquet")),
                *("--resamples", str(folder / f"{space}-resamples.parquet")),
                *("--predictions", str(folder / f"{space}-predictions.parquet")),
            ]
        )
    return [str(folder / f"{space}.parquet") for space in spaces]


def options_of(paths: dict[str, str], model: str, alone: Sequence[str], folder: Path) -> list[str]:
    """Return the options of the step of joint models."""
    outputs = {name: str(folder / f"joint-{name}.parquet") for name in ("encoding", "resamples", "unique")}
    return [
        *("--subject", "sub-01", "--model", model),
        *(f"--{name}={paths[name]}" for name in ("trials", "betas", "voxels")),
        *("--features", paths["z"], paths["zc"]),
        *("--alone", *alone),
        *("--alone-resamples", *(path.replace(".parquet", "-resamples.parquet") for path in alone)),
        *settings(),
        *(part for name, path in outputs.items() for part in (f"--{name}", path)),
    ]


def encode_together(folder: Path, paths: dict[str, str]) -> dict[str, str]:
    """Encode both spaces, alone and together; return the paths of the tables of the joint model."""
    alone = encode_alone(folder, paths)
    encode_jointly.main(options_of(paths, "z+zc", alone, folder))
    return {name: str(folder / f"joint-{name}.parquet") for name in ("encoding", "resamples", "unique")}


def stack(folder: Path, paths: dict[str, str], layers: dict[str, str]) -> dict[str, str]:
    """Stack the layers; return the paths of the tables."""
    outputs = {name: str(folder / f"stack-{name}.parquet") for name in ("encoding", "resamples", "weights")}
    stack_layers.main(
        [
            *("--subject", "sub-01", "--model", "stack-n0.8-t8"),
            *(f"--{name}={paths[name]}" for name in ("trials", "betas", "voxels")),
            *("--layers", *layers.values()),
            *settings(),
            *(part for name, path in outputs.items() for part in (f"--{name}", path)),
        ]
    )
    return outputs
