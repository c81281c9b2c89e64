"""Every setting of a study: type, default, bounds, unit and one line of meaning.

The JSON schema, config/README.md and the messages about wrong values follow from these classes. A step gets
the settings that it reads as JSON and parses them into the same classes. Bounds are keywords of JSON schema.
Sections on data, drawing, evaluation and encoding have modules of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cortex2image.study.data_settings import Dataset, Glm, Simulation, Standardise
from cortex2image.study.drawing_settings import Reconstruct
from cortex2image.study.encoding_settings import Attribute, Encode, Prefer
from cortex2image.study.evaluation_settings import Evaluate
from cortex2image.study.fields import Section, setting
from cortex2image.study.spaces import DECODABLE

# Names of the model sets that :mod:`cortex2image.networks.registry` describes.
MODEL_SETS = (
    "miniature",
    "stable-diffusion-v1-4",
    "stable-diffusion-v1-5",
    "stable-diffusion-v2-1-base",
    "stable-diffusion-v1-5-image-prompt",
    "stable-diffusion-v1-4-captioner",
    "stable-diffusion-2-depth",
    "stable-diffusion-v1-4-dreamsim",
    "stable-diffusion-v1-5-dreamsim",
    "stable-diffusion-v2-1-base-dreamsim",
)


STUDY_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]*$"


@dataclass(frozen=True, kw_only=True)
class Models(Section):
    """Diffusion model and judges."""

    set: str = setting(
        f"Name of the model set: {', '.join(MODEL_SETS)}. All but miniature must be fetched first, with "
        "`snakemake --cores 1 download_models` and this config, or given as a `folder`.",
        "miniature",
    )
    folder: str | None = setting(
        "Folder of the model set in the layout of diffusers; null for the shipped folder of miniature, or "
        "resources/models/{set} for another set. After you put files there by hand, run `snakemake --cores 1 "
        "record_models` with this config.",
        None,
    )
    precision: Literal["float32", "bfloat16", "float16"] = setting(
        "Number format in which pictures, zc and layers of the U-Net are computed: bfloat16 and float16 need "
        "half the memory and less time on a GPU. z, c and the judges always use float32.",
        "float32",
    )
    batch_size: int | None = setting(
        "Pictures that are encoded or generated together; null for up to 64 with the miniature, and 8 with a "
        "full-size set.",
        None,
        unit="pictures",
        minimum=1,
        maximum=1024,
    )


@dataclass(frozen=True, kw_only=True)
class Features(Section):
    """From pictures and captions to the feature spaces of the diffusion model."""

    latent: Literal["mean", "sample"] = setting(
        "Latent that the VAE gives for a picture. mean: the mean of its posterior. sample: a draw from the "
        "posterior, as in the code of 2023, with its own seed for each picture.",
        "mean",
    )
    shards: int = setting(
        "Jobs that each noise level of zc and of the layers of the U-Net is divided into, by stimuli. More "
        "jobs use more GPUs, and lose less when one is stopped; features do not depend on it.",
        1,
        unit="jobs",
        minimum=1,
        maximum=10000,
    )
    scratch_gb: float = setting(
        "Disk for the activity of U-Net layers, until the inner products of stimuli are taken. What does not "
        "fit is sampled in further passes.",
        200,
        unit="GB",
        exclusiveMinimum=0,
    )
    activity: Literal["float16", "float32"] = setting(
        "Number format of the activity of U-Net layers on disk.", "float16"
    )


@dataclass(frozen=True, kw_only=True)
class Decode(Section):
    """Which regions each feature space is decoded from; the region `all` means every voxel of the mask."""

    rois: Mapping[str, tuple[str, ...]] = setting(
        "Regions that predict each decoded space, z (latent of the picture) or c (text embedding).",
        {"z": ("early",), "c": ("ventral",)},
        keys=DECODABLE,
        minProperties=1,
        additionalProperties={
            "type": "array",
            "minItems": 1,
            "items": {"type": "string"},
            "description": "Regions that predict this feature space.",
        },
    )


@dataclass(frozen=True, kw_only=True)
class Ridge(Section):
    """Ridge regression, in both directions."""

    alphas: tuple[float, ...] = setting(
        "Candidate penalties in ascending order; cross-validation on training rows chooses one per target.",
        (1, 10, 100, 1000, 10000, 100000),
        minItems=1,
        uniqueItems=True,
        items={"exclusiveMinimum": 0},
    )
    folds: int = setting(
        "Folds of the cross-validation that chooses penalties. All trials of a stimulus lie in one fold; "
        "with `dataset/cross_validate`, all trials of a run do, and so do runs that share a stimulus.",
        5,
        unit="folds",
        minimum=2,
        maximum=50,
    )
    selection: Literal["kfold", "loo", "gcv", "as_released"] = setting(
        "How penalties are chosen. kfold: with `folds`. loo: leaving out one stimulus at a time, in closed "
        "form (with `dataset/cross_validate`, one run and the runs that share a stimulus with it). gcv: "
        "generalised cross-validation, only if no stimulus repeats. as_released: penalties, folds and "
        "missing intercept of the code of 2023, for reproduction only.",
        "kfold",
    )
    device: Literal["auto", "cpu", "cuda"] = setting(
        "Device of the fits: cpu, cuda, or auto (CUDA if present). The jobs of fits request no GPU.",
        "cpu",
    )
    max_memory_gb: float | None = setting(
        "Memory of a fit with its betas and features, beyond Python and its libraries (2 GB). Encoding "
        "models read the betas in as many blocks of voxels as that takes. null: 58 GB, or less if less is "
        "free on the machine (or in its container) when the fit starts. Give a number if several fits run at "
        "once. A fit on a GPU works in half of the GPU's free memory; the number then bounds the rest.",
        None,
        unit="GB",
        exclusiveMinimum=0,
        maximum=1000,
    )


@dataclass(frozen=True, kw_only=True)
class Study(Section):
    """One study is one config file. An unknown key is an error."""

    study: str = setting("Name of the study; results go to results/{study}.", pattern=STUDY_NAME)
    seed: int = setting(
        "Seed of the study: every random draw depends on it and on what is drawn, never on order.",
        20230618,
        minimum=0,
    )
    subjects: tuple[str, ...] = setting(
        "Labels of the subjects to analyse, with the prefix sub-.",
        minItems=1,
        items={"pattern": "^sub-[A-Za-z0-9]+$"},
    )
    studies: tuple[str, ...] = setting(
        "Names of the studies whose scores `snakemake compare` puts side by side.",
        (),
        uniqueItems=True,
        items={"pattern": STUDY_NAME},
    )
    dataset: Dataset
    simulation: Simulation
    glm: Glm
    standardise: Standardise
    models: Models
    features: Features
    decode: Decode
    ridge: Ridge
    reconstruct: Reconstruct
    evaluate: Evaluate
    encode: Encode
    attribute: Attribute
    prefer: Prefer
    pictures: str | None = setting(
        "Folder of reconstructions made elsewhere, or a table of them (CSV, TSV or Parquet), for the target "
        "score_folder alone; see docs/score-folder.md.",
        None,
    )
    stimuli: str | None = setting(
        "Folder of the stimuli that `pictures` reconstruct, or a table of them such as stimuli.parquet; for "
        "the target score_folder alone.",
        None,
    )
    scored_as: str | None = setting(
        "Name of the folder below results/{study}/score_folder for the scores of `pictures`; null for the "
        "name of `pictures`.",
        None,
        pattern="^[A-Za-z0-9][A-Za-z0-9._-]*$",
    )
    ratings: str | None = setting(
        "Folder of files that people saved on the page `rate` of the report. `snakemake preferences` makes "
        "scores of them, and the report shows these; see docs/rating.md.",
        None,
    )
