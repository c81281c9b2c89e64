"""Paths of every file of a study: its results below ``results/{study}``, its logs and its benchmarks.

Each file is declared once: a table by the `path` of its contract, any other file in `FILES`. Rules and steps
ask :class:`Layout` for it by name. The files that train the miniature model set (`TRAINING_FILES`) and the
figures of docs/diffusion.md (`FIGURE`) belong to no study.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass

from cortex2image.tables.contracts import CONTRACTS

FILES: Mapping[str, str] = {
    # Folders of PNG files: pictures that NSD's subjects saw, and reconstructions by one method.
    "pictures": "pictures",
    # Tables of the contracts `stimuli` and `trials` of a study that splits stimuli itself, with all of them:
    # features and single-trial betas are those of every split of the same data.
    "given_stimuli": "stimuli-given.parquet",
    "shown_trials": "{subject}/trials-shown.parquet",
    "sampling_plan": "sampling_plan.tsv",
    "study_plan": "study_plan.tsv",
    "reconstructed_pictures": "{subject}/reconstructions/{method}",
    # Pictures of a part of the stimuli, with their table: what the folder above is joined from.
    "shard_pictures": "{subject}/reconstructions/shards/{method}/{shard}",
    # Folder of PNG files: sheets of all test stimuli by every method, and of the best and the worst.
    "sheets": "{subject}/sheets",
    "series_sheet": "{subject}/series/series.png",
    # Features decoded by a decoder of permuted pairs, or from noise: tables of the contract `decoded`.
    "control_decoded": "{subject}/decoded/{control}/{space}.parquet",
    # Features of one shard of stimuli in every space that a pass of the sampler captured; deleted when used.
    "activity": "features/activity/n{noise}-{part}-{shard}",
    # Folder: features of the test stimuli by the judges.
    "judged": "features/judged",
    # The layers of the U-Net of the model set.
    "layers": "layers.tsv",
    # Tables of the contracts `evaluation` and `nulls` that score by category.
    "category_evaluation": "{subject}/evaluation/categories-{method}.parquet",
    "category_nulls": "{subject}/evaluation/categories-{method}-nulls.parquet",
    "decoded_evaluation": "{subject}/evaluation/categories-decoded_{space}.parquet",
    "decoded_nulls": "{subject}/evaluation/categories-decoded_{space}-nulls.parquet",
    # Tables of the contracts `evaluation` and `nulls` that score by responses of the brain.
    "brain_evaluation": "{subject}/evaluation/brain-{method}.parquet",
    "brain_nulls": "{subject}/evaluation/brain-{method}-nulls.parquet",
    # Tables of the contracts `evaluation` and `nulls` that score decoded features among those of pictures.
    "features_evaluation": "{subject}/evaluation/features-{space}.parquet",
    "features_nulls": "{subject}/evaluation/features-{space}-nulls.parquet",
    # Accuracy of an encoding model: of every voxel, of significant ones, by hemisphere; what the maps show.
    "map": "{subject}/maps/{model}.nii.gz",
    "significant_map": "{subject}/maps/{model}-significant.nii.gz",
    "left_map": "{subject}/maps/{model}-lh.func.gii",
    "right_map": "{subject}/maps/{model}-rh.func.gii",
    "map_description": "{subject}/maps/{model}.json",
    # Figures of encoding models: every voxel, significant ones, regions, and the numbers of the regions.
    "figure": "{subject}/figures/{figure}.png",
    "significant_figure": "{subject}/figures/{figure}-significant.png",
    "region_figure": "{subject}/figures/{figure}-regions.svg",
    "figure_table": "{subject}/figures/{figure}.csv",
    # Folders of PNG files, with and without a region or on the way to a new one; figures of a subject.
    "attribution_pictures": "{subject}/attribution/pictures/{region}",
    "attribution_chart": "{subject}/attribution/change.png",
    "attribution_sheet": "{subject}/attribution/pictures.png",
    "synthesised_pictures": "{subject}/preference/pictures/{region}",
    "preferred_test": "{subject}/preference/test-pictures.png",
    "preferred_all": "{subject}/preference/all-pictures.png",
    "ascent": "{subject}/preference/ascent.png",
    "synthesised_sheet": "{subject}/preference/synthesised.png",
    "scores_csv": "scores.csv",
    # Scores of pictures made elsewhere: tables of the contracts `evaluation`, `nulls`, `scores`; a page.
    "folder_evaluation": "score_folder/{scored}/evaluation.parquet",
    "folder_nulls": "score_folder/{scored}/nulls.parquet",
    "folder_scores": "score_folder/{scored}/scores.parquet",
    "folder_csv": "score_folder/{scored}/scores.csv",
    "folder_page": "score_folder/{scored}/index.html",
    "studies_csv": "studies.csv",
    "studies_figure": "studies.svg",
    "learning_curve_figure": "learning_curve.svg",
    # The first page of the report; all of its pages; and the folders of what they share.
    "report_page": "report/index.html",
    "report_pages": "report/{page}.html",
    "report_assets": "report/assets",
    "report_figures": "report/figures",
    "report_data": "report/data",
    "report_downloads": "report/downloads",
    # Folder of scripts: the maps and predictions of a subject's encoding models, for the page of the brain.
    "brain_view": "report/brain/{subject}",
    # Pictures that people rate, under names that do not say where they come from.
    "report_rating": "report/rating",
    "preferences_csv": "preferences.csv",
    # Folder of strips of small pictures: a file per test stimulus, and strips.json, which says what they are.
    "report_pictures": "report/pictures/{subject}",
    "provenance": "provenance.json",
    # What the folder is, for programs that look for data sets in the Brain Imaging Data Structure.
    "dataset_description": "dataset_description.json",
    "nsd_manifest": "nsd_manifest.tsv",
    "nsd_download": "nsd_download.tsv",
    # Folders of the simulated study: its BIDS data set, the pictures in it, and the known truth.
    "simulated_bids": "simulated/bids",
    "simulated_pictures": "simulated/bids/stimuli/images",
    "simulated_truth": "simulated/truth",
}

TRAINING_FILES: Mapping[str, str] = {
    "images": "scenes/images.npy",
    "tokens": "scenes/tokens.npy",
    "labels": "scenes/labels.npy",
    "latents": "scenes/latents.npy",
    "states": "scenes/states.npy",
    "empty": "scenes/empty.npy",
    # Folders of trained networks, as diffusers and transformers save them.
    "tokenizer": "parts/tokenizer",
    "vae": "parts/vae",
    "clip": "parts/clip",
    "unet": "parts/unet",
    "scheduler": "parts/scheduler",
    "judge": "parts/judges/{architecture}",
    "curve": "curves/{network}.csv",
    "checkpoint": "checkpoints/{network}.pt",
    "exported": "exported",
    "guidance": "scores/guidance.csv",
    "scores": "scores/held-out.csv",
    "sheet": "scores/text-to-image.png",
    "grid": "scores/grid.png",
    "shipped": "shipped",
}

FIGURE = "{figure}.png"


@dataclass(frozen=True)
class Layout:
    """Paths of one study, relative to the working directory.

    A wildcard without a value stays in the path, e.g. as ``{subject}``: the path is then a pattern.
    """

    study: str

    @property
    def root(self) -> str:
        """Return the folder of the study's results."""
        return f"results/{self.study}"

    def path(self, name: str, **wildcards: str) -> str:
        """Return the path of a table, named as its contract, or of another file, named as in `FILES`.

        Raises
        ------
        ValueError
            An unknown name, or a wildcard that the path does not have.
        """
        return f"{self.root}/{path_in_study(name, **wildcards)}"

    def log(self, step: str, *wildcards: str) -> str:
        """Return the path of a step's log; `wildcards` name what its jobs differ in, such as ``subject``."""
        return log_path(f"{self.study}/{step}", *wildcards)

    @property
    def benchmarks(self) -> str:
        """Return the folder of the benchmarks of all steps."""
        return f"benchmarks/{self.study}"

    def benchmark(self, step: str, *wildcards: str) -> str:
        """Return the path of a step's benchmark; `wildcards` name what its jobs differ in."""
        return benchmark_path(f"{self.study}/{step}", *wildcards)


