"""What a whole study costs, for a reader who decides before it runs: jobs, hours, disk and memory."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from cortex2image.planning import rates
from cortex2image.planning.job_counts import job_counts
from cortex2image.planning.jobs import Jobs
from cortex2image.planning.sampling_plan import SamplingPlan, sampling_plan
from cortex2image.planning.stimuli import count_stimuli, most_test_stimuli
from cortex2image.study.encoding_models import SPACE, encoding_models
from cortex2image.study.methods import FROM_NOISE
from cortex2image.study.run_methods import run_methods
from cortex2image.study.spaces import kept_steps

ITEM, COLOURS = 4, 3
# Test pictures that a plan is made for where a study may have any number.
ANY_TEST = 100
# Memory of rules that no size of a study changes, at most.
SMALL_MB = 4_000
HEADER = ("rule", "jobs", "gpus", "mem_mb")
ON_GPU = (
    *("split_stimuli", "extract_features", "sample_features", "reconstruct_images", "draw_series"),
    *("judge_stimuli", "evaluate_images", "brain_consistency", "novelty", "categorise_pictures"),
)


@dataclass(frozen=True)
class StudyPlan:
    """The plan of a study.

    Attributes
    ----------
    jobs : dict of str to int
        Jobs of each rule.
    memory : dict of str to int
        Memory that the largest job of each rule asks for at first, in MB.
    pictures : int
        Pictures that are drawn, of all subjects, methods and samples.
    passes : int
        Passes of the U-Net for them.
    drawing : float
        Their multiplications, each with an addition.
    fits, scoring : float or None
        Seconds of two cores for ridge regressions, and for structural similarity with its nulls. None where
        only the data tell how many voxels there are or how trials are parted, and where no picture is known.
    disk : dict of str to float
        Bytes of what stays, by kind, uncompressed.
    sampling : SamplingPlan
    test : int
        Test stimuli that pictures are counted for, and `known` whether they are those of the study.
    measured : bool
        Whether the time of a pass of the U-Net was measured: that of the miniature was.
    """

    jobs: dict[str, int]
    memory: dict[str, int]
    pictures: int
    passes: int
    drawing: float
    fits: float | None
    scoring: float | None
    disk: dict[str, float]
    sampling: SamplingPlan
    test: int
    known: bool
    measured: bool


def study_plan(jobs: Jobs) -> StudyPlan:
    """Return the plan of a study.

    Raises
    ------
    ConfigError
        A layer is larger than `features/scratch_gb`, or a network of the model set is missing.
    """
    study, models = jobs.study, jobs.model_set
    counts, memory, most = job_counts(jobs), _memory(jobs), most_test_stimuli(study)
    test = most or ANY_TEST
    pictures, passes = _drawn(jobs, test)
    return StudyPlan(
        counts,
        {rule: memory.get(rule, SMALL_MB) for rule in counts},
        pictures,
        passes,
        passes * models.unet_gmac * 1e9,
        sum(_fits(jobs)) if jobs.resources.sizes and study.dataset.cross_validate == "none" else None,
        rates.ssim_seconds(pictures, models.image_size) if jobs.reader.image_identity else None,
        _disk(jobs, test, pictures),
        sampling_plan(study, models),
        test,
        most is not None,
        not models.fetched,
    )


def _drawn(jobs: Jobs, test: int) -> tuple[int, int]:
    """Return the pictures of all subjects and methods, and the passes of the U-Net that they take."""
    drawn, subjects = jobs.study.reconstruct, len(jobs.study.subjects)
    guided = 1 if drawn.guidance_scale == 1 else 2
    pictures = passes = 0
    for method in run_methods(drawn):
        number = method.samples(drawn.samples) * test * subjects
        strength = 1.0 if method.start == FROM_NOISE else drawn.strength
        pictures += number
        passes += number * kept_steps(drawn.steps, strength) * guided * method.draws_noise
    return pictures, passes


def _fits(jobs: Jobs) -> Iterator[float]:
    """Yield the seconds of each ridge regression of the study: decoders, their controls, encoding models."""
    study, needs, counts = jobs.study, jobs.resources, job_counts(jobs)
    subjects, folds = len(study.subjects), study.ridge.folds
    training, (pictures, _) = int(0.9 * needs.trials), needs.pictures
    rows = pictures if "train" in study.standardise.average_repeats else training
    decoded = [
        rates.fit_seconds(rows, needs.voxels_in(rois), needs.width(space), folds, own_scale=True)
        for space, rois in study.decode.rois.items()
    ]
    yield subjects * sum(decoded)
    yield counts.get("decode_control", 0) * max(decoded)
    for model in encoding_models(study.encode, study.reconstruct):
        grams = not set(model.spaces).isdisjoint(jobs.features.stored_as_grams)
        width = pictures if grams else max(map(needs.width, model.spaces))
        bands = 1 if model.kind == SPACE else len(model.spaces) + 1
        one = rates.fit_seconds(pictures, width, needs.voxels, folds, own_scale=not grams)
        yield subjects * (bands * one + needs.voxels * rates.SCORED_VOXEL / rates.CORES)


def _memory(jobs: Jobs) -> dict[str, int]:
    """Return the memory of the largest job of each rule that grows with the study, in MB."""
    study, needs = jobs.study, jobs.resources
    models = encoding_models(study.encode, study.reconstruct)
    decode = max(needs.decode_mb(space) for space in study.decode.rois)
    joint = [needs.joint_mb(model.name) for model in models if "+" in model.name]
    return {
        "prepared_betas": needs.betas_mb(sessions_at_once=4),
        "standardise": needs.standardise_mb,
        **dict.fromkeys(ON_GPU, needs.model_mb),
        "decode_features": decode,
        "decode_control": decode,
        "evaluate_images": needs.evaluation_mb,
        "novelty": needs.evaluation_mb,
        "brain_consistency": needs.brain_mb,
        "identify_stimuli": needs.span_mb,
        "gram_features": needs.gram_mb,
        "encode_voxels": max((needs.encode_mb(m.name) for m in models if m.kind == SPACE), default=0),
        "encode_jointly": max(joint, default=0),
        "stack_layers": needs.stack_mb,
        "best_model": needs.best_model_mb,
        "brain_view": needs.brain_view_mb,
    }


def _disk(jobs: Jobs, test: int, pictures: int) -> dict[str, float]:
    """Return the bytes of the large files that stay."""
    study, needs, plan = jobs.study, jobs.resources, sampling_plan(jobs.study, jobs.model_set)
    subjects, stimuli = len(study.subjects), count_stimuli(study) or plan.stimuli
    decoders = len(study.decode.rois) * subjects + job_counts(jobs).get("decode_control", 0)
    found = {
        "pictures": float(pictures * COLOURS * jobs.model_set.image_size**2),
        "features": float(ITEM * stimuli.study * sum(map(needs.width, jobs.features.stored_as_vectors))),
        "inner products": float(plan.grams * subjects),
        "decoded features": float(ITEM * test * decoders * max(map(needs.width, study.decode.rois))),
    }
    if needs.sizes:
        predicted = sum(m.kind == SPACE for m in encoding_models(study.encode, study.reconstruct))
        found["betas"] = float(2 * ITEM * needs.trials * needs.voxels * subjects)
        found["predicted responses"] = float(ITEM * test * needs.voxels * predicted * subjects)
    return found


def as_tsv(plan: StudyPlan) -> str:
    """Return the rules as a tab-separated table: jobs, GPUs and first memory of each job."""
    out = io.StringIO()
    writer = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    writer.writerow(HEADER)
    for rule, count in plan.jobs.items():
        writer.writerow([rule, count, int(rule in ON_GPU), plan.memory[rule]])
    return out.getvalue()


def as_text(plan: StudyPlan) -> str:
    """Return the plan for a reader."""
    on_gpu = sum(count for rule, count in plan.jobs.items() if rule in ON_GPU)
    widest = max(map(len, plan.jobs))
    head = f"{'rule':<{widest}}  jobs  GPUs  GB of memory"
    rows = [
        f"{rule:<{widest}}  {count:>4}  {int(rule in ON_GPU):>4}  {plan.memory[rule] / 1000:>12g}"
        for rule, count in plan.jobs.items()
    ]
    jobs = f"{sum(plan.jobs.values())} jobs, {on_gpu} with a GPU"
    largest = f"the largest asks for {max(plan.memory.values()) / 1000:g} GB"
    return "\n".join([head, *rows, f"{jobs}; {largest}.", *_hours(plan), *_disk_lines(plan)])


def _hours(plan: StudyPlan) -> Iterator[str]:
    if not plan.known:
        yield f"Only the data, or their split, tell how many stimuli test: pictures are those of {plan.test}."
    if not plan.sampling.known:
        yield f"Features are those of {plan.sampling.stimuli.study} stimuli."
        yield "Jobs on betas ask for more memory where their files are larger."
    sampled = sum(cost.unet_passes for cost in plan.sampling.costs)
    yield f"Passes of the U-Net: {plan.passes} for {plan.pictures} pictures, {sampled} for features."
    if plan.measured:
        hours = (plan.passes + sampled) / rates.MINIATURE_PASSES / 3600
        yield f"They take {_two_cores(hours)} (measured: Drawing with the miniature)."
    else:
        drawing, sampling = rates.gpu_hours(plan.drawing), sum(cost.gpu_hours for cost in plan.sampling.costs)
        counted = f"counted, at {rates.GPU_RATE / 1e12:g} TFLOP/s"
        yield f"They take {drawing:.3g} + {sampling:.3g} GPU hours ({counted})."
    if plan.fits is not None:
        yield f"Fits by K folds: {_two_cores(plan.fits / 3600)} (measured: The size of NSD)."
    if plan.scoring is not None:
        yield f"Structural similarity: {_two_cores(plan.scoring / 3600)} (measured: Scoring)."
    yield "docs/benchmarks.md has the measurements under these headings."


def _two_cores(hours: float) -> str:
    return f"{hours:.2g} hours of two cores"


def _disk_lines(plan: StudyPlan) -> Iterator[str]:
    yield f"Disk: {sum(plan.disk.values()) / 1e9:.3g} GB at most stay, without the data set itself:"
    yield ", ".join(f"{name} {size / 1e9:.2g}" for name, size in plan.disk.items()) + ";"
    yield f"layers take {plan.sampling.at_once / 1e9:.3g} GB until their inner products are taken."
