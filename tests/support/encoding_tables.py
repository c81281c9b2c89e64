"""Tables of encoding models with planted results: what z, c and the layers of the U-Net explain by region."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.stats import false_discovery_control, norm

from cortex2image.study.drawing_settings import Reconstruct
from cortex2image.study.encoding_figures import (
    encoding_figures,
    preferred_families,
    shown_models,
    unique_models,
)
from cortex2image.study.encoding_settings import Encode
from cortex2image.study.space_names import parse_space
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING, PREFERRED, UNIQUE

STIMULI = 60
Tables = dict[str, list[str]]


def write_grid(
    path: Path, indices: np.ndarray, shape: tuple[int, ...], affine: np.ndarray, **columns
) -> None:
    """Write voxels.parquet of the given voxels; `columns` replace its columns."""
    count = len(indices)
    data = {"voxel_id": np.arange(count), "i": indices[:, 0], "j": indices[:, 1], "k": indices[:, 2]}
    data |= {"roi": ["early"] * count, "hemisphere": ["unknown"] * count}
    unknown = ("ncsnr", "noise_ceiling", "noise_ceiling_sd", "noise_ceiling_unclipped")
    data |= dict.fromkeys(unknown, [None] * count)
    facts = {"shape": json.dumps(list(shape)), "affine": json.dumps(affine.tolist())}
    VOXELS.write(data | columns, path, **facts, left_out="[]")


def planted_r(model: str, visual: np.ndarray, semantic: np.ndarray, strength: float) -> np.ndarray:
    """Return r of a model from r of z and of c: more noise turns z into c, deep layers prefer meaning."""
    if model in ("z", "c"):
        return {"z": visual, "c": semantic}[model]
    space = parse_space(model)
    share = (strength if space.noise is None else space.noise) / (2 if space.step is None else 1)
    if space.layer:
        depth = {"down0": 0.0, "down1": 0.4, "mid": 1.0, "up0": 0.6, "up1": 0.2}[space.layer]
        share = depth * min(1.0, (space.step or 1) / 8)
    return (1 - share) * visual + share * semantic - 0.05


def write_tables(
    folder: Path,
    encode: Encode,
    reconstruct: Reconstruct,
    visual: np.ndarray,
    semantic: np.ndarray,
) -> Tables:
    """Write the tables that the figures of a study read; return their paths by option.

    Parameters
    ----------
    visual, semantic : (v,) arrays
        r of z and of c in each voxel. Unique variance of z_c and of z are proportional to their squares.
    """
    figures = encoding_figures(encode, reconstruct)
    rng, ids = np.random.default_rng(3), np.arange(len(visual))
    r = {}
    for model in shown_models(figures):
        planted = planted_r(model, visual, semantic, reconstruct.strength)
        r[model] = np.clip(planted + 0.02 * rng.standard_normal(len(ids)), -0.9, 0.9)
    return {
        "encoding": [_write_encoding(folder, model, ids, values) for model, values in r.items()],
        "unique": [
            _write_unique(folder, joint, ids, visual, semantic, rng) for joint in unique_models(figures)
        ],
        "preferred": [_write_preferred(folder, family, ids, r) for family in preferred_families(figures)],
    }


def _write_encoding(folder: Path, model: str, ids: np.ndarray, r: np.ndarray) -> str:
    p = norm.sf(np.arctanh(r) * np.sqrt(STIMULI - 3))
    unknown = dict.fromkeys((column.name for column in ENCODING.columns if column.nullable), [None] * len(r))
    same = unknown | {"r2": r**2, "alpha": np.ones(len(r))}
    path = folder / f"{model}.parquet"
    q = false_discovery_control(p)
    data = {
        "voxel_id": ids,
        "r": r,
        "p": p,
        "q": q,
        "q_by": q,
        "p_permutation": p,
        "q_permutation": q,
        **same,
    }
    ENCODING.write(data, path, model=model, test_stimuli=STIMULI)
    return str(path)


def _write_unique(
    folder: Path,
    joint: str,
    ids: np.ndarray,
    visual: np.ndarray,
    semantic: np.ndarray,
    rng: np.random.Generator,
) -> str:
    latent = joint.removeprefix("z+")
    share = (parse_space(latent).noise or 0.8) * min(1.0, (parse_space(latent).step or 8) / 8)
    parts = {"z": (1 - share / 2) * visual**2 / 2, latent: share * semantic**2 / 2}
    values = np.concatenate([part + 0.02 * rng.standard_normal(len(ids)) for part in parts.values()])
    p = norm.sf(values / 0.03)
    data = {
        "voxel_id": np.tile(ids, 2),
        "band": np.repeat(list(parts), len(ids)),
        "unique_r2": values,
        "unique_r2_low": values - 0.06,
        "unique_r2_high": values + 0.06,
        "p": p,
        "q": np.concatenate([false_discovery_control(half, method="by") for half in np.split(p, 2)]),
        "product_r2": values,
        "share": np.full(len(values), 0.5),
    }
    path = folder / f"{joint}-unique.parquet"
    UNIQUE.write(data, path)
    return str(path)


def _write_preferred(folder: Path, family: str, ids: np.ndarray, r: Mapping[str, np.ndarray]) -> str:
    """Write the best of the layers at the place of a family; decided where it leads by 0.03."""
    place = family.removeprefix("layers-")
    models = [model for model in r if model.startswith("unet") and model.endswith(place)]
    every = np.stack([r[model] for model in models])
    order = np.argsort(-every, axis=0)
    best, second = (np.take_along_axis(every, order[i : i + 1], axis=0)[0] for i in (0, 1))
    data = {
        "voxel_id": ids,
        "best": [models[i] for i in order[0]],
        "r": best,
        "second": [models[i] for i in order[1]],
        "margin": best - second,
        "margin_low": best - second - 0.03,
        "margin_high": best - second + 0.03,
        "stability": np.full(len(ids), 0.9),
    }
    path = folder / f"best-{family}.parquet"
    PREFERRED.write(data, path)
    return str(path)
