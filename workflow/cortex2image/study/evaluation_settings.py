"""Settings of the scores of a study."""

from dataclasses import dataclass

from cortex2image.study.fields import Section, setting
from cortex2image.study.spaces import PICTURED


@dataclass(frozen=True, kw_only=True)
class Brain(Section):
    """Brain consistency: responses that pictures predict, compared with those that were measured."""

    spaces: tuple[str, ...] = setting(
        "Feature spaces from which an encoding model predicts responses, such as pictures alone give: "
        f"{', '.join(PICTURED)}; [] for no comparison. There is none either where the data set does not say "
        "which picture was shown, or with dataset/cross_validate. See docs/brain-consistency.md.",
        ("z",),
        uniqueItems=True,
        items={"enum": list(PICTURED)},
    )
    regions: tuple[str, ...] = setting(
        "Regions in which responses are compared; empty for every region in decode/rois. Scores of regions "
        "from which pictures were decoded hold noise that decoder and encoding model pass on: add one that "
        "was not decoded from.",
        (),
        uniqueItems=True,
    )
    min_noise_ceiling: float = setting(
        "Least noise ceiling of the voxels that are compared; 0 for every voxel of a region. Above 0 it "
        "needs standardise/ncsnr_from: train, since no test trial may select voxels.",
        0.0,
        unit="r squared",
        minimum=0,
        exclusiveMaximum=1,
    )


@dataclass(frozen=True, kw_only=True)
class Rating(Section):
    """What people choose between on the page `rate` of the report, see docs/rating.md."""

    methods: tuple[str, ...] = setting(
        "Methods whose pictures people compare; empty for every method of the study.", (), uniqueItems=True
    )
    stimuli: int = setting(
        "Test stimuli of a subject that are rated, drawn by the seed; all if there are fewer. Each adds a "
        "small picture per subject and method to the report.",
        30,
        unit="stimuli",
        minimum=1,
    )


@dataclass(frozen=True, kw_only=True)
class Evaluate(Section):
    """Statistics of the scores."""

    metrics: tuple[str, ...] = setting(
        "Metrics of pictures that are computed, as docs/metrics.md names them: names, shell patterns such as "
        "`twoway_*`, or `headline` for those that are marked so there. The rule of the code of 2023, for "
        "example, is `twoway_*_as_released`. Not read by studies that know the categories of pictures alone, "
        "which have metrics of their own.",
        ("headline",),
        was="identification",
        minItems=1,
        uniqueItems=True,
    )
    sheet_metric: str | None = setting(
        "Metric by which the best and the worst pictures are chosen for sheets of their own, one of those "
        "that `evaluate/metrics` chooses; null for two-way identification by CLIP, or what comes nearest.",
        None,
    )
    permutations: int = setting(
        "Draws of the permutation null: p cannot fall below 1 / (draws + 1). All permutations are used, each "
        "once, if there are no more.",
        10000,
        unit="draws",
        minimum=100,
    )
    bootstraps: int = setting(
        "Resamples of the intervals of `snakemake attribute`; those of scores are in closed form.",
        2000,
        unit="draws",
        minimum=100,
    )
    brain: Brain
    rating: Rating
    learning_curve: tuple[int, ...] = setting(
        "Numbers of sessions (runs for subjects with one session) whose training trials `snakemake "
        "learning_curve` decodes with, from the first; empty for 1, 2, 4, ... up to all.",
        (),
        unit="sessions",
        uniqueItems=True,
        items={"minimum": 1},
    )
