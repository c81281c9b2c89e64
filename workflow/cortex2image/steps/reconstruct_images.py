"""Draw pictures of every test stimulus of one subject, by one method.

Reads the decoded features the method needs (z, c or both), draws one or several pictures per stimulus with
the diffusion model, and writes them as PNG files beside reconstructions/{method}.parquet.
"""

import argparse
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.errors import DataError, run_step
from cortex2image.files import whole_folder
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.options import add_generator_options, chosen_batch_size, chosen_model_set
from cortex2image.networks.registry import ModelSet
from cortex2image.progress import say, track
from cortex2image.reconstruction.pictures import pictures
from cortex2image.seeds import seed_for
from cortex2image.study.methods import METHODS, samples_of
from cortex2image.tables.columns import matrix
from cortex2image.tables.contracts import DECODED, RECONSTRUCTIONS

PICTURES_AT_ONCE = 60


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", required=True, choices=tuple(METHODS))
    parser.add_argument("--decoded", required=True, nargs="+", help="decoded/{space}.parquet, z before c")
    add_generator_options(parser)
    parser.add_argument("--samples", type=int, default=5, help="pictures per stimulus")
    parser.add_argument("--steps", type=int, default=50, help="denoising steps of the whole way")
    parser.add_argument("--strength", type=float, default=0.8, help="zc: share of the steps taken")
    parser.add_argument("--guidance-scale", type=float, default=5.0, help="classifier-free guidance")
    parser.add_argument("--noise-level", default="matched", choices=("matched", "as_released"), help="zc")
    parser.add_argument("--latent", default="mean", choices=("mean", "sample"), help="zc: of posterior")
    parser.add_argument("--shared-noise", action="store_true", help="the same noise for every stimulus")
    parser.add_argument("--seed", type=int, required=True, help="seed of the study")
    parser.add_argument("--images", required=True, help="folder of the PNG files")
    parser.add_argument("--reconstructions", required=True, help="the table of the pictures")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    chosen = chosen_model_set(args)
    stimuli, decoded = read_decoded(args.method, args.decoded, chosen)
    rows = plan(stimuli, samples_of(args.method, args.samples), args.seed, args.shared_noise)
    sampling = Sampling(args.steps, args.strength, args.guidance_scale, args.noise_level, args.latent)
    denoiser = Denoiser(load_diffusion(chosen, args.device, args.precision), sampling)
    say(f"{len(rows)} pictures by method {args.method} on {denoiser.diffusion.device}")
    with whole_folder(Path(args.images)) as folder:
        draw(rows, decoded, denoiser, chosen_batch_size(args, PICTURES_AT_ONCE), folder)
    RECONSTRUCTIONS.write(
        {
            "stimulus_id": [stimuli[row.stimulus] for row in rows],
            "sample": [row.sample for row in rows],
            "seed": [row.seed for row in rows],
            "image_path": [os.path.join(args.images, row.file) for row in rows],
        },
        args.reconstructions,
        method=args.method,
        model_set=chosen.name,
        model_hash=model_hash(chosen),
        precision=args.precision,
        study_seed=args.seed,
        shared_noise=args.shared_noise,
        **asdict(sampling),
    )


def read_decoded(
    method: str, paths: Sequence[str], chosen: ModelSet
) -> tuple[list[str], dict[str, np.ndarray]]:
    """Return the stimuli and, per space the method needs, their decoded features in that order.

    Raises
    ------
    DataError
        Another number of tables than the method needs, features of a width that is not the model set's, or
        a stimulus that one table has and another has not.
    """
    needs = METHODS[method]
    if len(paths) != len(needs):
        found = f"{len(paths)} tables"
        raise DataError(
            f"--decoded of method {method}", " and ".join(needs), found, "give one table per space"
        )
    tables = {space: DECODED.read(path) for space, path in zip(needs, paths, strict=True)}
    stimuli: list[str] = tables[needs[0]].column("stimulus_id").to_pylist()
    decoded = {}
    for (space, table), path in zip(tables.items(), paths, strict=True):
        position = {stimulus: row for row, stimulus in enumerate(table.column("stimulus_id").to_pylist())}
        differing = sorted(set(stimuli) ^ set(position))
        if differing:
            raise DataError(
                path,
                f"the {len(stimuli)} stimuli of {paths[0]}",
                f"{len(position)} stimuli; {len(differing)} are in one table only, first {differing[0]}",
                "decode both spaces from the same betas",
            )
        decoded[space] = matrix(table, "feature")[[position[stimulus] for stimulus in stimuli]]
        check_width(decoded[space].shape[1], space, path, chosen)
    return stimuli, decoded


def check_width(width: int, space: str, path: str, chosen: ModelSet) -> None:
    """Raise DataError unless decoded features are as wide as the model set's space."""
    channels, height, side = chosen.latent_shape
    expected = channels * height * side if space == "z" else chosen.text_length * chosen.text_width
    if width != expected:
        raise DataError(
            path,
            f"vectors of {expected} values, the {space} of model set {chosen.name}",
            f"{width} values",
            "decode with features of this model set",
        )


class Row(NamedTuple):
    """One picture to draw: position of its stimulus, number of the sample, seed of its noise, file name."""

    stimulus: int
    sample: int
    seed: int
    file: str


def plan(stimuli: Sequence[str], samples: int, study_seed: int, shared_noise: bool) -> list[Row]:
    """Return the pictures to draw.

    A seed comes from stimulus and sample, whatever the method; from the sample alone where noise is shared,
    as in the code of 2023, which began with the same seed for every picture.
    """
    return [
        Row(
            position,
            sample,
            seed_for(study_seed, "reconstruct", *([] if shared_noise else [stimulus]), sample),
            f"{file_stem(stimulus)}_{sample:03d}.png",
        )
        for position, stimulus in enumerate(stimuli)
        for sample in range(samples)
    ]


def draw(
    rows: Sequence[Row], decoded: dict[str, np.ndarray], denoiser: Denoiser, batch_size: int, folder: Path
) -> None:
    """Draw the pictures of `rows` in batches and save each as an 8-bit RGB PNG in `folder`."""
    batches = [rows[first : first + batch_size] for first in range(0, len(rows), batch_size)]
    for batch in track(batches, f"reconstruct, batches of {batch_size}"):
        of_batch = {space: features[[row.stimulus for row in batch]] for space, features in decoded.items()}
        drawn = pictures(denoiser, of_batch, [row.seed for row in batch])
        for row, picture in zip(batch, drawn, strict=True):
            Image.fromarray(picture).save(folder / row.file)


def file_stem(stimulus_id: str) -> str:
    """Return a file name for a stimulus, another one for every other stimulus, on any file system."""
    clean = re.sub(r"[^a-z0-9_-]", "_", stimulus_id.lower())[:100]
    if clean == stimulus_id:
        return clean
    return f"{clean}-{hashlib.blake2b(stimulus_id.encode(), digest_size=6).hexdigest()}"


if __name__ == "__main__":
    run_step(main)
