"""Draw pictures of a shard of the test stimuli of one subject, by one method.

Reads trials.parquet and the decoded and true features that the method uses, and draws one or several
pictures per stimulus. Writes them as PNG files, with rows.parquet, into the folder of the shard, which
appears whole or not at all. Shards are contiguous ranges of the test stimuli.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from cortex2image.device import choose_device
from cortex2image.diffusion.denoise import Sampling, check_sampling
from cortex2image.errors import DataError, run_step
from cortex2image.features.scratch import check_scratch
from cortex2image.features.stimuli import range_of
from cortex2image.files import whole_folder
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import say
from cortex2image.reconstruction.drawing import Easel, draw
from cortex2image.reconstruction.external import read_predictions
from cortex2image.reconstruction.inputs import FeatureTable, Tables, method_inputs
from cortex2image.reconstruction.rows import plan, require_finite, require_test_stimuli
from cortex2image.reconstruction.shards import FIRST, ROWS, TOTAL, digest
from cortex2image.reconstruction.studio import Studio, core_of
from cortex2image.study.command import Command
from cortex2image.study.methods import CONTROL_FITS, EXTERNAL, Method
from cortex2image.study.run_methods import find_method
from cortex2image.study.settings import Study
from cortex2image.tables.columns import matrix
from cortex2image.tables.contract import Contract
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import DECODED, FEATURES, RECONSTRUCTIONS

READS = (
    "seed",
    "models",
    "features/latent",
    "reconstruct/samples",
    "reconstruct/steps",
    "reconstruct/strength",
    "reconstruct/guidance_scale",
    "reconstruct/noising",
    "reconstruct/shared_noise",
    "reconstruct/shards",
    "reconstruct/sampler",
    "reconstruct/external",
    "reconstruct/device",
    "reconstruct/compile",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("method", "shard"),
    inputs=("trials", "stimuli"),
    outputs=("shard_pictures",),
    optional_lists=("decoded", "features"),
)
PICTURES_AT_ONCE = 60
FREE_DISK = "free disk, lower reconstruct/samples, or work on a larger disk"
# A PNG file is hardly larger than its pixels, whatever they show.
PNG_HEADER = 4096


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    method, drawing = find_method(args.method, study.reconstruct), study.reconstruct
    models = model_set(study.models.set, study.models.folder)
    tables = read_tables(method, models, args.decoded, args.features, args.trials, args.stimuli, study.seed)
    stimuli, features = method_inputs(method, tables, models)
    require_test_stimuli(stimuli, TRIALS.read(args.trials), f"features of method {args.method}")
    require_finite(stimuli, features)
    part = range_of(int(args.shard), drawing.shards, len(stimuli), "reconstruct/shards")
    chosen = stimuli[part.start : part.stop]
    rows = plan(chosen, method.samples(drawing.samples), study.seed, drawing.shared_noise)
    check_scratch(Path(args.shard_pictures).parent, disk_bytes(len(rows), models.image_size), FREE_DISK)
    sampling = Sampling.of(drawing, study.features, sampler=drawing.sampler)
    check_sampling(sampling)
    studio = Studio(models, sampling, tables, study.models.precision, drawing.device, drawing.compile)
    device = choose_device(drawing.device).type
    core, at_once = core_of(method), models.at_once(study.models.batch_size, PICTURES_AT_ONCE)
    say(f"{len(rows)} pictures of {len(chosen)} of {len(stimuli)} stimuli by {args.method} on {device}")
    easel = Easel(
        lambda precision: core.open_painter(method, replace(studio, precision=precision)),
        studio.precision,
        at_once,
        padded=device == "cuda" or drawing.compile,
    )
    with whole_folder(Path(args.shard_pictures)) as folder:
        of_part = {space: values[part.start : part.stop] for space, values in features.items()}
        noted = draw(rows, chosen, of_part, easel, folder, f"{args.method} shard {args.shard}, pictures")
        RECONSTRUCTIONS.write(
            {
                "stimulus_id": [chosen[row.stimulus] for row in rows],
                "sample": [row.sample for row in rows],
                "seed": [row.seed for row in rows],
                "image_path": [os.path.join(args.shard_pictures, row.file) for row in rows],
                **noted,
            },
            folder / ROWS,
            method=args.method,
            model_set=models.name,
            model_hash=model_hash(models),
            precision=study.models.precision,
            study_seed=study.seed,
            shared_noise=drawing.shared_noise,
            features=digest(stimuli, tables),
            **vars(sampling),
            **{FIRST: part.start, TOTAL: len(stimuli)},
        )


def disk_bytes(pictures: int, side: int) -> int:
    """Return the disk that so many RGB pictures of `side` x `side` pixels take at most."""
    return pictures * (3 * side * side + PNG_HEADER)


def read_tables(
    method: Method,
    models: ModelSet,
    decoded: Sequence[str],
    features: Sequence[str],
    trials: str,
    stimuli: str,
    study_seed: int,
) -> Tables:
    """Return the features that a method uses, the split of the subject's stimuli, and their pictures.

    Parameters
    ----------
    method : Method
    models : ModelSet
    decoded, features : sequences of str
        decoded/{space}.parquet, or the file of another decoder, and features/{space}.parquet, in the order
        of the spaces that the method names.
    trials, stimuli : str
        trials.parquet of the subject, and stimuli.parquet.
    study_seed : int

    Raises
    ------
    DataError
        The number of tables is not the number that the method needs; features were decoded by the decoder of
        another control; or the file of another decoder is not what
        :func:`cortex2image.reconstruction.external.read_predictions` expects.
    """
    rows = TRIALS.read(trials)
    split = dict(zip(rows["stimulus_id"].to_pylist(), rows["split"].to_pylist(), strict=True))
    external = {s for s in method.decoded if method.inputs[s] == EXTERNAL}

    def decoded_table(space: str, path: str) -> FeatureTable:
        if space in external:
            return read_predictions(path, space, models, split)
        _require_decoder(path, method.inputs[space])
        return _table(DECODED, path)

    def true_table(space: str, path: str) -> FeatureTable:
        return _table(FEATURES, path)

    shown = STIMULI.read(stimuli).to_pydict()
    return Tables(
        _by_space(decoded_table, method.decoded, decoded, f"--decoded of method {method.name}"),
        _by_space(true_table, method.features, features, f"--features of method {method.name}"),
        split,
        study_seed,
        {name: path for name, path in zip(shown["stimulus_id"], shown["image_path"], strict=True) if path},
    )


def _by_space(
    read: Callable[[str, str], FeatureTable], spaces: Sequence[str], paths: Sequence[str], where: str
) -> dict[str, FeatureTable]:
    """Return the table of each space, read by a function of the space and its path."""
    if len(spaces) != len(paths):
        expected = " and ".join(spaces) or "no table"
        raise DataError(where, expected, f"{len(paths)} tables", "give one table per space")
    return {space: read(space, path) for space, path in zip(spaces, paths, strict=True)}


def _require_decoder(path: str, source: str) -> None:
    """Refuse features from another decoder than that of the source: the study's own, or a control's."""
    wanted = source if source in CONTROL_FITS else ""
    found = (DECODED.read_schema(path).metadata or {}).get(b"control", b"").decode()
    if found != wanted:
        expected, other = (f"features by the decoder of {name or 'the study'}" for name in (wanted, found))
        raise DataError(path, expected, other, "name the table that the method draws from")


def _table(contract: Contract, path: str) -> FeatureTable:
    table = contract.read(path)
    return FeatureTable(table["stimulus_id"].to_pylist(), matrix(table, "feature"), path)


if __name__ == "__main__":
    run_step(main)
