"""A study of random numbers with everything that its report shows."""

import itertools
import json
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.support.brain_view import view, write_viewed_subject
from tests.support.reconstructions import without_incident
from tests.support.report_evaluations import write_evaluations
from tests.support.studies import as_option, some_study

from cortex2image.encoding.quantities import VoxelResults, region_table
from cortex2image.planning.reported import template_files
from cortex2image.sources import ROOT
from cortex2image.steps import thumbnails
from cortex2image.study.config import checked
from cortex2image.study.encoding_figures import (
    EncodingFigure,
    encoding_figures,
    preferred_families,
    shown_models,
    unique_models,
)
from cortex2image.study.readers import READERS
from cortex2image.study.report_pages import HIDDEN, PAGES
from cortex2image.study.settings import Study
from cortex2image.tables.novelty import NOVELTY, NOVELTY_SCORES, SPAN
from cortex2image.tables.ratings import PREFERENCE_SCORES, PREFERENCES, RATERS
from cortex2image.tables.recordings import RUNS, STIMULI, TRIALS, VOXELS
from cortex2image.tables.results import DECODED_SCORES, ENCODING_SCORES, RECONSTRUCTIONS
from cortex2image.tables.scores import COMPARISONS, SCORES

SUBJECTS = ("sub-01", "sub-02")
ROIS = ("early", "ventral")
SPACES = ("z", "c")
HOSTILE = ["a \"b\" & 'c'", "<b>bold</b>", "50% #1?x=y&order=best", "ねこ/кот 🐈"]
"""Names of stimuli that are no file names, no addresses and no markup."""
STIMULUS_IDS = [f"images/scene_{i:02d}" for i in range(26)] + HOSTILE
TRAINING = "<train> & #1"
CATEGORIES = ("cat", "house", "shoe")
METRICS = ("pixcorr", "twoway_clip")
SAMPLES = 2
"""Samples of each stimulus by every method but z, which draws no noise."""


def write_picture(path: Path, rng: np.random.Generator, size: int = 16) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC).save(path)
    return str(path)


def write_stimuli(root: Path, rng: np.random.Generator, with_images: bool) -> None:
    names, count = [*STIMULUS_IDS, TRAINING], len(STIMULUS_IDS) + 1
    pictures = [write_picture(root / "seen" / f"{i} #{i % 3}.png", rng) for i in range(count)]
    data = {
        "stimulus_id": names,
        "split": ["test"] * len(STIMULUS_IDS) + ["train"],
        "captions": [[f"a small <{i}> & a large thing"] for i in range(count)],
        "image_path": pictures if with_images else [None] * count,
        "category": [CATEGORIES[i % 3] for i in range(count)],
    }
    STIMULI.write(data, root / "stimuli.parquet")


def write_scores(root: Path, rng: np.random.Generator, methods: tuple[str, ...]) -> None:
    keys = [(s, m, k) for s in (*SUBJECTS, "all") for m in methods for k in METRICS]
    value = rng.uniform(0.5, 0.9, len(keys))
    data = {
        "subject": [s for s, _, _ in keys],
        "method": [m for _, m, _ in keys],
        "metric": [k for _, _, k in keys],
        "n": [len(STIMULUS_IDS)] * len(keys),
        "value": value,
        "ci_low": value - 0.04,
        "ci_high": value + 0.05,
        "null_mean": np.full(len(keys), 0.5),
        "null_sd": np.full(len(keys), 0.03),
        "p": np.where(value > 0.6, 0.0005, 0.25),
        "ceiling": [None] * len(keys),
        "floor": [None] * len(keys),
        "floor_control": [None] * len(keys),
        **dict.fromkeys(("share", "share_low", "share_high"), [None] * len(keys)),
        "nearest_train": [None] * len(keys),
        "higher_is_better": [True] * len(keys),
        "metric_version": ["1"] * len(keys),
    }
    SCORES.write(data, root / "scores.parquet")


