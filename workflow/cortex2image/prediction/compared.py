"""What was recorded in the regions in which pictures are compared with the brain."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.rois import select_rois
from cortex2image.prediction.alignment import open_trials
from cortex2image.prediction.measured import MeasuredPatterns, measured_patterns
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.prediction.responses import Responses, of_voxels
from cortex2image.progress import say
from cortex2image.study.brain_checks import SELECTABLE
from cortex2image.study.evaluation_settings import Brain
from cortex2image.tables.recordings import VOXELS

# Fewest voxels across which a correlation is taken.
FEWEST = 3


@dataclass(frozen=True)
class Recorded:
    """Trials and responses of the compared voxels.

    Attributes
    ----------
    trials : Trials
    betas : Responses
        Of the v voxels that lie in any of the regions.
    measured : MeasuredPatterns
    members : region -> (v,) bool
    """

    trials: Trials
    betas: Responses
    measured: MeasuredPatterns
    members: dict[str, np.ndarray]


def read_recorded(where: Mapping[str, str], brain: Brain) -> Recorded:
    """Read the trials of the subject and its responses in test trials, of the voxels of the regions.

    Parameters
    ----------
    where : mapping from the names of the tables to their files
        Of trials, betas and voxels.
    brain : section `evaluate/brain` of the config

    Raises
    ------
    ConfigError
        The study is cross-validated, or as :func:`region_voxels`.
    DataError
        As :func:`region_voxels`, or tables that do not belong together.
    """
    voxels = VOXELS.read(where["voxels"])
    regions = region_voxels(voxels, brain, where["voxels"])
    chosen = np.unique(np.concatenate(list(regions.values())))
    trials, betas = open_trials(voxels.num_rows, where)
    if trials.fold is not None:
        fix = "set evaluate/brain/spaces: [] in a cross-validated study"
        expected = "trials split once: encoding models of several folds predict on scales of their own"
        raise ConfigError(where["trials"], expected, "folds", fix)
    (partition,) = partitions(trials)
    betas = of_voxels(betas, chosen)
    say(f"responses of {len(chosen)} voxels in {', '.join(regions)}")
    members = {roi: np.isin(chosen, places) for roi, places in regions.items()}
    return Recorded(trials, betas, measured_patterns(betas, trials, partition), members)


def region_voxels(voxels: pa.Table, brain: Brain, source: str) -> dict[str, np.ndarray]:
    """Return the positions of the voxels that are compared in each region.

    Raises
    ------
    ConfigError
        A region that no voxel has, or noise ceilings that test trials entered where these select voxels.
    DataError
        A region of fewer than three such voxels.
    """
    labels, clear = voxels.column("roi").to_pylist(), clear_voxels(voxels, brain.min_noise_ceiling, source)
    regions = {}
    for roi in brain.regions:
        places = select_rois(labels, [roi])
        regions[roi] = places[clear[places]]
        if len(regions[roi]) < FEWEST:
            expected = f"at least {FEWEST} voxels of {roi}, to correlate across them"
            found = (
                f"{len(regions[roi])} of {len(places)} with a noise ceiling of {brain.min_noise_ceiling:g}"
            )
            fix = "lower evaluate/brain/min_noise_ceiling, or leave the region out of evaluate/brain/regions"
            raise DataError(source, expected, found, fix)
    if not regions:
        raise ConfigError("evaluate/brain/regions", "at least one region", "none", "name one")
    return regions


def clear_voxels(voxels: pa.Table, least: float, source: str) -> np.ndarray:
    """Return which voxels have a noise ceiling of at least `least`, (v,) bool; 0 takes every voxel."""
    if not least:
        return np.ones(voxels.num_rows, dtype=bool)
    origin = (voxels.schema.metadata or {}).get(b"ncsnr_from", b"unknown trials").decode()
    if origin != SELECTABLE:
        fix = f"set standardise/ncsnr_from: {SELECTABLE}, or evaluate/brain/min_noise_ceiling: 0"
        expected = f"noise ceilings from {SELECTABLE}, since test trials may not select voxels"
        raise ConfigError(source, expected, origin, fix)
    clear: np.ndarray = voxels.column("noise_ceiling").to_numpy().astype(float) >= least
    return clear
