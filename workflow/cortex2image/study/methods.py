"""Methods of reconstruction: sources of the features, start of the picture, and words for the report.

A new method is a new entry of :data:`METHODS`. A method that makes pictures in a new way also names its core.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cortex2image.errors import ConfigError

# Where the features of a stimulus come from.
DECODED = "decoded"  # from the brain, by a model that was not trained on the stimulus
TRUE = "true"  # from the picture that was seen, or its captions
SHUFFLED = "shuffled"  # decoded for another test stimulus
MEAN = "mean"  # the mean over training stimuli, without brain data

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
        ``decoded``, ``true``, ``shuffled`` or ``mean`` for each space that pictures are made from; other
        spaces are not used.
    start : str
        :data:`FROM_NOISE`, :data:`FROM_PICTURE` or :data:`NO_DIFFUSION`.
    control : bool
        Whether the method is a control for other methods rather than a reconstruction from the brain.
    title, meaning : str
        Words for the report.
    core : str
        The module whose function ``pictures`` makes the pictures.
    """

    name: str
    inputs: Mapping[str, str]
    start: str
    title: str
    meaning: str
    control: bool = False
    core: str = "cortex2image.reconstruction.pictures"

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
        """Return the spaces whose decoded features the method reads."""
        return self.spaces(DECODED, SHUFFLED)

    @property
    def features(self) -> tuple[str, ...]:
        """Return the spaces whose true features the method reads."""
        return self.spaces(TRUE, MEAN)


_ALL = (
    Method(
        "z",
        {"z": DECODED},
        NO_DIFFUSION,
        "z",
        "decodes the picture's coarse layout and colours, the latent z of the model, and shows just that",
    ),
    Method(
        "c",
        {"c": DECODED},
        FROM_NOISE,
        "c",
        "decodes the meaning, the text features c, and lets the model imagine a picture of it from noise",
    ),
    Method(
        "zc",
        {"z": DECODED, "c": DECODED},
        FROM_PICTURE,
        "zc",
        "starts from the layout decoded as z and redraws it under the meaning decoded as c",
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
        "shuffled",
        {"z": SHUFFLED, "c": SHUFFLED},
        FROM_PICTURE,
        "shuffled",
        "takes layout and meaning decoded for another test stimulus",
        control=True,
    ),
    Method(
        "no_brain",
        {"z": MEAN, "c": MEAN},
        FROM_PICTURE,
        "no brain",
        "takes the mean layout and meaning of the training stimuli: pictures without brain data",
        control=True,
    ),
)
METHODS: dict[str, Method] = {method.name: method for method in _ALL}


def find_method(name: str) -> Method:
    """Return the method of that name.

    Raises
    ------
    ConfigError
        No method has this name.
    """
    if name not in METHODS:
        raise ConfigError("method", f"one of {', '.join(METHODS)}", f"'{name}'", "correct the name")
    return METHODS[name]


def title_of(name: str) -> str:
    """Return what pages and figures call a method; other names, as those of decoded features, stay."""
    return METHODS[name].title if name in METHODS else name


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
