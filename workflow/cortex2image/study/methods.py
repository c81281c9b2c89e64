"""Methods of reconstruction: sources of the features, start of the picture, and words for the report.

A new method is a new entry of :data:`METHODS`. A method that makes pictures in a new way also names its core.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cortex2image.errors import ConfigError

# Where the features of a stimulus come from.
DECODED = "decoded"  # from the brain, by a model that was not trained on the stimulus
TRUE = "true"  # from the picture that was seen, or its captions
SHUFFLED = "shuffled"  # decoded for another test stimulus
MEAN = "mean"  # the mean over training stimuli, without brain data
SHUFFLED_FIT = "shuffled_fit"  # decoded by a model that was trained on permuted pairs
RANDOM_BRAIN = "random_brain"  # decoded from noise with the covariance of the betas
BOTTLENECK = "bottleneck"  # decoded, then projected on the first directions of the training features
EXTERNAL = "external"  # predicted by somebody else's decoder, from a file
CONTROL_FITS = (SHUFFLED_FIT, RANDOM_BRAIN)
EXTERNAL_NAME = "[a-z0-9_]+"
PREDICTIONS = (".parquet", ".npy")
"""Endings of files of predictions."""

# How a picture starts.
FROM_NOISE = "noise"
FROM_PICTURE = "picture"  # from the coarse picture of z, noised and denoised
NO_DIFFUSION = "none"  # the coarse picture of z itself


@dataclass(frozen=True)
class Method:
    """A way to make pictures of test stimuli.

    Attributes
    ----------
    name : str
        Name in ``reconstruct/methods`` of the config and in file names.
    inputs : mapping of feature space to source
        One of the sources above for each space that pictures are made from; other spaces are not used.
    start : str
        :data:`FROM_NOISE`, :data:`FROM_PICTURE` or :data:`NO_DIFFUSION`.
    control : bool
        Whether the method is a control for other methods rather than a reconstruction from the brain.
    title, meaning : str
        Words for the report.
    core : str
        The module whose function ``open_painter`` makes the pictures.
    rank : int or None
        Directions of the training features that the decoded ones are projected on, for :data:`BOTTLENECK`.
    files : mapping of feature space to path
        Predictions of another decoder, for :data:`EXTERNAL`; ``{subject}`` stands for the subject.
    searches : bool
        Whether the method searches the training stimuli by their true features.
    part : str
        The part of a model set that the method needs beside those of Stable Diffusion, such as ``captioner``;
        empty if it needs none.
    ceiling : str
        The method that takes true features through the same generator: the best value of this one's scores.
    floors : tuple of str
        Controls that hold nothing on the stimulus from the brain and go through the same generator: the best
        of their values is the floor of this one's scores. Empty if there is no such control.
    """

    name: str
    inputs: Mapping[str, str]
    start: str
    title: str
    meaning: str
    control: bool = False
    core: str = "cortex2image.reconstruction.pictures"
    rank: int | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    searches: bool = False
    part: str = ""
    ceiling: str = "ceiling"
    floors: tuple[str, ...] = ()

    @property
    def draws_noise(self) -> bool:
        """Return whether samples of one stimulus differ, since each draws its own noise."""
        return self.start != NO_DIFFUSION

    def samples(self, wanted: int) -> int:
        """Return the number of different pictures per stimulus: one if no noise is drawn."""
        return wanted if self.draws_noise else 1

    def spaces(self, *sources: str) -> tuple[str, ...]:
        """Return the feature spaces that come from one of `sources`, in order."""
        return tuple(space for space, source in self.inputs.items() if source in sources)

    @property
    def decoded(self) -> tuple[str, ...]:
        """Return the spaces whose decoded features the method reads, whoever decoded them."""
        return self.spaces(DECODED, SHUFFLED, BOTTLENECK, EXTERNAL, *CONTROL_FITS)

    @property
    def fitted(self) -> tuple[str, ...]:
        """Return the spaces that the study itself must decode for the method."""
        return tuple(space for space in self.decoded if self.inputs[space] != EXTERNAL)

    @property
    def features(self) -> tuple[str, ...]:
        """Return the spaces whose true features the method reads, of test or of training stimuli."""
        return tuple(self.inputs) if self.searches else self.spaces(TRUE, MEAN, BOTTLENECK)


_ALL = (
    Method(
        "z",
        {"z": DECODED},
        NO_DIFFUSION,
        "z",
        "decodes the picture's coarse layout and colours, the latent z of the model, and shows just that",
        ceiling="ceiling_z",
        floors=("shuffled_z",),
    ),
    Method(
        "c",
        {"c": DECODED},
        FROM_NOISE,
        "c",
        "decodes the meaning, the text features c, and lets the model imagine a picture of it from noise",
        ceiling="ceiling_c",
        floors=("shuffled_c", "shuffled_fit_c", "random_brain_c"),
    ),
    Method(
        "zc",
        {"z": DECODED, "c": DECODED},
        FROM_PICTURE,
        "zc",
        "starts from the layout decoded as z and redraws it under the meaning decoded as c",
        floors=("shuffled", "shuffled_fit", "random_brain", "no_brain"),
    ),
    Method(
        "ceiling",
        {"z": TRUE, "c": TRUE},
        FROM_PICTURE,
        "ceiling",
        "takes true layout and meaning through the same generator: the result of perfect decoding",
        control=True,
    ),
    Method(
        "ceiling_z",
        {"z": TRUE},
        NO_DIFFUSION,
        "ceiling of z",
        "shows the true layout and colours, the latent z of the picture that was seen: the best z can do",
        control=True,
    ),
    Method(
        "ceiling_c",
        {"c": TRUE},
        FROM_NOISE,
        "ceiling of c",
        "lets the model imagine a picture of the true meaning from noise: the best c can do",
        control=True,
    ),
    Method(
        "shuffled",
        {"z": SHUFFLED, "c": SHUFFLED},
        FROM_PICTURE,
        "shuffled",
        "takes layout and meaning decoded for another test stimulus",
        control=True,
    ),
    Method(
        "shuffled_z",
        {"z": SHUFFLED},
        NO_DIFFUSION,
        "shuffled z",
        "takes a layout decoded for another test stimulus, and shows just that, as z does",
        control=True,
        ceiling="ceiling_z",
    ),
    Method(
        "shuffled_c",
        {"c": SHUFFLED},
        FROM_NOISE,
        "shuffled c",
        "takes a meaning decoded for another test stimulus, and draws as c does",
        control=True,
        ceiling="ceiling_c",
    ),
    Method(
        "shuffled_fit",
        {"z": SHUFFLED_FIT, "c": SHUFFLED_FIT},
        FROM_PICTURE,
        "shuffled fit",
        "takes layout and meaning from a decoder that was trained on permuted pairs of responses and stimuli",
        control=True,
    ),
    Method(
        "shuffled_fit_c",
        {"c": SHUFFLED_FIT},
        FROM_NOISE,
        "shuffled fit of c",
        "takes a meaning from a decoder that was trained on permuted pairs, and draws as c does",
        control=True,
        ceiling="ceiling_c",
    ),
    Method(
        "random_brain",
        {"z": RANDOM_BRAIN, "c": RANDOM_BRAIN},
        FROM_PICTURE,
        "random brain",
        "takes layout and meaning decoded from noise that is correlated over voxels as responses are",
        control=True,
    ),
    Method(
        "random_brain_c",
        {"c": RANDOM_BRAIN},
        FROM_NOISE,
        "random brain, c",
        "takes a meaning decoded from noise that is correlated as responses are, and draws as c does",
        control=True,
        ceiling="ceiling_c",
    ),
    Method(
        "nearest_train",
        {"z": DECODED, "c": DECODED},
        NO_DIFFUSION,
        "nearest",
        "shows the training picture whose features are nearest to the decoded ones, and generates nothing",
        control=True,
        core="cortex2image.reconstruction.nearest",
        searches=True,
    ),
    Method(
        "no_brain",
        {"z": MEAN, "c": MEAN},
        FROM_PICTURE,
        "no brain",
        "takes the mean layout and meaning of the training stimuli: pictures without brain data",
        control=True,
    ),
    Method(
        "image_prompt",
        {"z": DECODED, "e": DECODED},
        FROM_PICTURE,
        "image prompt",
        "starts from the layout decoded as z and redraws it under the CLIP embedding decoded as e, without "
        "any caption",
        core="cortex2image.reconstruction.image_prompt",
        part="image_prompt",
        ceiling="ceiling_image_prompt",
    ),
    Method(
        "ceiling_image_prompt",
        {"z": TRUE, "e": TRUE},
        FROM_PICTURE,
        "ceiling of image prompt",
        "takes true layout and the true CLIP embedding of the picture through the same image prompt",
        control=True,
        core="cortex2image.reconstruction.image_prompt",
        part="image_prompt",
        ceiling="ceiling_image_prompt",
    ),
    Method(
        "caption",
        {"z": DECODED, "blip": DECODED},
        FROM_PICTURE,
        "caption",
        "starts from the layout decoded as z and redraws it under a caption that is decoded and written out",
        core="cortex2image.reconstruction.caption",
        part="captioner",
    ),
    Method(
        "depth",
        {"z": DECODED, "c": DECODED, "depth": DECODED},
        FROM_PICTURE,
        "depth",
        "redraws the layout decoded as z under the meaning decoded as c, held to the depth that is decoded",
        core="cortex2image.reconstruction.depth",
        part="depth",
    ),
)
METHODS: dict[str, Method] = {method.name: method for method in _ALL}
SEEN = Method(
    "seen",
    {},
    NO_DIFFUSION,
    "picture that was seen",
    "is no reconstruction: the picture itself, put through what reconstructions are put through",
    control=True,
    ceiling="seen",
)
"""What reconstructions are compared with where the original has a score too; no method that a study runs."""
# Methods that other methods are measured by.
CEILINGS = frozenset(method.ceiling for method in (*_ALL, SEEN))


def bottleneck(rank: int) -> Method:
    """Return zc with decoded features projected on the first `rank` directions of the training features."""
    return replace(
        METHODS["zc"],
        name=f"bottleneck-k{rank}",
        inputs={"z": BOTTLENECK, "c": BOTTLENECK},
        title=f"bottleneck, {rank}",
        meaning=f"draws as zc does, from what decoded features say along the {rank} directions in which the "
        "features of training pictures differ most",
        control=True,
        rank=rank,
    )


def external(name: str, files: Mapping[str, str]) -> Method:
    """Return the method that draws from predictions of another decoder, as z, c or zc draws by their spaces.

    Parameters
    ----------
    name : str
        Name in ``reconstruct/external``.
    files : mapping of ``z`` and/or ``c`` to path
    """
    spaces = [space for space in ("z", "c") if space in files]
    return replace(
        METHODS["".join(spaces)],
        name=f"external-{name}",
        inputs=dict.fromkeys(spaces, EXTERNAL),
        title=name,
        meaning=f"draws from the features that the decoder {name} predicts",
        files=files,
    )


def ids_file(path: str) -> str:
    """Return the text file that names the stimuli of a ``.npy`` file of predictions, one per line."""
    return f"{path.removesuffix('.npy')}.txt"


def described(name: str) -> Method | None:
    """Return the method of a name as pages describe it; None for other names, as `decoded_c`."""
    if name.startswith("bottleneck-k"):
        return bottleneck(int(name.removeprefix("bottleneck-k")))
    if name.startswith("external-"):
        return external(name.removeprefix("external-"), {"z": "", "c": ""})
    return SEEN if name == SEEN.name else METHODS.get(name)


def title_of(name: str) -> str:
    """Return what pages and figures call a method, or decoded features that are scored without a picture."""
    method = described(name)
    return method.title if method else name.replace("decoded_", "decoded ", 1)


def denoising_method(spaces: Sequence[str]) -> Method:
    """Return the method that denoises pictures from all of the decoded `spaces`: zc, or c where z is unknown.

    Raises
    ------
    ConfigError
        Without c, no picture is denoised.
    """
    if "c" not in spaces:
        fix = "say in decode/rois from which regions c is decoded"
        raise ConfigError("decode/rois", "regions for c", ", ".join(spaces) or "none", fix)
    return METHODS["zc" if "z" in spaces else "c"]