DUPLICATE = "sub-01: 1 test picture is a training picture too, first images/scene_00, the same as <train>"
MEASURES = ("phash", "embedding_clip")


def write_novelty(root: Path, rng: np.random.Generator, methods: tuple[str, ...]) -> None:
    keys = [(s, i, m) for s in SUBJECTS for i in STIMULUS_IDS for m in MEASURES]
    nearest = {
        "subject": [s for s, _, _ in keys],
        "stimulus_id": [i for _, i, _ in keys],
        "measure": [m for _, _, m in keys],
        "nearest_train": [TRAINING] * len(keys),
        "similarity": rng.uniform(0.2, 0.9, len(keys)),
        "rank": [1 + STIMULUS_IDS.index(i) for _, i, _ in keys],
        "duplicate": [number == 0 for number in range(len(keys))],
    }
    NOVELTY.write(nearest, root / "novelty.parquet", duplicates=json.dumps([DUPLICATE]))
    rows = [(s, m, k, n) for s in (*SUBJECTS, "all") for m in methods for k in METRICS for n in MEASURES]
    scores = dict(zip(("subject", "method", "metric", "measure"), zip(*rows, strict=True), strict=True))
    scores |= {"n": [len(STIMULUS_IDS)] * len(rows), "p": rng.uniform(0, 1, len(rows))}
    for name, centre in (("near", 0.8), ("middle", 0.7), ("far", 0.6), ("rho", 0.2)):
        value = rng.normal(centre, 0.02, len(rows))
        scores |= {name: value, f"{name}_low": value - 0.1, f"{name}_high": value + 0.1}
    NOVELTY_SCORES.write(scores, root / "novelty_scores.parquet")
    for subject in SUBJECTS:
        span = {"space": SPACES, "training_stimuli": [600] * 2, "units": [64, 4096], "directions": [64, 599]}
        shares = ("r2", "unit_r2_median", "unit_r2_low", "pattern_correlation")
        shares += ("twoway", "twoway_low", "twoway_high")
        span |= {name: rng.uniform(0.5, 1, 2) for name in shares}
        SPAN.write(span, root / subject / "decoded" / "span.parquet")


def write_comparisons(root: Path, rng: np.random.Generator, methods: tuple[str, ...]) -> None:
    pairs = list(itertools.combinations(sorted(methods), 2))
    keys = [(s, k, *pair) for s in (*SUBJECTS, "all") for k in METRICS for pair in pairs]
    difference = rng.normal(0, 0.1, len(keys))
    p = np.where(abs(difference) > 0.1, 0.001, 0.3)
    data = {
        **{name: [key[i] for key in keys] for i, name in enumerate(COMPARISONS.key)},
        "n": [len(STIMULUS_IDS)] * len(keys),
        "difference": difference,
        "ci_low": difference - 0.08,
        "ci_high": difference + 0.08,
        "p": p,
        "q": p,
        "family": ["pixels, methods"] * len(keys),
        "standardised": difference,
        "probability": [None] * len(keys),
        "higher_is_better": [True] * len(keys),
    }
    COMPARISONS.write(data, root / "comparisons.parquet")


def write_encoding(root: Path, rng: np.random.Generator, models: tuple[str, ...]) -> None:
    keys = [(s, m, r) for s in (*SUBJECTS, "all") for m in models for r in ("all", *ROIS)]
    data = {
        "subject": [s for s, _, _ in keys],
        "model": [m for _, m, _ in keys],
        "roi": [r for _, _, r in keys],
        "voxels": [200] * len(keys),
        "mean_r": rng.uniform(0.0, 0.6, len(keys)),
        "mean_r_ceiling_normalised": rng.uniform(0.2, 0.9, len(keys)),
        "mean_noise_ceiling": [None] * len(keys),
        "fraction_significant": rng.uniform(0.0, 1.0, len(keys)),
        "subjects": [len(SUBJECTS) if s == "all" else 1 for s, _, _ in keys],
        "fraction_significant_permutation": rng.uniform(0.0, 1.0, len(keys)),
    }
    data |= {"mean_r_low": data["mean_r"] - 0.05, "mean_r_high": data["mean_r"] + 0.05}
    clusters = ("clusters", "largest_cluster", "peak_i", "peak_j", "peak_k", "peak_r")
    data |= {name: [None] * len(keys) for name in clusters}
    ENCODING_SCORES.write(data, root / "encoding_scores.parquet")


