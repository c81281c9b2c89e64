"""Draw pictures of every test stimulus of one subject, by one method.

Reads trials.parquet and the decoded and true features that the method uses, draws one or several pictures per
stimulus, and writes them as PNG files beside reconstructions/{method}.parquet.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from cortex2image.diffusion.denoise import Sampling
from cortex2image.errors import DataError, run_step
from cortex2image.files import whole_folder
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import model_set
from cortex2image.progress import say
from cortex2image.reconstruction.drawing import draw
from cortex2image.reconstruction.inputs import FeatureTable, Tables, method_inputs
from cortex2image.reconstruction.rows import plan
from cortex2image.reconstruction.studio import Studio, core_of
from cortex2image.study.command import Command
from cortex2image.study.methods import Method
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
    "reconstruct/sampler",
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
    tables = read_tables(method, args.decoded, args.features, args.trials, args.stimuli, study.seed)
    stimuli, features = method_inputs(method, tables, models)
    rows = plan(stimuli, method.samples(drawing.samples), study.seed, drawing.shared_noise)
    sampling = Sampling.of(drawing, study.features, sampler=drawing.sampler)
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
    decoded, features : sequences of str
        decoded/{space}.parquet and features/{space}.parquet, in the order of the spaces that the method
        names.
    trials, stimuli : str
        trials.parquet of the subject, and stimuli.parquet.
    study_seed : int

    Raises
    ------
    DataError
        The number of tables is not the number that the method needs.
    """
    rows = TRIALS.read(trials)
    split = dict(zip(rows["stimulus_id"].to_pylist(), rows["split"].to_pylist(), strict=True))
    shown = STIMULI.read(stimuli).to_pydict()
    return Tables(
        _by_space(DECODED, method.decoded, decoded, f"--decoded of method {method.name}"),
        _by_space(FEATURES, method.features, features, f"--features of method {method.name}"),
        split,
        study_seed,
        {name: path for name, path in zip(shown["stimulus_id"], shown["image_path"], strict=True) if path},
    )


def _by_space(
    contract: Contract, spaces: Sequence[str], paths: Sequence[str], where: str
) -> dict[str, FeatureTable]:
    if len(spaces) != len(paths):
        expected = " and ".join(spaces) or "no table"
        raise DataError(where, expected, f"{len(paths)} tables", "give one table per space")
    tables = {space: contract.read(path) for space, path in zip(spaces, paths, strict=True)}
    return {
        space: FeatureTable(table["stimulus_id"].to_pylist(), matrix(table, "feature"), path)
        for (space, table), path in zip(tables.items(), paths, strict=True)
    }


if __name__ == "__main__":
    run_step(main)
