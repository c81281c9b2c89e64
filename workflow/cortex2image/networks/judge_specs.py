"""Judges as data: which network looks at pictures, how they are prepared, and which layers are read.

The same metric is defined in several ways in the literature, with the same names and different values. Each
judge of photographs follows one family: the code released with Takagi and Nishimoto (2023), that of
Brain-Diffuser (Ozcelik and VanRullen 2023), or that of MindEye (Scotti et al. 2023, 2024), which most later
work copies. Networks, layers, sizes and filters are the same as theirs. One earlier step differs: their code
resizes originals of 425 px directly to the size of the network; here, originals are first resized to the size
of the reconstructions.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "cnn", "residual", "clip", "alexnet", "inception_v3", "efficientnet_b1", "swav_resnet50", "dino_vitb16"
]


@dataclass(frozen=True)
class JudgeSpec:
    """A network that scores pictures: its architecture, its folder in the model set, the layers it offers."""

    name: str
    kind: Kind
    folder: str
    layers: tuple[str, ...]


Triple = tuple[float, float, float]

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CLIP_MEAN, CLIP_DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Preparation:
    """How a square picture becomes the input of a network.

    Some families also crop the centre at the resized size, which leaves a square picture unchanged.

    Attributes
    ----------
    sizes : tuple of int
        Side lengths in pixels that pictures are resized to, in this order.
    interpolation : {"bilinear", "bicubic"}
    antialias : bool
        True: PIL resizes 8-bit pictures with a filter that widens with the reduction. False: torch resizes
        floating-point tensors with a filter of fixed width, as torchvision before 0.17 did.
    mean, deviation : three floats each
        Mean and standard deviation of the red, green and blue values in [0, 1], for normalisation.
    """

    sizes: tuple[int, ...]
    interpolation: Literal["bilinear", "bicubic"]
    antialias: bool
    mean: Triple = IMAGENET_MEAN
    deviation: Triple = IMAGENET_DEVIATION


@dataclass(frozen=True)
class PretrainedSpec(JudgeSpec):
    """A judge of photographs.

    Attributes
    ----------
    nodes : tuple of str
        Module of the network whose output, flattened in C order, is each of the layers.
    preparation : Preparation
    weights : str
        Published weights, by their name in torchvision or by the name of their repository.
    comparison : {"identification", "distance"}
        How features are compared: by two-way identification, or by correlation distance per picture.
    tower : tuple of (str, int)
        Required settings of the image tower of a CLIP; empty for networks of fixed architecture.
    classes : int
        Number of classes that the network tells, where the judge is used for classification; else 0.
    """

    nodes: tuple[str, ...]
    preparation: Preparation
    weights: str
    comparison: Literal["identification", "distance"] = "identification"
    tower: tuple[tuple[str, int], ...] = ()
    classes: int = 0


def measures_distance(spec: JudgeSpec) -> bool:
    """Whether a judge measures the distance of two pictures, rather than identification among many."""
    return isinstance(spec, PretrainedSpec) and spec.comparison == "distance"


def _pil(size: int) -> Preparation:
    return Preparation((size,), "bilinear", antialias=True)


def _tensor(size: int) -> Preparation:
    return Preparation((256, size), "bilinear", antialias=False)


ALEXNET, INCEPTION = "AlexNet_Weights.IMAGENET1K_V1", "Inception_V3_Weights.IMAGENET1K_V1"
EFFICIENTNET_V1 = "EfficientNet_B1_Weights.IMAGENET1K_V1"
EFFICIENTNET_V2 = "EfficientNet_B1_Weights.IMAGENET1K_V2"
CLIP, SWAV = "openai/clip-vit-large-patch14", "swav_800ep_pretrain"
VIT_L14 = (
    ("image_size", 224),
    ("patch_size", 14),
    ("hidden_size", 1024),
    ("num_hidden_layers", 24),
    ("projection_dim", 768),
)

TAKAGI = (
    PretrainedSpec(
        "alexnet_takagi",
        "alexnet",
        "judges/alexnet",
        ("pool2", "pool5", "fc7"),
        ("features.5", "features.12", "classifier.5"),
        _pil(299),
        ALEXNET,
    ),
    PretrainedSpec(
        "inception_takagi",
        "inception_v3",
        "judges/inception_v3",
        ("pooled",),
        ("avgpool",),
        _pil(299),
        INCEPTION,
        classes=1000,
    ),
    PretrainedSpec(
        "clip_takagi",
        "clip",
        "clip",
        ("hidden6", "hidden12", "embeds"),
        ("vision_model.encoder.layers.5", "vision_model.encoder.layers.11", "visual_projection"),
        Preparation((224,), "bicubic", True, CLIP_MEAN, CLIP_DEVIATION),
        CLIP,
        tower=VIT_L14,
    ),
)
"""The judges of the code of Takagi and Nishimoto (2023): PNG files read by PIL; AlexNet after pooling."""

BRAIN_DIFFUSER = (
    PretrainedSpec(
        "alexnet_brain_diffuser",
        "alexnet",
        "judges/alexnet",
        ("relu2", "relu5"),
        ("features.4", "features.11"),
        _pil(224),
        ALEXNET,
    ),
    PretrainedSpec(
        "inception_brain_diffuser",
        "inception_v3",
        "judges/inception_v3",
        ("pooled",),
        ("avgpool",),
        _pil(224),
        INCEPTION,
    ),
    PretrainedSpec(
        "clip_brain_diffuser",
        "clip",
        "clip",
        ("embeds",),
        ("visual_projection",),
        Preparation((224,), "bilinear", True, CLIP_MEAN, CLIP_DEVIATION),
        CLIP,
        tower=VIT_L14,
    ),
    PretrainedSpec(
        "effnet_brain_diffuser",
        "efficientnet_b1",
        "judges/efficientnet_b1_v1",
        ("pooled",),
        ("avgpool",),
        _pil(224),
        EFFICIENTNET_V1,
        "distance",
    ),
    PretrainedSpec(
        "swav_brain_diffuser",
        "swav_resnet50",
        "judges/swav_resnet50",
        ("pooled",),
        ("avgpool",),
        _pil(224),
        SWAV,
        "distance",
    ),
)
"""The judges of the code of Brain-Diffuser: PNG files read by PIL, at 224 px; EfficientNet first trained."""

MINDEYE = (
    PretrainedSpec(
        "alexnet_mindeye",
        "alexnet",
        "judges/alexnet",
        ("relu2", "relu5"),
        ("features.4", "features.11"),
        _tensor(256),
        ALEXNET,
    ),
    PretrainedSpec(
        "inception_mindeye",
        "inception_v3",
        "judges/inception_v3",
        ("pooled",),
        ("avgpool",),
        _tensor(342),
        INCEPTION,
    ),
    PretrainedSpec(
        "clip_mindeye",
        "clip",
        "clip",
        ("embeds",),
        ("visual_projection",),
        Preparation((256, 224), "bilinear", False, CLIP_MEAN, CLIP_DEVIATION),
        CLIP,
        tower=VIT_L14,
    ),
    PretrainedSpec(
        "effnet_mindeye",
        "efficientnet_b1",
        "judges/efficientnet_b1",
        ("pooled",),
        ("avgpool",),
        _tensor(255),
        EFFICIENTNET_V2,
        "distance",
    ),
    PretrainedSpec(
        "swav_mindeye",
        "swav_resnet50",
        "judges/swav_resnet50",
        ("pooled",),
        ("avgpool",),
        _tensor(224),
        SWAV,
        "distance",
    ),
)
"""The judges of the eight metrics of MindEye: tensors, first resized to 256 px without antialiasing."""

DREAMSIM = (
    PretrainedSpec(
        "dreamsim_dino_vitb16",
        "dino_vitb16",
        "judges/dreamsim_dino_vitb16",
        ("cls",),
        ("heads",),
        Preparation((224,), "bicubic", antialias=True),
        "dreamsim_dino_vitb16_checkpoint",
        "distance",
    ),
)
"""DreamSim (Fu et al. 2023), fitted to people's judgements of which of two pictures is more like a third.

This is the network of one vision transformer, DINO ViT-B/16, not the ensemble of three. Its distance is one
minus the cosine of the states of the class token after the last block, each less its mean over units: the
correlation distance. Only the model sets whose names end in ``-dreamsim`` have it.
"""

PRETRAINED_JUDGES = TAKAGI + BRAIN_DIFFUSER + MINDEYE
"""The judges of every full-size model set."""