def write_figures(root: Path, models: tuple[str, ...], encode: dict[str, object], canvas: str) -> None:
    """Write files of random content for every figure of a study; `canvas` is what they say of their maps."""
    rng = np.random.default_rng(1)
    for subject in SUBJECTS:
        for figure in figures_of(models, encode):
            path = root / subject / "figures" / f"{figure.name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            facts = PngInfo()
            facts.add_text("Canvas", canvas)
            for name in (path, path.with_name(f"{figure.name}-significant.png")):
                noise = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
                Image.fromarray(noise).save(name, pnginfo=facts)
            path.with_name(f"{figure.name}-regions.svg").write_text("<svg/>")
            results = random_results(figures_of(models, encode), rng)
            region_table(figure, results).to_csv(path.with_suffix(".csv"), index=False)


def random_results(figures: tuple[EncodingFigure, ...], rng: np.random.Generator) -> VoxelResults:
    """Return results of 20 voxels; those of the first model are nowhere significant."""
    models, some = shown_models(figures), np.linspace(0, 0.1, 20)
    unique = {
        (joint, band): (rng.uniform(0, 0.3, 20), some)
        for joint in unique_models(figures)
        for band in joint.split("+")
    }
    families = {family: rng.choice([*models, ""], 20) for family in preferred_families(figures)}
    q = dict.fromkeys(models, some) | {models[0]: np.full(20, 0.7)}
    rois = np.array(["early"] * 12 + ["ventral"] * 8)
    return VoxelResults({m: rng.uniform(-0.1, 0.6, 20) for m in models}, q, unique, families, rois, 0.05, 30)


def figures_of(models: tuple[str, ...], encode: dict[str, object]) -> tuple[EncodingFigure, ...]:
    """Return the figures of a study with these encoding models."""
    reads = ("encode", "reconstruct/steps", "reconstruct/strength")
    study = some_study(reads, encode={"models": models, **encode})
    return encoding_figures(study.encode, study.reconstruct)


def samples_of(methods: tuple[str, ...]) -> dict[str, int]:
    """Return the number of samples by every method."""
    return {method: 1 if method == "z" else SAMPLES for method in methods}


def write_subject(root: Path, subject: str, methods: tuple[str, ...], rng: np.random.Generator) -> None:
    for space in SPACES:
        r = rng.uniform(-0.2, 0.8, 50)
        data = {"unit": np.arange(50), "r": [None, *r[1:]], "alpha": np.full(50, 100.0)}
        data |= {name: [None, *rng.uniform(0, 1, 49)] for name in ("p_permutation", "q_permutation")}
        DECODED_SCORES.write(data, root / subject / "decoded" / f"{space}-scores.parquet")
    for method, samples in samples_of(methods).items():
        folder = root / subject / "reconstructions" / method
        keys = [(i, k) for i in range(len(STIMULUS_IDS)) for k in range(samples)]
        data = {
            "stimulus_id": [STIMULUS_IDS[i] for i, _ in keys],
            "sample": [k for _, k in keys],
            "seed": list(range(len(keys))),
            "image_path": [write_picture(folder / f"{i}-{k}.png", rng) for i, k in keys],
        }
        data |= without_incident(len(keys))
        RECONSTRUCTIONS.write(data, folder.with_suffix(".parquet"))
        write_picture(root / subject / "sheets" / f"{method}.png", rng)


