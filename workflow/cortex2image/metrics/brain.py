"""Brain consistency: do pictures predict the response that was measured?"""

from collections.abc import Mapping

import numpy as np

from cortex2image.metrics.brain_facts import CEILING, CONSISTENCY, IDENTIFICATION
from cortex2image.metrics.identification import score_rule
from cortex2image.metrics.identification_rules import TWOWAY
from cortex2image.metrics.scored import Scored, join_samples, score_pairings


def score_pictures(
    correlations: np.ndarray, samples: Mapping[str, int], space: str, roi: str, order: np.ndarray
) -> dict[str, dict[str, Scored]]:
    """Score the pictures of all methods by the responses that they predict in one region.

    Parameters
    ----------
    correlations : (n, k) array
        r across voxels of the measured response to each stimulus with the response that each picture
        predicts. Pictures stand method by method, sample by sample, in the order of the stimuli.
    samples : method -> number of pictures of each stimulus
    space, roi : str
        Feature space of the encoding model, and region.
    order : (draws, n) int array
        Permuted pairings, see :func:`cortex2image.stats.permutation.permutations`.

    Returns
    -------
    method -> metric -> Scored
        Consistency, and identification: each measured response is searched among those that pictures predict.
    """
    n, first = len(correlations), 0
    consistency, identification = (
        name.format(space=space, roi=roi) for name in (CONSISTENCY.name, IDENTIFICATION.name)
    )
    scored = {}
    for method, count in samples.items():
        parts = [correlations[:, start : start + n] for start in range(first, first + count * n, n)]
        scored[method] = {
            consistency: join_samples([score_pairings(part, order) for part in parts]),
            # The rule searches columns among rows.
            identification: join_samples([score_rule(part.T, order, TWOWAY) for part in parts]),
        }
        first += count * n
    return scored


def score_ceilings(ceilings: np.ndarray, roi: str, order: np.ndarray) -> dict[str, Scored]:
    """Return the ceiling of a region as a metric of the picture that was seen.

    Parameters
    ----------
    ceilings : (n, n) array
        From :func:`cortex2image.fmri.pattern_ceiling.pattern_ceilings`.
    roi, order
        As in :func:`score_pictures`.
    """
    return {CEILING.name.format(roi=roi): score_pairings(ceilings, order)}
