"""Run the diffusion model once for a shard of the stimuli, and keep every feature space it passes.

Reads stimuli.parquet and the pictures it names. Adds noise of one level to the latent of each picture, takes
it away under the picture's captions, and writes latents and activity of the U-Net on the way into one folder,
see :mod:`cortex2image.features.activity`. Shards are contiguous ranges of the table of stimuli.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.errors import run_step
from cortex2image.features.activity import Captured, new_shard
from cortex2image.features.denoised import sampled_features
from cortex2image.features.scratch import check_scratch
from cortex2image.features.stimuli import AT_ONCE, batches, range_of, read_stimuli
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import say
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import FeatureSpace

READS = (
    "seed",
    "models/set",
    "models/folder",
    "models/precision",
    "models/batch_size",
    "features/latent",
    "features/activity",
    "features/shards",
    "reconstruct/steps",
    "reconstruct/guidance_scale",
    "reconstruct/noising",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("noise", "part", "shard"),
    words=("spaces",),
    inputs=("stimuli",),
    outputs=("activity",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    spaces = [parse_space(name, "--spaces") for name in args.spaces]
    every = read_stimuli(args.stimuli, args.spaces[0])
    of_shard = range_of(int(args.shard), study.features.shards, len(every), "features/shards")
    rows = every[of_shard.start : of_shard.stop]
    models = model_set(study.models.set, study.models.folder)
    stored = captured(spaces, models, study.features.activity)
    check_scratch(Path(args.activity).parent, need_bytes(stored, len(rows)))
    diffusion = load_diffusion(models, "auto", study.models.precision)
    sampling = Sampling.of(study.reconstruct, study.features, float(args.noise))
    denoiser = Denoiser(diffusion, sampling)
    say(
        f"{len(rows)} of {len(every)} stimuli at noise level {args.noise} with {models.name} on "
        f"{diffusion.device}: {', '.join(args.spaces)}"
    )
    facts = {
        "model_set": models.name,
        "model_hash": model_hash(models),
        "precision": study.models.precision,
        "seed": study.seed,
        **vars(sampling),
    }
    size = models.at_once(study.models.batch_size, AT_ONCE)
    label = f"sample n{args.noise}-{args.part}-{args.shard}"
    with new_shard(
        args.activity, [row["stimulus_id"] for row in rows], stored, facts, of_shard.start
    ) as shard:
        for stimuli in batches(rows, size, study.seed, label):
            for space, features in sampled_features(stimuli, denoiser, spaces):
                shard.append(str(space), features)


def captured(spaces: Sequence[FeatureSpace], models: ModelSet, activity: str) -> dict[str, Captured]:
    """Return how each space is stored: latents in float32, layers in the number format `activity`."""
    return {
        str(space): Captured(space.width(models), activity if space.layer else "float32") for space in spaces
    }


def need_bytes(stored: Mapping[str, Captured], stimuli: int) -> int:
    """Return the disk that a shard of so many stimuli takes."""
    return stimuli * sum(each.width * np.dtype(each.dtype).itemsize for each in stored.values())


if __name__ == "__main__":
    run_step(main)
