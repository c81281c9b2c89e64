"""Numbers on how good the data of a study are, subject by subject."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cortex2image.report.study import StudyResults

EVERY = "all"
"""Name of all voxels together."""
UNLABELLED = "unlabelled"


@dataclass(frozen=True)
class TrialCounts:
    """What a subject was shown: sessions, runs, trials, and stimuli on either side of the split.

    `least`, `mean` and `most` count the trials of a test stimulus; in a cross-validated study every stimulus
    tests once.
    """

    subject: str
    sessions: int
    runs: int
    trials: int
    train: int
    test: int
    least: int
    mean: float
    most: int


def trial_counts(subject: str, trials: pd.DataFrame) -> TrialCounts:
    """Return the counts of a table `trials`; stimuli of folds are training and test stimuli at once."""
    folded = trials["fold"].notna().any()
    test = trials if folded else trials[trials["split"] == "test"]
    times = test["stimulus_id"].value_counts()
    return TrialCounts(
        subject,
        sessions=trials["session"].nunique(),
        runs=len(trials[["session", "run"]].drop_duplicates()),
        trials=len(trials),
        train=trials.loc[trials["split"] == "train", "stimulus_id"].nunique(),
        test=len(times),
        least=int(times.min()) if len(times) else 0,
        mean=float(times.mean()) if len(times) else 0.0,
        most=int(times.max()) if len(times) else 0,
    )


def overlap(trials: pd.DataFrame) -> int:
    """Return the number of stimuli on both sides of the split, or in several folds."""
    sides = trials.groupby("stimulus_id")[["split", "fold"]].nunique()
    return int((sides > 1).any(axis=1).sum())


def ceiling_rows(subject: str, voxels: pd.DataFrame, decoded_from: frozenset[str]) -> pd.DataFrame:
    """Return the noise ceilings of a subject by region, all voxels first, then the largest region.

    Returns
    -------
    DataFrame
        `subject`, `region`, `voxels`, `decoded` (whether features are decoded from it), `mean` (of the
        estimate that is right on average, where there is one), `median`, `silent` (share of voxels with a
        ceiling of 0).
    """
    known = voxels[voxels["noise_ceiling"].notna()]
    sizes = known["roi"].value_counts()
    ordered = sorted(sizes.index, key=lambda roi: (-sizes[roi], roi))
    parts = {EVERY: known} | {roi: known[known["roi"] == roi] for roi in ordered}
    rows = [
        {"subject": subject, "region": region, "decoded": region in decoded_from, **ceiling_summary(part)}
        for region, part in parts.items()
        if len(part)
    ]
    return pd.DataFrame(rows, columns=["subject", "region", "decoded", "voxels", "mean", "median", "silent"])


def ceiling_summary(voxels: pd.DataFrame) -> dict[str, float]:
    """Return the number of voxels, mean and median of their noise ceilings, and the share of silent ones."""
    ceiling = voxels["noise_ceiling"]
    return {
        "voxels": len(voxels),
        "mean": mean_ceiling(voxels),
        "median": float(ceiling.median()) if len(voxels) else np.nan,
        "silent": float((ceiling <= 0).mean()) if len(voxels) else np.nan,
    }


def mean_ceiling(voxels: pd.DataFrame) -> float:
    """Return the mean noise ceiling of voxels, as the table `encoding_scores` has it; NaN where unknown."""
    unclipped = voxels["noise_ceiling_unclipped"].astype(float)
    known = unclipped if unclipped.notna().any() else voxels["noise_ceiling"].astype(float)
    return float(known.mean())


def decoding_voxels(study: StudyResults, subject: str) -> pd.DataFrame:
    """Return the voxels with a noise ceiling that features are decoded from."""
    voxels = study.voxels[subject]
    known = voxels[voxels["noise_ceiling"].notna()]
    return known if EVERY in study.decoded_from else known[known["roi"].isin(study.decoded_from)]


def measures(study: StudyResults, subject: str) -> dict[str, float | None]:
    """Return the numbers of a subject by the names of :data:`cortex2image.report.quality_rules.RULES`.

    None where the study does not say.
    """
    counts = trial_counts(subject, study.trials[subject])
    decoding = ceiling_summary(decoding_voxels(study, subject))
    return {
        **motion_measures(study.runs.get(subject)),
        "ceiling": decoding["mean"],
        "silent": decoding["silent"],
        "test_stimuli": counts.test,
        "train_stimuli": counts.train,
        "repeats": counts.mean,
        "overlap": overlap(study.trials[subject]),
        "duplicates": duplicates(study, subject),
        "constant": constant_share([table for (s, _), table in study.decoded.items() if s == subject]),
        **picture_measures(
            [table for (s, _), table in study.reconstructions.items() if s == subject],
            study.settings.models.precision,
        ),
        "left_out": len(study.recordings[subject].left_out),
    }


def motion_measures(runs: pd.DataFrame | None) -> dict[str, float | None]:
    """Return mean displacement in the worst run (mm) and the share of volumes left out."""
    if runs is None or not len(runs):
        return {"motion": None, "scrubbed": None}
    worst = runs["mean_fd"].max()
    return {
        "motion": None if pd.isna(worst) else float(worst),
        "scrubbed": float(runs["left_out"].sum() / runs["volumes"].sum()),
    }


def duplicates(study: StudyResults, subject: str) -> float | None:
    """Return the number of a subject's test pictures that are training pictures too."""
    if study.novelty is None:
        return None
    own = study.novelty.nearest[study.novelty.nearest["subject"] == subject]
    return int(own.loc[own["duplicate"], "stimulus_id"].nunique())


def constant_share(decoded: Sequence[pd.DataFrame]) -> float | None:
    """Return the share of decoded units without a correlation, the worst of several spaces."""
    return max((float(table["r"].isna().mean()) for table in decoded), default=None)


def picture_measures(tables: Sequence[pd.DataFrame], precision: str) -> dict[str, float | None]:
    """Return the shares of black pictures and of those that were drawn again in float32.

    Parameters
    ----------
    tables : tables `reconstructions`
    precision : number format of the study
    """
    pictures = pd.concat(tables) if tables else pd.DataFrame({"black": [], "precision": []})
    if not len(pictures):
        return {"black": None, "repeated": None}
    again = (pictures["precision"] == "float32") & (precision != "float32")
    return {"black": float(pictures["black"].mean()), "repeated": float(again.mean())}
