"""What the feature spaces of a study cost, for a reader who decides before the first pass of the sampler."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from cortex2image.networks.registry import ModelSet
from cortex2image.planning.passes import Pass, activity_bytes, passes, unet_passes
from cortex2image.planning.resources import Resources
from cortex2image.planning.stimuli import StimulusCount, count_stimuli
from cortex2image.study.encoding_models import encoded_spaces
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import GRAM, VECTORS

# Operations a second that GPU hours are stated for; a multiplication and its addition are two.
RATE = 100e12
# Bytes of a value in tables of features and of inner products.
ITEM = 4
# Stimuli that a plan is made for where a study may have any number.
ANY_SIZE = StimulusCount(1000, 1000)
HEADER = (
    "noise",
    "part",
    "spaces",
    "steps",
    "unet_passes",
    "multiply_adds_1e15",
    "gpu_hours",
    "scratch_gb",
)


@dataclass(frozen=True)
class PassCost:
    """What a pass costs, all stimuli of the study together.

    Attributes
    ----------
    sampled : Pass
    steps : int
        Denoising steps, up to the last one that is needed.
    unet_passes : int
        Passes of the U-Net, of one latent each; two a step with guidance.
    multiply_adds : float
        Multiplications of these passes, each with an addition. VAE and text encoder, which take under 1 % of
        them in tens of steps, are left out.
    scratch : int
        Bytes of disk that layers take until their inner products are taken.
    """

    sampled: Pass
    steps: int
    unet_passes: int
    multiply_adds: float
    scratch: int

    @property
    def gpu_hours(self) -> float:
        """Return the hours at :data:`RATE`."""
        return 2 * self.multiply_adds / RATE / 3600


@dataclass(frozen=True)
class SamplingPlan:
    """The passes of a study with their costs, and what they leave.

    Attributes
    ----------
    stimuli : StimulusCount
        Of the study, or :data:`ANY_SIZE`.
    known : bool
        Whether `stimuli` is the number of the study.
    costs : tuple of PassCost
    at_once : float
        Bytes of disk that layers take together: those of a pass go before the next one would not fit.
    tables : int
        Bytes of the tables of features of all stimuli, uncompressed.
    grams : int
        Bytes of the inner products of one subject, uncompressed.
    gram_mb, encode_mb : int
        Largest memory that a job asks for: inner products, and an encoding model of one space, in MB.
    """

    stimuli: StimulusCount
    known: bool
    costs: tuple[PassCost, ...]
    at_once: float
    tables: int
    grams: int
    gram_mb: int
    encode_mb: int


def sampling_plan(study: Study, model_set: ModelSet) -> SamplingPlan:
    """Return the plan of a study.

    Raises
    ------
    ConfigError
        A layer is larger than `features/scratch_gb`, or the U-Net of the model set lacks it.
    """
    known = count_stimuli(study)
    stimuli, needs = known or ANY_SIZE, Resources(study, model_set)
    spaces = [parse_space(name) for name in encoded_spaces(study.encode, study.reconstruct)]
    values = sum(space.width(model_set) for space in spaces if space.facts.storage == VECTORS)
    layers = sum(space.facts.storage == GRAM for space in spaces)
    costs = tuple(_cost(each, study, model_set, stimuli.study) for each in passes(study, model_set))
    return SamplingPlan(
        stimuli,
        known is not None,
        costs,
        min(study.features.scratch_gb * 1e9, sum(cost.scratch for cost in costs)),
        ITEM * stimuli.study * values,
        ITEM * layers * stimuli.subject**2,
        needs.gram_mb * bool(layers),
        max(needs.encode_mb(str(space)) for space in spaces),
    )


def _cost(each: Pass, study: Study, model_set: ModelSet, stimuli: int) -> PassCost:
    one = unet_passes(each, study)
    guided = 1 if study.reconstruct.guidance_scale == 1 else 2
    scratch = activity_bytes(each.spaces, study, model_set, stimuli)
    return PassCost(each, one // guided, one * stimuli, one * stimuli * model_set.unet_gmac * 1e9, scratch)


def as_tsv(plan: SamplingPlan) -> str:
    """Return the passes as a tab-separated table, a row per noise level and part."""
    out = io.StringIO()
    writer = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    writer.writerow(HEADER)
    for cost in plan.costs:
        spaces = ",".join(cost.sampled.spaces)
        writer.writerow([f"{cost.sampled.noise:g}", cost.sampled.part, spaces, *_numbers(cost)])
    return out.getvalue()


def as_text(plan: SamplingPlan) -> str:
    """Return the plan for a reader."""
    return "\n".join([_of_stimuli(plan), *_table(plan.costs), *_spaces(plan.costs), *_left(plan)])


def _numbers(cost: PassCost) -> list[str]:
    scaled = cost.multiply_adds / 1e15, cost.gpu_hours, cost.scratch / 1e9
    return [f"{cost.steps}", f"{cost.unet_passes}", *(f"{value:.4g}" for value in scaled)]


def _of_stimuli(plan: SamplingPlan) -> str:
    if not plan.known:
        return "The number of stimuli is not known before the data are read; for every 1,000 of them:"
    return f"{plan.stimuli.study} stimuli, of which a subject saw {plan.stimuli.subject}."


def _table(costs: Sequence[PassCost]) -> list[str]:
    titles = ("noise", "part", "steps", "U-Net passes", "1e15 multiply-adds", "GPU hours", "scratch GB")
    rows = [(f"{cost.sampled.noise:g}", f"{cost.sampled.part}", *_numbers(cost)) for cost in costs]
    if not rows:
        return ["No encoding model needs the U-Net."]
    scaled = [sum(c.multiply_adds for c in costs) / 1e15, sum(c.gpu_hours for c in costs)]
    passes_in_all = f"{sum(cost.unet_passes for cost in costs)}"
    rows.append(("all", "", "", passes_in_all, *(f"{value:.4g}" for value in scaled), ""))
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    return ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in (titles, *rows)]


def _spaces(costs: Sequence[PassCost]) -> list[str]:
    sampled = [cost.sampled for cost in costs]
    return [f"{each.noise:g}, part {each.part}: {', '.join(each.spaces)}" for each in sampled]


def _left(plan: SamplingPlan) -> list[str]:
    return [
        f"GPU hours: multiply-adds x 2 / 3600 s / {RATE / 1e12:g} TFLOP/s; put in the rate of your GPU.",
        f"Scratch at once: {plan.at_once / 1e9:.3g} GB at most.",
        f"Tables of features: {plan.tables / 1e9:.3g} GB.",
        f"Inner products of a subject: {plan.grams / 1e6:.4g} MB.",
        f"Memory of a job: {plan.gram_mb} MB for inner products, {plan.encode_mb} MB for an encoding model.",
    ]
