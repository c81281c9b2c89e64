"""Extract one feature space of the diffusion model for every stimulus.

Reads stimuli.parquet and the pictures it names, computes the features of the space (see
:data:`cortex2image.study.spaces.KINDS`), and writes features/{space}.parquet.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.errors import DataError, run_step
from cortex2image.features.extraction import Stimuli, core_of
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import model_set
from cortex2image.progress import say, track
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import KINDS, PICTURE, UNET, FeatureSpace
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import FEATURES

# Settings that every space depends on; the registry gives the further settings of each kind of space.
READS = ("models/set", "models/folder", "models/batch_size")
OF_SPACES = sorted({key for kind in KINDS.values() for key in (*kind.reads, *kind.reads_if_sampled)})
COMMAND = Command(
    __doc__, Study, (*READS, *OF_SPACES), labels=("space",), inputs=("stimuli",), outputs=("features",)
)
STIMULI_AT_ONCE = 64


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    space = parse_space(args.space, "--space")
    space.require_extractable("--space")
    rows = STIMULI.read(args.stimuli).select(["stimulus_id", "image_path", "captions"]).to_pylist()
    check_stimuli(rows, args.stimuli, space)
    models = model_set(study.models.set, study.models.folder)
    diffusion = load_diffusion(models, "auto", study.models.precision)
    denoiser = Denoiser(diffusion, Sampling.of(study.reconstruct, study.features))
    sampling = denoiser.sampling
    passes = space.unet_passes(sampling.steps, sampling.strength, sampling.guidance_scale)
    cost = f", {passes} passes of the U-Net for each" if passes else ""
    say(f"features {space} of {len(rows)} stimuli with {models.name} on {diffusion.device}{cost}")
    core = core_of(space)
    FEATURES.write_batches(
        (
            {"stimulus_id": stimuli.ids, "feature": vectors(core.extract(stimuli, denoiser))}
            for stimuli in batches(rows, models.at_once(study.models.batch_size, STIMULI_AT_ONCE), study.seed)
        ),
        args.features,
        space=args.space,
        model_set=models.name,
        model_hash=model_hash(models),
        precision=study.models.precision,
        **drawn_facts(space, study, sampling),
    )


def batches(rows: Sequence[dict[str, Any]], size: int, study_seed: int) -> Iterator[Stimuli]:
    """Yield the stimuli in batches, and report progress."""
    for first in track(range(0, len(rows), size), "features, batches"):
        part = rows[first : first + size]
        ids, captions, paths = (
            [row[name] for row in part] for name in ("stimulus_id", "captions", "image_path")
        )
        yield Stimuli(ids, captions, paths, study_seed)


def drawn_facts(space: FeatureSpace, study: Study, sampling: Sampling) -> dict[str, object]:
    """Return the facts that features of a space depend on, beside pictures, captions and model set."""
    if UNET in space.needs:
        return {"seed": study.seed, **vars(sampling)}
    sampled = PICTURE in space.needs and sampling.latent == "sample"
    return {"seed": study.seed, "latent": "sample"} if sampled else {}


def check_stimuli(rows: Sequence[dict[str, Any]], source: str, space: FeatureSpace) -> None:
    """Raise DataError if there are no stimuli, or if the space needs pictures and one is not on disk."""
    if not rows:
        raise DataError(source, "at least one stimulus", "none", "check which subjects the study names")
    if PICTURE not in space.needs:
        return
    without = [row["stimulus_id"] for row in rows if row["image_path"] is None]
    if without:
        raise DataError(
            source,
            f"a picture for every stimulus, since {space} is made from it",
            f"{len(without)} of {len(rows)} without image_path, first {without[0]}",
            "use only c with a data set that has no image identity",
        )
    absent = [row["image_path"] for row in rows if not Path(row["image_path"]).is_file()]
    if absent:
        found = f"{len(absent)} missing, first {absent[0]}"
        raise DataError(source, "pictures that are there", found, "run from the study's working directory")


if __name__ == "__main__":
    run_step(main)
