"""Every setting of a study: type, default, bounds, unit and one line of meaning.

The JSON schema, config/README.md and the messages about wrong values follow from these classes. A step gets
the settings that it reads as JSON and parses them into the same classes. Bounds are keywords of JSON schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cortex2image.study.fields import Section, setting
from cortex2image.study.methods import EXTERNAL_NAME, METHODS
from cortex2image.study.readers import READERS
from cortex2image.study.spaces import DECODABLE, EXTRACTABLE, JOINED, LEAST_NOISE, PICTURED

# Names of the model sets that :mod:`cortex2image.networks.registry` describes.
MODEL_SETS = (
    "miniature",
    "stable-diffusion-v1-4",
    "stable-diffusion-v1-5",
    "stable-diffusion-v2-1-base",
    "stable-diffusion-v1-5-image-prompt",
    "stable-diffusion-v1-4-captioner",
    "stable-diffusion-2-depth",
)


STUDY_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]*$"


@dataclass(frozen=True, kw_only=True)
class Rois(Section):
    """Atlas that says which voxels belong to which region."""

    atlas: str | None = setting(
        "Volume of integer labels on the grid of the BOLD runs or betas; `{root}` stands for the folder of "
        "the data set, `{subject}` for the subject; null: no atlas. nsd: name of an atlas of the data set, "
        "e.g. streams, nsdgeneral, prf-visualrois, floc-faces, HCP_MMP1 or Kastner2015; atlases drawn on "
        "each subject (prf-*, floc-*) have no labels in fsaverage. bdpy, and bold5000 with the space "
        "roi-tables: null, since the files name regions themselves.",
        None,
    )
    labels: Mapping[str, int] = setting(
        "Name of each region and its code in the atlas; codes below 1 never name a region. nsd: names and "
        "codes are checked against the atlas' own table; without labels, all regions of this table are used, "
        "and decode/rois is checked against them before a job runs. bdpy, and bold5000 with the space "
        "roi-tables: names of regions in the files; the codes are ignored.",
        {},
        additionalProperties={"type": "integer", "minimum": 1},
    )


@dataclass(frozen=True, kw_only=True)
class Split(Section):
    """Which stimuli test: those that the data set names, or others. See docs/splits.md."""

    kind: Literal["given", "random", "cluster", "tau"] = setting(
        "Test stimuli. given: those of the data set. random: a share of all stimuli. cluster: one cluster of "
        "alike stimuli, so that none of it trains. tau: those of the data set, without the training stimuli "
        "that are nearer to them than `tau`.",
        "given",
    )
    test_share: float = setting(
        "random: share of the stimuli that test. Each is drawn by itself, whatever subjects a study has, so "
        "that the share holds nearly.",
        0.1,
        exclusiveMinimum=0,
        exclusiveMaximum=1,
    )
    by: Literal["image", "captions", "category"] = setting(
        "What says how alike stimuli are. image, captions: cosine of the embeddings by the CLIP of the model "
        "set, of pictures or of captions. category: that of the stimulus table; only for cluster.",
        "image",
    )
    clusters: int = setting("cluster: number of k-means clusters.", 10, unit="clusters", minimum=2)
    held_out: int = setting(
        "cluster: number of the cluster that tests; 0 is the largest, 1 the next.", 0, minimum=0
    )
    category: str | None = setting("cluster by category: the category that tests.", None)
    tau: float | None = setting(
        "tau, and if given also random and cluster: training stimuli are left out whose similarity to any "
        "test stimulus is above it.",
        None,
        minimum=-1,
        maximum=1,
    )
    leave_out: Literal["near", "random"] = setting(
        "Training stimuli that `tau` leaves out. near: those above it. random: as many, drawn at random, to "
        "tell what fewer training stimuli alone cost.",
        "near",
    )

    @property
    def own(self) -> bool:
        """Return whether the study splits stimuli itself."""
        return self.kind != "given"

    @property
    def embeds(self) -> bool:
        """Return whether the split needs the CLIP of the model set."""
        return self.own and self.by != "category"

    @property
    def words(self) -> str:
        """Return the split in a few words, for tables and pages."""
        of_kind = {
            "given": "given",
            "random": f"random {self.test_share:g}",
            "cluster": f"cluster {self.held_out} of {self.clusters} by {self.by}",
            "tau": "given",
        }
        chosen = f"category {self.category}" if self.category else of_kind[self.kind]
        near = "" if self.leave_out == "near" else ", as many at random"
        return chosen if self.tau is None else f"{chosen}, tau {self.tau:g} by {self.by}{near}"


@dataclass(frozen=True, kw_only=True)
class Dataset(Section):
    """Where the recordings are and how to read them."""

    reader: str = setting(
        "Recordings: simulated (made by the workflow), bids (BIDS events with fMRIPrep derivatives) or "
        "haxby2001. Betas that others estimated, to which `glm` does not apply: nsd, bold5000 or bdpy (files "
        "of the Kamitani laboratory).",
        group="source",
        enum=list(READERS),
    )
    root: str | None = setting(
        "Folder of the data set; must be left out for `simulated`.", None, group="source"
    )
    derivatives: str | None = setting(
        "Folder of the fMRIPrep derivatives; `{root}` stands for the folder of the data set. Only for bids.",
        "{root}/derivatives/fmriprep",
        group="source",
    )
    task: str | None = setting(
        "BIDS task label to use; null if the data set has only one task. Only for bids.",
        None,
        group="source",
    )
    space: str | None = setting(
        "bids: fMRIPrep output space, e.g. T1w or MNI152NLin2009cAsym:res-2; func for the native BOLD grid; "
        "null if there is only one. nsd: func1pt8mm (also null), func1mm, or fsaverage, which lacks the "
        "atlases drawn on each subject (prf-*, floc-*). bold5000: volume (also null) or roi-tables.",
        None,
        group="source",
    )
    betas: str | None = setting(
        "Version of the prepared betas. nsd: name of a folder; null for betas_fithrf_GLMdenoise_RR. "
        "bold5000: version as in the file names; null for TYPED-FITHRF-GLMDENOISE-RR. bdpy: part of the file "
        "names; null if there is one version.",
        None,
        group="source",
    )
    sessions: int | None = setting(
        "Number of sessions of prepared betas to use, from the first; null for all.",
        None,
        unit="sessions",
        group="source",
        minimum=1,
    )
    test_images: Literal["shared", "special515"] = setting(
        "Test pictures of nsd. shared: the pictures that were meant for all subjects. special515: the shared "
        "pictures that all subjects saw three times; other shared pictures are left out, so that the "
        "training pictures are the same for both values.",
        "shared",
        group="source",
    )
    mask: Literal["brain", "atlas"] = setting(
        "Voxels of prepared betas. brain: the whole brain mask (all vertices of a surface). atlas: "
        "voxels in a region of rois/labels.",
        "brain",
        group="regions",
    )
    cross_validate: Literal["none", "run", "session"] = setting(
        "Held out in turn: run, session, or none (the split of the stimulus table is used).", "none"
    )
    split: Split
    rois: Rois
    terms_accepted: bool = setting(
        "Whether you have accepted the NSD Data Access Agreement (naturalscenesdataset.org, Data) and filled "
        "in its form. Only nsd_download reads it, and refuses to run without.",
        False,
    )


@dataclass(frozen=True, kw_only=True)
class Simulation(Section):
    """Size of the simulated data set; only for the reader `simulated`."""

    train_stimuli: int = setting(
        "Training stimuli, each shown once to every subject.",
        600,
        unit="stimuli",
        minimum=20,
        maximum=100000,
    )
    test_stimuli: int = setting(
        "Test stimuli, shown to every subject.", 60, unit="stimuli", minimum=4, maximum=10000
    )
    test_repeats: int = setting(
        "How often each test stimulus is shown.", 3, unit="presentations", minimum=2, maximum=20
    )


@dataclass(frozen=True, kw_only=True)
class Glm(Section):
    """Single-trial general linear model."""

    model: Literal["lss", "lsa"] = setting(
        "lss: one model per trial, all other trials in one regressor. lsa: one model, one regressor per "
        "trial.",
        "lss",
    )
    hrf: Literal["spm", "glover"] = setting("Canonical haemodynamic response.", "spm")
    derivatives: Literal["none", "time", "time_dispersion"] = setting(
        "Derivatives of the response that are added to the model of each trial.", "none"
    )
    drift: Literal["cosine", "polynomial", "none"] = setting(
        "Slow drift model; `cosine` uses high_pass_hz.", "cosine"
    )
    high_pass_hz: float = setting(
        "Cut-off of the cosine drift.", 0.01, unit="Hz", exclusiveMinimum=0, maximum=0.1
    )
    confounds: tuple[str, ...] = setting("Columns of the confounds table that enter the model.", ())
    scrub: tuple[str, ...] = setting(
        "Prefixes of confound columns; volumes that they mark are left out.", ("non_steady_state_outlier",)
    )


@dataclass(frozen=True, kw_only=True)
class Standardise(Section):
    """Scaling of the betas, fitted on training trials only."""

    by: Literal["session", "all", "none"] = setting(
        "Trials that are scaled together: session, all (of all sessions), or none (for cross-validated "
        "studies, where each fold scales its trials). bdpy allows no session, since its test sessions hold "
        "no training trial.",
        "session",
    )
    ncsnr_from: Literal["all", "train", "released"] = setting(
        "Trials from which noise ceilings are estimated. all: all trials. train: only repeats of training "
        "pictures. released: the file ncsnr that comes with the betas of nsd, computed from all pictures, "
        "test pictures included. Noise ceilings describe voxels, and select none but by "
        "evaluate/brain/min_noise_ceiling.",
        "all",
    )
    average_repeats: tuple[str, ...] = setting(
        "Splits in which the trials of a stimulus are averaged before they are used.",
        ("test",),
        uniqueItems=True,
        items={"enum": ["train", "test"]},
    )


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
    learning_curve: tuple[int, ...] = setting(
        "Numbers of sessions (runs for subjects with one session) whose training trials `snakemake "
        "learning_curve` decodes with, from the first; empty for 1, 2, 4, ... up to all.",
        (),
        unit="sessions",
        uniqueItems=True,
        items={"minimum": 1},
    )


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
