"""Comparison of pictures with the brain: where a study has one, and the settings that it refuses."""

from cortex2image.errors import ConfigError
from cortex2image.study.readers import READERS, Reader
from cortex2image.study.settings import Study

ALL = "all"
SELECTABLE = "train"
"""Source of the noise ceilings that may select voxels: repeats of training pictures."""


def brain_spaces(study: Study) -> tuple[str, ...]:
    """Return the feature spaces in which pictures are compared with the brain.

    There are none where the data set does not say which picture was shown, so that neither an encoding model
    of pictures nor a picture to be told from others exists. There are none with cross-validation: each fold
    has an encoding model of its own, and what two models predict for the pictures of two folds differs for
    other reasons than the pictures.
    """
    compared = READERS[study.dataset.reader].image_identity and study.dataset.cross_validate == "none"
    return study.evaluate.brain.spaces if compared else ()


def check_brain(study: Study, reader: Reader, source: str) -> None:
    """Refuse regions that are not in the atlas, and a selection of voxels by test trials.

    Raises
    ------
    ConfigError
        A name in evaluate/brain/regions that dataset/rois/labels lacks; a least noise ceiling of ceilings
        that test trials entered.
    """
    brain, labels, where = study.evaluate.brain, study.dataset.rois.labels, f"{source}, evaluate/brain"
    strange = [name for name in brain.regions if labels and name not in (ALL, *labels)]
    if strange:
        expected = f"'all' or a region of dataset/rois/labels: {', '.join(labels)}"
        raise ConfigError(f"{where}/regions", expected, f"'{strange[0]}'", "correct the name")
    if brain.min_noise_ceiling > 0 and study.standardise.ncsnr_from != SELECTABLE:
        expected = f"0, or standardise/ncsnr_from: {SELECTABLE}, since test trials may not select voxels"
        found = f"{brain.min_noise_ceiling:g}, and noise ceilings from {study.standardise.ncsnr_from}"
        fix = f"set it to 0, or standardise/ncsnr_from to {SELECTABLE} if training pictures repeat"
        raise ConfigError(f"{where}/min_noise_ceiling", expected, found, fix)