def write_thumbnails(root: Path, subject: str, methods: tuple[str, ...], with_images: bool) -> None:
    """Write the strips of a subject by the step that writes them."""
    tables = [root / subject / "reconstructions" / f"{method}.parquet" for method in methods]
    options = ["--subject", subject, "--stimuli", str(root / "stimuli.parquet")]
    options += ["--reconstructions", *map(str, tables)]
    options += ["--novelty", str(root / "novelty.parquet")] if with_images else []
    options += ["--pictures", str(root / "report" / "pictures" / subject)]
    thumbnails.main([*options, *as_option(reconstruct={"methods": methods})])


def write_trials(root: Path, subject: str, folds: int = 0, **metadata: object) -> None:
    """Write a trial per stimulus; those of a cross-validated study all train, as the step has them."""
    count = len(STIMULUS_IDS)
    data = {
        "trial_id": STIMULUS_IDS,
        "stimulus_id": STIMULUS_IDS,
        "session": ["ses-1"] * count,
        "run": ["run-1"] * count,
        "repetition": [0] * count,
        "split": ["train" if folds else "test"] * count,
        "fold": [i % folds if folds else None for i in range(count)],
        "onset": [0.0] * count,
        "duration": [1.0] * count,
    }
    TRIALS.write(data, root / subject / "trials.parquet", **metadata)


def write_runs(root: Path, subject: str) -> None:
    """Write two runs: one of which the confounds say how the head moved, and one of which they do not."""
    data = {
        "session": ["ses-1"] * 2,
        "run": ["run-1", "run-2"],
        "volumes": [100] * 2,
        "seconds": [200.0] * 2,
        "trials": [15] * 2,
        "left_out": [2, 40],
        "mean_fd": [0.12, None],
        "max_fd": [1.5, None],
        "share_moved": [0.04, None],
    }
    RUNS.write(data, root / subject / "runs.parquet")


def write_voxels(root: Path, subject: str, **metadata: object) -> None:
    numbers = {name: [0] for name in ("voxel_id", "i", "j", "k")}
    rest = {"roi": ["early"], "hemisphere": ["left"], "ncsnr": [None], "noise_ceiling": [None]}
    rest |= {"noise_ceiling_sd": [None], "noise_ceiling_unclipped": [None]}
    VOXELS.write(numbers | rest, root / subject / "voxels.parquet", **metadata)


def write_brain(root: Path, subject: str, models: tuple[str, ...]) -> None:
    """Write the maps and predictions of a subject's encoding models; their tables lie beside the study."""
    folder = root.with_name(f"{root.name}-brain") / subject
    written = write_viewed_subject(folder, subject, models, STIMULUS_IDS, ROIS)
    view(written, root / "report" / "brain" / subject)


def write_ratings(root: Path, raters: tuple[str, ...]) -> None:
    """Write what people chose, between c and z and by right or wrong; no part of :func:`write_study`."""
    amounts = {"n": [40], "raters": [len(raters)], "stimuli": [20]}
    share = {"share": [0.71], "share_low": [0.62], "share_high": [0.79], "p": [0.002], "q": [0.004]}
    pair = {"subject": ["all"], "method": ["c"], "undecided": [3], **amounts, **share}
    designs = {"methods": "z", "identification": "wrong"}
    rows = [pair | {"design": [design], "rival": [rival]} for design, rival in designs.items()]
    both = {name: [row[name][0] for row in rows] for name in rows[0]}
    PREFERENCES.write(both, root / "preferences.parquet")
    scores = {"subject": ["all"], "method": ["c"], **amounts, "strength": [0.9], "score": [0.72]}
    PREFERENCE_SCORES.write(
        scores | {"score_low": [0.6], "score_high": [0.8]}, root / "preference_scores.parquet"
    )
    count = len(raters)
    people = {"design": ["methods"] * count, "rater": raters, "n": [20] * count, "shared": [9] * count}
    people |= {name: [0.5] * count for name in ("undecided", "left", "seconds", "agreement")}
    RATERS.write(people | {"alpha": [None] * count}, root / "raters.parquet")


