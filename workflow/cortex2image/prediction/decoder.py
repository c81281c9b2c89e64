"""The ridge decoder of a subject and feature space: one seed and one plan of memory, whatever it decodes."""

from cortex2image.prediction.alignment import Subject
from cortex2image.prediction.fit_sizes import FitSizes
from cortex2image.prediction.memory import plan_memory
from cortex2image.prediction.partitions import partitions
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.progress import say
from cortex2image.ridge.memory import free_gb
from cortex2image.seeds import seed_for
from cortex2image.study.settings import Study


def decoder_settings(
    study: Study, data: Subject, voxels: int, subject: str, space: str, threads: int
) -> RidgeSettings:
    """Return the settings of a decoder, and print the memory that its fit is planned to take.

    Steps that decode the same space for other ends, as with lesions or for controls, get the same inner folds
    as decode_features, and so the same penalties from the same training trials.

    Parameters
    ----------
    study : Study
        Of it the seed, the section `ridge` and `standardise/average_repeats` are read.
    data : Subject
    voxels : int
        Number of voxels that the decoder reads.
    subject, space : str
        Labels, from which the seed follows.
    threads : int
    """
    average = study.standardise.average_repeats
    sizes = FitSizes.of("decode", data.trials, partitions(data.trials), voxels, data.features.width)
    memory = plan_memory(sizes, study.ridge, average, threads, **free_gb(study.ridge.device))
    say(memory.words)
    seed = seed_for(study.seed, "decode", subject, space)
    return RidgeSettings.of(study.ridge, average, seed, latent=True, threads=threads, memory=memory)
