"""Extract a feature space that pictures or captions alone give, such as z or c, for every stimulus.

Reads stimuli.parquet and the pictures it names, computes the features of the space (see
:data:`cortex2image.study.spaces.KINDS`), and writes features/{space}.parquet, with the fingerprint of the
reference picture in its metadata.
"""

import json
from collections.abc import Sequence

from cortex2image.errors import run_step
from cortex2image.features.extraction import core_of
from cortex2image.features.reference import reference_features
from cortex2image.features.stimuli import AT_ONCE, batches, read_stimuli
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import model_set
from cortex2image.progress import say
from cortex2image.stats.fingerprints import fingerprint
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import EXTRACTABLE, KINDS, PICTURE, FeatureSpace
from cortex2image.tables.columns import vectors
from cortex2image.tables.results import FEATURES

# Settings that every space depends on; the registry gives the further settings of each kind of space.
READS = ("models/set", "models/folder", "models/batch_size")
OF_SPACES = sorted(
    {key for name in EXTRACTABLE for key in (*KINDS[name].reads, *KINDS[name].reads_if_sampled)}
)
COMMAND = Command(
    __doc__, Study, (*READS, *OF_SPACES), labels=("space",), inputs=("stimuli",), outputs=("features",)
)
PRECISION = "float32"


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    space = parse_space(args.space, "--space")
    space.require_extractable("--space")
    models = model_set(study.models.set, study.models.folder)
    space.width(models)  # refuses a model set that lacks a part, before anything is loaded
    rows = read_stimuli(args.stimuli, args.space if PICTURE in space.needs else None)
    diffusion, core = load_diffusion(models, precision=PRECISION), core_of(space)
    say(f"features {space} of {len(rows)} stimuli with {models.name} on {diffusion.device}")
    parts = batches(rows, models.at_once(study.models.batch_size, AT_ONCE), study.seed, f"features {space}")
    FEATURES.write_batches(
        (
            {
                "stimulus_id": stimuli.ids,
                "feature": vectors(core.extract(stimuli, diffusion, study.features.latent)),
            }
            for stimuli in parts
        ),
        args.features,
        space=args.space,
        model_set=models.name,
        model_hash=model_hash(models),
        precision=PRECISION,
        reference=json.dumps(fingerprint(reference_features(core, diffusion))),
        **drawn_facts(space, study),
    )


def drawn_facts(space: FeatureSpace, study: Study) -> dict[str, object]:
    """Return the facts that features of a space depend on, beside pictures, captions and model set."""
    sampled = PICTURE in space.needs and study.features.latent == "sample"
    return {"seed": study.seed, "latent": "sample"} if sampled else {}


if __name__ == "__main__":
    run_step(main)