def path_in_study(name: str, **wildcards: str) -> str:
    """Return what :meth:`Layout.path` returns, but relative to the root of the study."""
    return _filled({**{contract.name: contract.path for contract in CONTRACTS}, **FILES}, name, wildcards)


def training_path(name: str, **wildcards: str) -> str:
    """Return the path of a file that trains the miniature model set, by its name in `TRAINING_FILES`."""
    return f"results/miniature/{_filled(TRAINING_FILES, name, wildcards)}"


def training_files(*names: str) -> dict[str, str]:
    """Return the paths of files that train the miniature model set, by their names."""
    return {name: training_path(name) for name in names}


def figure_path(figure: str) -> str:
    """Return the path of a figure of docs/diffusion.md."""
    return f"results/diffusion/{_filled({'figure': FIGURE}, 'figure', {'figure': figure})}"


def log_path(step: str, *wildcards: str) -> str:
    """Return the path of the log of a step outside studies; `wildcards` name what its jobs differ in."""
    return f"logs/{_job(step, wildcards)}.log"


def benchmark_path(step: str, *wildcards: str) -> str:
    """Return the path of the benchmark of a step outside studies, with wildcards as in :func:`log_path`."""
    return f"benchmarks/{_job(step, wildcards)}.tsv"


def _job(step: str, wildcards: tuple[str, ...]) -> str:
    return "/".join([step, *(["-".join(f"{{{name}}}" for name in wildcards)] if wildcards else [])])


def _filled(templates: Mapping[str, str], name: str, wildcards: Mapping[str, str]) -> str:
    """Return the template `name` with values for its wildcards; a wildcard without a value stays as it is."""
    if name not in templates:
        raise ValueError(f"no file is named '{name}'; there are {', '.join(sorted(templates))}")
    template = templates[name]
    known = [field for _, field, _, _ in string.Formatter().parse(template) if field]
    if strange := sorted(set(wildcards) - set(known)):
        has = ", ".join(known) or "no wildcards"
        raise ValueError(f"the path of '{name}' has {has}, not {', '.join(strange)}: {template}")
    return template.format_map({field: f"{{{field}}}" for field in known} | dict(wildcards))
