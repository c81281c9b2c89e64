"""Settings of the pictures that a study draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cortex2image.study.fields import Section, setting
from cortex2image.study.methods import EXTERNAL_NAME, METHODS


@dataclass(frozen=True, kw_only=True)
class Series(Section):
    """Pictures of a few test stimuli over strength and steps: how layout and meaning trade off."""

    stimuli: int = setting(
        "Test stimuli that are drawn, the first by name; 0 for no series.",
        0,
        unit="stimuli",
        minimum=0,
        maximum=50,
    )
    strengths: tuple[float, ...] = setting(
        "Values of `reconstruct/strength`.",
        (0.2, 0.4, 0.6, 0.8, 1.0),
        minItems=1,
        uniqueItems=True,
        items={"exclusiveMinimum": 0, "maximum": 1},
    )
    steps: tuple[int, ...] = setting(
        "Values of `reconstruct/steps`.",
        (10, 20, 50),
        unit="steps",
        minItems=1,
        uniqueItems=True,
        items={"minimum": 1, "maximum": 1000},
    )


@dataclass(frozen=True, kw_only=True)
class Reconstruct(Section):
    """From decoded features to pictures."""

    methods: tuple[str, ...] = setting(
        "Methods and controls: " + " ".join(f"{m.name}: {m.meaning}." for m in METHODS.values()),
        ("z", "c", "zc"),
        minItems=1,
        uniqueItems=True,
        items={"enum": list(METHODS)},
    )
    samples: int = setting(
        "Pictures per stimulus by the methods that draw noise.",
        5,
        unit="pictures",
        minimum=1,
        maximum=100,
    )
    steps: int = setting("Steps of the full denoising schedule.", 50, unit="steps", minimum=1, maximum=1000)
    strength: float = setting(
        "How far along the noise schedule the coarse picture is noised before it is denoised, as a share.",
        0.8,
        exclusiveMinimum=0,
        maximum=1,
    )
    guidance_scale: float = setting(
        "Weight of classifier-free guidance; 1 is no guidance.", 5.0, minimum=1, maximum=50
    )
    noising: Literal["matched", "as_released"] = setting(
        "Timestep of the noise that is added to the coarse picture. matched: the first timestep that is "
        "denoised. as_released: the timestep above it, which the code of 2023 noises to and never denoises.",
        "matched",
        was="noise_level",
    )
    shared_noise: bool = setting(
        "Whether all stimuli share the noise of a sample, as in the code of 2023; otherwise each stimulus "
        "has its own noise.",
        False,
    )
    sampler: Literal["ddim", "pndm", "dpmsolver++", "ancestral"] = setting(
        "Sampler of the reverse process. ddim: deterministic, that of the study of 2023. pndm: pseudo linear "
        "multi-step. dpmsolver++: second order, good with few steps. ancestral: each step draws fresh noise. "
        "Feature spaces and `snakemake attribute`, which count steps, always use ddim.",
        "ddim",
    )
    bottleneck: tuple[int, ...] = setting(
        "Numbers of directions of the training features that decoded features are projected on: each adds "
        "a method bottleneck-k{number}, which draws as zc does.",
        (),
        unit="directions",
        uniqueItems=True,
        items={"minimum": 1},
    )
    external: Mapping[str, Mapping[str, str]] = setting(
        "Predictions of other decoders by a name of your choice (small letters, digits and _): files of z "
        "and/or c, Parquet or npy, with `{subject}` for the subject. Each adds a method external-{name}; see "
        "docs/own-decoder.md.",
        {},
        propertyNames={"pattern": f"^{EXTERNAL_NAME}$"},
        additionalProperties={
            "type": "object",
            "properties": {"z": {"type": "string"}, "c": {"type": "string"}},
            "additionalProperties": False,
            "minProperties": 1,
            "description": "Files by feature space, z and/or c.",
        },
    )
    series: Series
    shards: int = setting(
        "Jobs that the pictures of a subject and method are divided into, by stimuli. More jobs use more "
        "GPUs, and lose less when one is stopped; pictures do not depend on it.",
        1,
        unit="jobs",
        minimum=1,
        maximum=10000,
    )
    device: Literal["auto", "cpu", "cuda"] = setting(
        "Device that draws: cpu, cuda, or auto (CUDA if present).", "auto"
    )
    compile: bool = setting(
        "Whether networks are compiled before they draw, which takes minutes and pays with thousands of "
        "pictures on a GPU. Pictures may differ by rounding.",
        False,
    )
