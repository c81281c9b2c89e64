"""What the text of methods rests on beside the config: versions, counts of trials, metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cortex2image.report.quality_measures import TrialCounts, trial_counts
from cortex2image.report.study import StudyResults


@dataclass(frozen=True)
class Facts:
    """Facts of a finished study.

    Attributes
    ----------
    version : version of cortex2image
    commit : commit of its code; None where it is not known, or where files were changed after it
    python : version of Python
    packages : package -> version, None where it is not installed
    models : SHA-256 of the checksums of the model set
    counts : counts of trials, a row per subject
    metrics : metric -> version, those that the study scored by
    ceilings : whether any voxel has a noise ceiling
    motion : mean framewise displacement (mm) of each subject of whom it is known
    """

    version: str
    commit: str | None
    python: str
    packages: Mapping[str, str | None]
    models: str
    counts: Sequence[TrialCounts] = ()
    metrics: Mapping[str, str] = field(default_factory=dict)
    ceilings: bool = True
    motion: Sequence[float] = ()


def facts_of(study: StudyResults) -> Facts:
    """Return the facts of a finished study."""
    made, git = study.provenance, study.provenance["git"]
    return Facts(
        version=made["version"],
        commit=None if git["dirty"] else git["commit"],
        python=made["python"],
        packages=made["packages"],
        models=made["models"]["sha256"],
        counts=[trial_counts(subject, study.trials[subject]) for subject in study.subjects],
        metrics=dict(zip(study.scores["metric"], study.scores["metric_version"], strict=True)),
        ceilings=any(voxels["noise_ceiling"].notna().any() for voxels in study.voxels.values()),
        motion=[float(m) for runs in study.runs.values() if not np.isnan(m := runs["mean_fd"].mean())],
    )
