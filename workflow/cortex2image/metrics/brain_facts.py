"""Facts of the metrics that compare pictures with the brain, named after a feature space and a region."""

import re
from dataclasses import replace

from cortex2image.metrics.metric import HALF, Metric
from cortex2image.study.spaces import PICTURED

_PATTERNS = (
    "the mean measured response to a stimulus and the response that the picture predicts, both minus each "
    "voxel's mean over training trials, across the voxels of the region. The encoding model is ridge "
    "regression from the features of pictures to every voxel, fitted to the subject's training trials"
)
_NOT_INDEPENDENT = (
    "z is also what pictures are made from. Nor independent of the measured response, where the region is "
    "one that was decoded from (decode/rois): noise of the test trials passes through decoder, picture and "
    "encoding model back to the same voxels, and makes score and p look better than what is known of the "
    "picture. The method shuffled_fit shows how much. Regions that were not decoded from have only the noise "
    "that they share with those, and the picture that was seen has none"
)
_FLAT = "a predicted response that does not vary across voxels correlates 0 with everything"

CONSISTENCY = Metric(
    name="brain_consistency_{space}_{roi}",
    title="brain consistency, {space} to {roi}",
    kind="brain",
    version="1",
    what="Pearson r across the voxels of a region of the measured response and the response that an encoding "
    "model predicts from the picture; in a region that was decoded from, noise of the response raises it",
    compared=_PATTERNS,
    bounds=(-1.0, 1.0),
    chance=None,
    ties=_FLAT,
    source="brain correlation of Scotti et al. (2024), with linear encoding models, and patterns around the "
    "training mean",
    shared=_NOT_INDEPENDENT,
)
IDENTIFICATION = Metric(
    name="brain_identification_{space}_{roi}",
    title="identification by the brain, {space} to {roi}",
    kind="identification",
    version="1",
    what="share of the other stimuli's pictures whose predicted response correlates less with the measured "
    "response than that of the stimulus' own picture does; in a region that was decoded from, noise of the "
    "response raises it",
    compared=_PATTERNS,
    bounds=(0.0, 1.0),
    chance=0.5,
    ties=f"{HALF}; {_FLAT}",
    source="Kay et al. (2008), two-way, with pictures of a method as candidates",
    direction="each measured response is searched among the responses that the pictures predict",
    shared=_NOT_INDEPENDENT,
)
CEILING = Metric(
    name="brain_ceiling_{roi}",
    title="ceiling of brain consistency in {roi}",
    kind="brain",
    version="1",
    what="estimated Pearson r across the voxels of a region of the measured mean response and the "
    "noise-free response: the consistency of a perfect prediction, in any space. It is the signed root of "
    "1 - N / (n V), with the variance V across voxels of the mean of n repeats and the noise variance N of a "
    "trial, pooled over stimuli and corrected for the scatter of V. Not cut off at 0, where the mean of a "
    "region without signal belongs. Noise is assumed to be independent between repeats",
    compared="repeats of a test stimulus, minus each voxel's mean over training trials; a permuted pairing "
    "takes repeats of two stimuli",
    bounds=(-1.0, 1.0),
    chance=0.0,
    ties="none; a response that does not vary across voxels has the ceiling 0",
    source="signal and noise covariance as in GSN (Kay et al. 2024), of which variances suffice; the same as "
    "the correction of Spearman and Brown with pooled noise",
    needs="a test stimulus that is repeated",
)
BRAIN_METRICS = (CONSISTENCY, IDENTIFICATION, CEILING)


def brain_metric(name: str) -> Metric | None:
    """Return the facts of a metric by the brain, None for other names.

    A feature space is one that pictures alone give; a region may have any name.
    """
    for metric in BRAIN_METRICS:
        pattern = metric.name.format(space=f"(?P<space>{'|'.join(PICTURED)})", roi="(?P<roi>.+)")
        if found := re.fullmatch(pattern, name):
            return replace(metric, name=name, title=metric.title.format(**found.groupdict()))
    return None
