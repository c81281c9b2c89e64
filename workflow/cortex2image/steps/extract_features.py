"""Extract one feature space of the diffusion model for every stimulus.

Reads stimuli.parquet and the pictures it names, computes the latent of each picture (z), the mean text states
of its captions (c) or its latent after noise and denoising under its own captions (zc), and writes
features/{space}.parquet.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.errors import DataError, run_step
from cortex2image.features.latent_diffusion import caption_states, denoised_latents, image_latents
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.options import add_generator_options, chosen_batch_size, chosen_model_set
from cortex2image.networks.pixels import square
from cortex2image.progress import say, track
from cortex2image.seeds import seed_for
from cortex2image.tables.contract import vectors
from cortex2image.tables.contracts import FEATURES, STIMULI

STIMULI_AT_ONCE = 64


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--space", required=True, choices=("z", "c", "zc"))
    parser.add_argument("--stimuli", required=True, help="stimuli.parquet")
    add_generator_options(parser)
    parser.add_argument("--steps", type=int, default=50, help="zc: denoising steps of the whole way")
    parser.add_argument("--strength", type=float, default=0.8, help="zc: share of the steps taken")
    parser.add_argument("--guidance-scale", type=float, default=5.0, help="zc: classifier-free guidance")
    parser.add_argument("--noise-level", default="matched", choices=("matched", "as_released"), help="zc")
    parser.add_argument("--latent", default="mean", choices=("mean", "sample"), help="z, zc: of posterior")
    parser.add_argument("--seed", type=int, default=0, help="zc, samples of z: seed of the study")
    parser.add_argument("--features", required=True, help="where features/{space}.parquet is written")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    stimuli = STIMULI.read(args.stimuli).select(["stimulus_id", "image_path", "captions"]).to_pylist()
    check_stimuli(stimuli, args.stimuli, args.space)
    chosen = chosen_model_set(args)
    diffusion = load_diffusion(chosen, args.device, args.precision)
    say(f"model set {chosen.name} on {diffusion.device}, {len(stimuli)} stimuli")
    sampling = Sampling(args.steps, args.strength, args.guidance_scale, args.noise_level, args.latent)
    denoiser = Denoiser(diffusion, sampling)
    size = chosen_batch_size(args, STIMULI_AT_ONCE)
    batches = [stimuli[first : first + size] for first in range(0, len(stimuli), size)]
    FEATURES.write_batches(
        (
            {
                "stimulus_id": [s["stimulus_id"] for s in batch],
                "feature": vectors(extract(batch, denoiser, args)),
            }
            for batch in track(batches, f"features {args.space}")
        ),
        args.features,
        space=args.space,
        model_set=chosen.name,
        model_hash=model_hash(chosen),
        precision=args.precision,
        **drawn_facts(args.space, args.seed, sampling),
    )


def drawn_facts(space: str, seed: int, sampling: Sampling) -> dict[str, object]:
    """Return what the features of a space depend on beside pictures, captions and model set."""
    if space == "zc":
        return {"seed": seed, **asdict(sampling)}
    sampled = space == "z" and sampling.latent == "sample"
    return {"seed": seed, "latent": "sample"} if sampled else {}


def check_stimuli(stimuli: list[dict[str, Any]], source: str, space: str) -> None:
    """Raise DataError unless the stimuli have what the space is made from: captions, pictures on disk."""
    if not stimuli:
        raise DataError(source, "at least one stimulus", "none", "check which subjects the study names")
    if space == "c":
        return
    without = [s["stimulus_id"] for s in stimuli if s["image_path"] is None]
    if without:
        raise DataError(
            source,
            f"a picture for every stimulus, since {space} is made from it",
            f"{len(without)} of {len(stimuli)} without image_path, first {without[0]}",
            "use only c with a data set that has no image identity",
        )
    absent = [s["image_path"] for s in stimuli if not Path(s["image_path"]).is_file()]
    if absent:
        found = f"{len(absent)} missing, first {absent[0]}"
        raise DataError(source, "pictures that are there", found, "run from the study's working directory")


def extract(batch: Sequence[dict[str, Any]], denoiser: Denoiser, args: argparse.Namespace) -> np.ndarray:
    """Return the features of a batch of stimuli in the chosen space, float32 (n, d)."""
    diffusion = denoiser.diffusion
    captions = [stimulus["captions"] for stimulus in batch]
    if args.space == "c":
        return caption_states(diffusion, captions)
    if args.space == "z":
        sampled = denoiser.sampling.latent == "sample"
        seeds = [seed_for(args.seed, "latent", s["stimulus_id"]) for s in batch] if sampled else None
        return image_latents(diffusion, read_pictures(batch, diffusion.coarse_size), seeds)
    images = read_pictures(batch, diffusion.model_set.image_size)
    seeds = [seed_for(args.seed, "zc", stimulus["stimulus_id"]) for stimulus in batch]
    return denoised_latents(denoiser, images, caption_states(diffusion, captions), seeds)


def read_pictures(batch: Sequence[dict[str, Any]], size: int) -> np.ndarray:
    """Read the pictures of stimuli, each cut and resized to (size, size), as uint8 (n, size, size, 3)."""
    return np.stack([square(read_picture(stimulus["image_path"]), size) for stimulus in batch])


def read_picture(path: str) -> np.ndarray:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(path, "a picture", str(error), "replace the file") from None


if __name__ == "__main__":
    run_step(main)
