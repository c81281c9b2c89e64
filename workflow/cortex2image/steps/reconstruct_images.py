"""Draw pictures of every test stimulus of one subject, by one method.

Reads trials.parquet and the decoded and true features that the method uses, draws one or several pictures per
stimulus, and writes them as PNG files beside reconstructions/{method}.parquet.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from cortex2image.diffusion.denoise import Sampling
from cortex2image.errors import DataError, run_step
from cortex2image.files import whole_folder
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import say
from cortex2image.reconstruction.drawing import draw
from cortex2image.reconstruction.external import read_predictions
from cortex2image.reconstruction.inputs import FeatureTable, Tables, method_inputs
from cortex2image.reconstruction.rows import plan
from cortex2image.reconstruction.studio import Studio, core_of
from cortex2image.study.command import Command
from cortex2image.study.methods import EXTERNAL, Method
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
    "reconstruct/external",
    "reconstruct/device",
    "reconstruct/compile",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("method",),
    inputs=("trials", "stimuli"),
    outputs=("images", "reconstructions"),
    optional_lists=("decoded", "features"),
)
PICTURES_AT_ONCE = 60


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    method, drawing = find_method(args.method, study.reconstruct), study.reconstruct
    models = model_set(study.models.set, study.models.folder)
    tables = read_tables(method, models, args.decoded, args.features, args.trials, args.stimuli, study.seed)
    stimuli, features = method_inputs(method, tables, models)
    rows = plan(stimuli, method.samples(drawing.samples), study.seed, drawing.shared_noise)
    sampling = Sampling.of(drawing, study.features)
    studio = Studio(models, sampling, tables, study.models.precision, drawing.device, drawing.compile)
    painter = core_of(method).open_painter(method, studio)
    say(f"{len(rows)} pictures by method {args.method}")
    with whole_folder(Path(args.images)) as folder:
        at_once = models.at_once(study.models.batch_size, PICTURES_AT_ONCE)
        draw(rows, features, painter, at_once, folder)
    RECONSTRUCTIONS.write(
        {
            "stimulus_id": [stimuli[row.stimulus] for row in rows],
            "sample": [row.sample for row in rows],
            "seed": [row.seed for row in rows],
            "image_path": [os.path.join(args.images, row.file) for row in rows],
        },
        args.reconstructions,
        method=args.method,
        model_set=models.name,
        model_hash=model_hash(models),
        precision=study.models.precision,
        study_seed=study.seed,
        shared_noise=drawing.shared_noise,
        **vars(sampling),
    )


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
        The number of tables is not the number that the method needs, or the file of another decoder is not
        what :func:`cortex2image.reconstruction.external.read_predictions` expects.
    """
    rows = TRIALS.read(trials)
    split = dict(zip(rows["stimulus_id"].to_pylist(), rows["split"].to_pylist(), strict=True))
    external = {s for s in method.decoded if method.inputs[s] == EXTERNAL}

    def decoded_table(space: str, path: str) -> FeatureTable:
        return read_predictions(path, space, models, split) if space in external else _table(DECODED, path)

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


def _table(contract: Contract, path: str) -> FeatureTable:
    table = contract.read(path)
    return FeatureTable(table["stimulus_id"].to_pylist(), matrix(table, "feature"), path)


if __name__ == "__main__":
    run_step(main)
