"""Measure how reconstructions change along the denoising steps when a region is removed before decoding.

Reads attribution/decoded/{space}.parquet of every space that pictures are made from, draws each picture from
the whole response, without the region, and without as many random voxels, always from the same noise. Writes
attribution/{region}.parquet, and the pictures as PNG files.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.errors import ConfigError, run_step
from cortex2image.files import whole_folder
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import model_set
from cortex2image.progress import say
from cortex2image.reconstruction.rows import Row, picture_file, plan
from cortex2image.regions.attribution import (
    Trajectory,
    change_over_samples,
    relative_change,
    trajectory,
)
from cortex2image.study.command import Command
from cortex2image.study.methods import denoising_method
from cortex2image.study.settings import Study
from cortex2image.tables.columns import matrix
from cortex2image.tables.regions import ATTRIBUTION, LESIONED, NOTHING, RANDOM, REGION

READS = (
    "seed",
    "models",
    "features/latent",
    "reconstruct/steps",
    "reconstruct/strength",
    "reconstruct/guidance_scale",
    "reconstruct/noising",
    "reconstruct/shared_noise",
    "attribute/samples",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("region",),
    lists=("lesioned",),
    outputs=("images", "attribution"),
)
PICTURES_AT_ONCE = 60
Decoded = Mapping[str, np.ndarray]


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    tables = {table.schema.metadata[b"space"].decode(): table for table in map(LESIONED.read, args.lesioned)}
    method = denoising_method(tuple(tables))
    models = model_set(study.models.set, study.models.folder)
    sampling = Sampling.of(study.reconstruct, study.features)
    denoiser = Denoiser(load_diffusion(models, "auto", study.models.precision), sampling)
    stimuli, decoded = decoded_without(tables, args.region)
    rows = plan(stimuli, study.attribute.samples, study.seed, study.reconstruct.shared_noise)
    say(f"{len(rows)} pictures by method {method.name}, with and without {args.region}")
    at_once = models.at_once(study.models.batch_size, PICTURES_AT_ONCE)
    drawn = {
        removed: trajectory(method, denoiser, features, rows, at_once)
        for removed, features in decoded.items()
    }
    with whole_folder(Path(args.images)) as folder:
        for removed, way in drawn.items():
            for row, picture in zip(rows, way.pictures, strict=True):
                Image.fromarray(picture).save(
                    folder / picture_file(stimuli[row.stimulus], row.sample, removed)
                )
    parts = [changes(removed, decoded, drawn, rows, stimuli) for removed in (REGION, RANDOM)]
    ATTRIBUTION.write(
        pa.concat_tables(parts),
        args.attribution,
        region=args.region,
        method=method.name,
        model_set=models.name,
        model_hash=model_hash(models),
        precision=study.models.precision,
        study_seed=study.seed,
        shared_noise=study.reconstruct.shared_noise,
        **vars(sampling),
    )


def decoded_without(tables: Mapping[str, pa.Table], region: str) -> tuple[list[str], dict[str, Decoded]]:
    """Return the stimuli, and for each kind of removal the decoded features by space.

    Parameters
    ----------
    tables : mapping of space to a table of :data:`LESIONED`
    region : str

    Raises
    ------
    ConfigError
        The tables hold no lesion of this region.
    """
    decoded: dict[str, dict[str, np.ndarray]] = {NOTHING: {}, REGION: {}, RANDOM: {}}
    for space, table in tables.items():
        regions, removals = (np.array(table[name].to_pylist()) for name in ("region", "removed"))
        features = matrix(table, "feature")
        for removed, by_space in decoded.items():
            rows = np.flatnonzero((removals == removed) & np.isin(regions, ["", region]))
            if not len(rows):
                found, fix = region, "add the region to attribute/regions, and run decode_lesioned again"
                raise ConfigError("--region", f"one of {', '.join(sorted(set(regions)))}", found, fix)
            by_space[space] = features[rows]
        stimuli = np.array(table["stimulus_id"].to_pylist())[rows].tolist()
    return stimuli, dict(decoded)


def changes(
    removed: str,
    decoded: Mapping[str, Decoded],
    drawn: Mapping[str, Trajectory],
    rows: Sequence[Row],
    stimuli: Sequence[str],
) -> pa.Table:
    """Return the rows of the table for one kind of removal, picture by picture and step by step."""
    full, other = drawn[NOTHING], drawn[removed]
    change, cosine = change_over_samples(full.predicted, other.predicted, [row.sample for row in rows])
    of_features = {
        space: relative_change(decoded[NOTHING][space], decoded[removed][space])[0]
        for space in decoded[removed]
    }
    steps, stimulus = len(full.timesteps), np.array([row.stimulus for row in rows])
    missing = np.full(len(stimuli), np.nan)
    per_row = {
        f"{space}_change": of_features.get(space, missing)[stimulus].repeat(steps) for space in ("z", "c")
    }
    columns = {"change": change.T.ravel(), "cosine": cosine.T.ravel(), **per_row}
    return pa.table(
        {
            "removed": [removed] * (steps * len(rows)),
            "stimulus_id": [stimuli[row.stimulus] for row in rows for _ in range(steps)],
            "sample": [row.sample for row in rows for _ in range(steps)],
            "step": list(range(steps)) * len(rows),
            "timestep": full.timesteps * len(rows),
            **{name: pa.array(values, from_pandas=True) for name, values in columns.items()},
        }
    )


if __name__ == "__main__":
    run_step(main)
