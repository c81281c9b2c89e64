"""Settings of encoding models, and of the targets about single regions."""

from dataclasses import dataclass

from cortex2image.study.fields import Section, setting
from cortex2image.study.spaces import EXTRACTABLE, JOINED, LEAST_NOISE


@dataclass(frozen=True, kw_only=True)
class Grid(Section):
    """Points of the diffusion process whose features predict voxels, beside `encode/models`.

    A point has a noise level, the share of the noise schedule that is added to a picture, and a denoising
    step, counted from 1.
    """

    noise_levels: tuple[float, ...] = setting(
        "Noise levels of zc: after noise of this level was added, and taken away in all of its steps.",
        (),
        uniqueItems=True,
        items={"minimum": LEAST_NOISE, "maximum": 1},
    )
    steps: tuple[int, ...] = setting(
        "Denoising steps, counted from 1, after which the latent is taken, and at which the layers are.",
        (),
        uniqueItems=True,
        items={"minimum": 1},
    )
    steps_at: tuple[float, ...] = setting(
        "Noise levels from which these steps count; none for that of pictures, reconstruct/strength.",
        (),
        uniqueItems=True,
        items={"minimum": LEAST_NOISE, "maximum": 1},
    )
    layers: tuple[str, ...] = setting(
        "Layers of the U-Net at these steps, in the pass with the caption: blocks such as down0 (the "
        "finest), mid, up0 (the coarsest), or parts of a block such as down1.res0 and down1.attn0. "
        "`snakemake layers` lists those of the model set.",
        (),
        uniqueItems=True,
    )
    unique: bool = setting(
        "Whether z and each zc are also fitted together, for the variance that each explains alone.", True
    )
    stack: bool = setting(
        "Whether the layers of a step are also combined, with weights that each voxel chooses.", True
    )


@dataclass(frozen=True, kw_only=True)
class Encode(Section):
    """Encoding models, from features to every voxel."""

    models: tuple[str, ...] = setting(
        "Feature spaces that predict voxels, one encoding model each: "
        f"{', '.join((*EXTRACTABLE, *JOINED))}, or one with coordinates, such as zc-n0.5.",
        ("z", "c", "zc"),
        minItems=1,
        uniqueItems=True,
    )
    grid: Grid
    pca: int | None = setting(
        "Principal components of the training stimuli that replace wider features before a fit, as in the "
        "study of 2023 (6400); null: features as they are, which costs no more.",
        None,
        unit="components",
        minimum=1,
    )
    fdr: float = setting(
        "False discovery rate below which a voxel counts as significant.",
        0.05,
        exclusiveMinimum=0,
        exclusiveMaximum=1,
    )
    permutations: int = setting(
        "Permutations of the test stimuli, for p and q of every voxel, and of every decoded unit. The "
        "smallest p is 1 / (1 + permutations): with few of them, only a large share can be significant.",
        1000,
        unit="draws",
        minimum=100,
    )
    resamples: int = setting(
        "Bootstrap resamples of the test stimuli, in which r and R squared of every voxel are kept.",
        100,
        unit="draws",
        minimum=40,
        maximum=10000,
    )
    to_mni: str | None = setting(
        "Text file with the 4x4 matrix that takes a subject's own space (mm, x to the right, y to the "
        "front, z up) to MNI152 (mm, the same axes); `{root}` stands for the folder of the data set, "
        "`{subject}` for the subject. With it, maps are also written and drawn on fsaverage5. null: no "
        "matrix, maps are drawn as slices. Data in a space MNI152... or on fsaverage need none.",
        None,
    )


@dataclass(frozen=True, kw_only=True)
class Attribute(Section):
    """What each region contributes to the reconstructions; only for the target `attribute`."""

    regions: tuple[str, ...] = setting(
        "Regions whose voxels are set to their training mean before decoding; empty for every region in "
        "decode/rois.",
        (),
        uniqueItems=True,
    )
    stimuli: int = setting(
        "Test stimuli that are reconstructed, the first by name.", 20, unit="stimuli", minimum=2
    )
    samples: int = setting(
        "Pictures per stimulus, with and without each region.", 1, unit="pictures", minimum=1, maximum=100
    )


@dataclass(frozen=True, kw_only=True)
class Prefer(Section):
    """Which pictures each region prefers; only for the target `prefer`."""

    regions: tuple[str, ...] = setting(
        "Regions to model, each by the mean response of its voxels; empty for every region in decode/rois.",
        (),
        uniqueItems=True,
    )
    spaces: tuple[str, ...] = setting(
        f"Feature spaces that predict the response: {', '.join(EXTRACTABLE)}; empty for z and c, or only c "
        "where the data set does not say which picture was shown. With z a picture is synthesised.",
        (),
        uniqueItems=True,
    )
    iterations: int = setting(
        "Steps of gradient ascent to the synthesised picture.", 100, unit="steps", minimum=1, maximum=10000
    )
