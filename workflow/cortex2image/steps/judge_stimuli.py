"""Let the judges of the model set look at every test stimulus, once for all subjects and methods.

Reads stimuli.parquet, the pictures it names, and the judges of the model set.
Computes their features of the pictures, at the size of the reconstructions, in the layers that metrics read.
Writes the folder features/judged: see :mod:`cortex2image.metrics.stimulus_features`.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from cortex2image.errors import run_step
from cortex2image.judges.judge import Judge
from cortex2image.judges.open import load_judges
from cortex2image.metrics.choice import chosen_metrics, layers_read
from cortex2image.metrics.originals import held_out_stimuli, original_paths
from cortex2image.metrics.pictures import read_originals
from cortex2image.metrics.stimulus_features import Judged, write_stimulus_features
from cortex2image.metrics.versions import judge_facts
from cortex2image.networks.pixels import square
from cortex2image.networks.reference_picture import reference_picture
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import track
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = ("models/set", "models/folder", "dataset/cross_validate", "evaluate/metrics")
COMMAND = Command(__doc__, Study, READS, inputs=("stimuli",), outputs=("judged",))
AT_ONCE = 128


def batches(paths: Sequence[str], size: int) -> Iterator[np.ndarray]:
    """Read pictures in batches, each (128, size, size, 3) uint8; the last one may be smaller."""
    parts = [paths[first : first + AT_ONCE] for first in range(0, len(paths), AT_ONCE)]
    for part in track(parts, "judge stimuli", len(paths), counts=len):
        yield read_originals(part, size)


def main(
    argv: Sequence[str] | None = None,
    judges: Callable[[ModelSet, Sequence[str], str], list[Judge]] = load_judges,
) -> None:
    """Run the step; `judges` opens the judges of these names on a device."""
    args, study = COMMAND.parse(argv)
    models = model_set(study.models.set, study.models.folder)
    stimuli = held_out_stimuli(args.stimuli, study.dataset.cross_validate)
    paths = original_paths(stimuli, args.stimuli)
    layers = layers_read(models, chosen_metrics(study.evaluate.metrics, models))
    opened = [
        Judged(judge, layers[judge.name], judge_facts(models, judge.name))
        for judge in judges(models, list(layers), "auto")
    ]
    reference = square(reference_picture(), models.image_size)
    pictures = batches(paths, models.image_size)
    write_stimulus_features(args.judged, stimuli, pictures, opened, reference, models.name)


if __name__ == "__main__":
    run_step(main)
