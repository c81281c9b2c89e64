"""Synthesise a picture for which the encoding model of a region predicts a strong response.

Reads the weights of the encoding model from z and the features z of training stimuli, and ascends from the
mean training latent. Writes preference/synthesis/{region}.parquet, with the predicted response to the final
picture and to the best one that was seen in its metadata, and pictures on the way as PNG files.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from cortex2image.errors import DataError, run_step
from cortex2image.files import whole_folder
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import model_set
from cortex2image.prediction.alignment import find_features
from cortex2image.prediction.partitions import Trials
from cortex2image.progress import say
from cortex2image.regions.encoder import Encoder
from cortex2image.regions.synthesis import synthesise
from cortex2image.seeds import seed_for
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.regions import REGION_ENCODER, SYNTHESIS

READS = ("seed", "models/set", "models/folder", "prefer/iterations")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "region"),
    inputs=("trials", "features", "encoder"),
    outputs=("images", "synthesis"),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    encoder = read_encoder(REGION_ENCODER.read(args.encoder))
    trials = Trials.from_columns(TRIALS.read(args.trials).to_pydict(), args.trials)
    stored = find_features(args.features, trials)
    if len(encoder.weights) != stored.width:
        expected = f"{stored.width} weights, the width of {args.features}"
        fix = "delete the table and run the workflow again"
        raise DataError(args.encoder, expected, f"{len(encoder.weights)}", fix)
    z = stored.read()
    training = z.matrix[np.unique(z.row[trials.split == "train"])]
    models = model_set(study.models.set, study.models.folder)
    # In float32 whatever the study's precision, since gradients in 16 bits vanish.
    diffusion = load_diffusion(models, "auto", "float32")
    say(f"synthesise a picture for {args.region} of {args.subject} in {study.prefer.iterations} iterations")
    seed = seed_for(study.seed, "prefer", "synthesis", args.subject, args.region)
    ascent = synthesise(diffusion, encoder, training, study.prefer.iterations, seed)
    with whole_folder(Path(args.images)) as folder:
        for number, picture in ascent.pictures.items():
            Image.fromarray(picture).save(folder / f"{number:05d}.png")
    SYNTHESIS.write(
        {
            "iteration": range(len(ascent.predicted)),
            "predicted": ascent.predicted,
            "distance": ascent.distance,
        },
        args.synthesis,
        region=args.region,
        final=ascent.final,
        best_seen=float(encoder.predict(z.matrix).max()),
        model_set=models.name,
        model_hash=model_hash(models),
    )


def read_encoder(table: pa.Table) -> Encoder:
    """Return the encoder of a table of :data:`REGION_ENCODER`."""
    facts = table.schema.metadata
    weights = table.sort_by("unit").column("weight").to_numpy()
    return Encoder(weights, float(facts[b"intercept"]), float(facts[b"alpha"]))


if __name__ == "__main__":
    run_step(main)