def write_provenance(root: Path, config: dict[str, object]) -> None:
    facts = {
        "version": "0.1.0",
        "git": {"commit": "f" * 40, "dirty": True},
        "python": "3.11.2",
        "platform": "Linux x86_64",
        "packages": {"numpy": "2.4.6", "torch": None},
        "torchvision": "shimmed",
        "models": {"set": "miniature", "sha256": "a" * 64},
        "seeds": {"study": 7, "rule": "by identity"},
        "config": config,
    }
    (root / "provenance.json").write_text(json.dumps(facts))


def config_of(
    methods: tuple[str, ...],
    models: tuple[str, ...],
    reader: str,
    encode: dict[str, object],
    dataset: dict[str, object] | None = None,
) -> dict[str, object]:
    """Return the resolved config of a study, as `provenance.json` keeps it."""
    return checked(
        Study,
        {
            "study": "tiny",
            "seed": 7,
            "subjects": list(SUBJECTS),
            "dataset": {"reader": reader, "root": ".../data", "rois": {"labels": {"early": 1, "ventral": 2}}}
            | ({"cross_validate": held_out[0]} if (held_out := READERS[reader].cross_validate) else {})
            | (dataset or {}),
            "models": {"set": "miniature"},
            "decode": {"rois": {"z": ["early"], "c": ["ventral"]}},
            "reconstruct": {"methods": list(methods)},
            "encode": {"models": list(models), **encode},
        },
        "a test",
    )


def write_study(
    root: Path,
    methods: tuple[str, ...],
    models: tuple[str, ...],
    with_images: bool,
    reader: str,
    encode: dict[str, object] | None = None,
    canvas: str = "slices",
    dataset: dict[str, object] | None = None,
) -> list[str]:
    """Write a study of random numbers under `root`; return the command line of its report."""
    rng = np.random.default_rng(0)
    folds = 3 if READERS[reader].cross_validate else 0
    root.mkdir()
    write_stimuli(root, rng, with_images)
    write_scores(root, rng, methods)
    write_comparisons(root, np.random.default_rng(2), methods)
    evaluation = "evaluation" if with_images else "category_evaluation"
    write_evaluations(root, evaluation, SUBJECTS, samples_of(methods), METRICS, STIMULUS_IDS)
    write_encoding(root, rng, shown_models(figures_of(models, encode or {})))
    write_figures(root, models, encode or {}, canvas)
    for subject in SUBJECTS:
        write_subject(root, subject, methods, rng)
        write_trials(root, subject, folds, runs=12, left_out="[]")
        write_voxels(root, subject, left_out="[]")
        if not READERS[reader].prepared:
            write_runs(root, subject)
        write_brain(root, subject, models)
    if with_images:
        write_novelty(root, rng, methods)
    for subject in SUBJECTS:
        write_thumbnails(root, subject, methods, with_images)
    write_provenance(root, config_of(methods, models, reader, encode or {}, dataset))
    return command_line(root, root / "report")


def command_line(root: Path, report: Path) -> list[str]:
    """Return the command line of the report of the study under `root`, which is written to `report`."""
    pictures = {root / "seen", *(folder for folder in root.glob("*/reconstructions/*") if folder.is_dir())}
    found = [path for path in sorted(root.rglob("*")) if path.is_file() and path.parent not in pictures]
    folders = [*sorted(pictures), *(root / subject / "sheets" for subject in SUBJECTS)]
    folders += [root / "report" / kind / subject for kind in ("brain", "pictures") for subject in SUBJECTS]
    files = {
        "results": [root],
        "benchmarks": [root.parent / "benchmarks" / root.name],
        "templates": template_files(str(ROOT / "report")),
        "files": [*(file for file in found if root / "report" not in file.parents), *folders],
        "assets": [report / "assets"],
        "figures": [report / "figures"],
        "data": [report / "data"],
        "downloads": [report / "downloads"],
        "rating": [report / "rating"],
        "pages": [report / f"{page}.html" for page in (*PAGES, *HIDDEN)],
    }
    return [part for name, paths in files.items() for part in (f"--{name}", *map(str, paths))]
