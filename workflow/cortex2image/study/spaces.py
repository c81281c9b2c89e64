"""Feature spaces by name: features of pictures and captions, and what it takes to compute them.

A name spells the coordinates of its space: ``z``, ``c``, ``zc``, ``zc-n0.6`` (noise), ``zc-n0.8-t20`` (noise
and denoising step), ``unet-mid-n0.8-t20`` (a block of the U-Net at a noise and a step).
:func:`cortex2image.study.space_names.parse_space` reads a name, ``str`` of the space writes it. A new kind of
space is a new entry of :data:`KINDS` and its core.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cortex2image.errors import ConfigError

PICTURE, CAPTIONS, NOISE, UNET = "picture", "captions", "noise", "unet"
VECTORS, GRAM = "vectors", "gram"
LEAST_NOISE = 0.001  # one of 1,000 steps of a noise schedule; far smaller numbers print with an exponent


class ModelShape(Protocol):
    """The sizes of a model set, from which the widths of feature spaces follow."""

    @property
    def name(self) -> str:
        """Return the name of the model set."""

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        """Return channels, height and width of the latent that is decoded from the brain."""

    @property
    def generated_shape(self) -> tuple[int, int, int]:
        """Return channels, height and width of the latents in which pictures are generated."""

    @property
    def layer_widths(self) -> Mapping[str, int]:
        """Return the number of values that each layer of the U-Net gives for a latent, by its name."""

    @property
    def part_widths(self) -> Mapping[str, int]:
        """Return the number of values per picture of each network beside those of Stable Diffusion."""

    @property
    def text_length(self) -> int:
        """Return the number of tokens of a caption."""

    @property
    def text_width(self) -> int:
        """Return the number of units per token."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the networks that the set has beside those of Stable Diffusion."""


@dataclass(frozen=True)
class Kind:
    """A kind of feature space.

    Attributes
    ----------
    title, meaning : str
        Words for the report.
    needs : frozenset of str
        What features are made of: :data:`PICTURE`, :data:`CAPTIONS`, :data:`NOISE` (drawn from a seed),
        :data:`UNET` (passes of the diffusion model).
    width : function of a space and the sizes of a model set
        Number of values per stimulus.
    reads : tuple of str
        The settings that features of this kind depend on beside the model set, its folder and batch size.
    reads_if_sampled : tuple of str
        Further settings that the features depend on if the VAE draws samples of its posterior.
    core : str
        The module whose function ``extract`` computes the features; empty if passes of the diffusion model
        give them, many spaces at once.
    layered : bool
        Whether a name gives a layer of the U-Net, a noise level and a step.
    part : str
        The part of a model set that gives the features beside those of Stable Diffusion, such as
        ``captioner``; empty if none does.
    decodable : bool
        Whether features of this kind are decoded from the brain to reconstruct pictures.
    storage : str
        ``vectors``, a row per stimulus, or ``gram``, inner products of stimuli if vectors would be too
        wide.
    """

    title: str
    meaning: str
    needs: frozenset[str]
    width: Callable[["FeatureSpace", ModelShape], int]
    reads: tuple[str, ...] = ()
    reads_if_sampled: tuple[str, ...] = ()
    core: str = ""
    layered: bool = False
    part: str = ""
    decodable: bool = False
    storage: str = VECTORS


@dataclass(frozen=True)
class FeatureSpace:
    """A feature space: its kind, and the coordinates that its name gives.

    Attributes
    ----------
    kind : str
        A key of :data:`KINDS`.
    layer : str
        Layer of the U-Net: a block, ``down0`` (the finest), ``mid``, ``up0`` (the coarsest), ..., or a part
        of a block, ``down1.res0``, ``down1.attn0``; else empty.
    noise : float or None
        Noise level as a share of the noise schedule, from :data:`LEAST_NOISE` to 1.
    step : int or None
        Denoising step after which features are taken, from 1.
    """

    kind: str
    layer: str = ""
    noise: float | None = None
    step: int | None = None

    def __str__(self) -> str:
        noise = [] if self.noise is None else [f"n{self.noise:g}"]
        step = [] if self.step is None else [f"t{self.step}"]
        return "-".join([self.kind, *([self.layer] if self.layer else []), *noise, *step])

    @property
    def facts(self) -> Kind:
        """Return the facts that all spaces of this kind share."""
        return KINDS[self.kind]

    @property
    def needs(self) -> frozenset[str]:
        """Return what features of this space are made of."""
        return self.facts.needs

    @property
    def extractable(self) -> bool:
        """Return whether the extraction step can compute this space."""
        return bool(self.facts.core)

    @property
    def sampled(self) -> bool:
        """Return whether passes of the diffusion model give this space."""
        return UNET in self.needs

    def noise_level(self, strength: float) -> float:
        """Return the noise level of a sampled space: that of its name, or `strength`, that of pictures."""
        return strength if self.noise is None else self.noise

    def reads(self, latent: str) -> tuple[str, ...]:
        """Return the settings that the features depend on if `features/latent` is `latent`."""
        return self.facts.reads + (self.facts.reads_if_sampled if latent == "sample" else ())

    def width(self, model: ModelShape) -> int:
        """Return the number of values per stimulus with a model set.

        Raises
        ------
        ConfigError
            The U-Net of the model set has no such layer, or the set lacks the network of this space.
        """
        return self.facts.width(self, model)

    def unet_passes(self, steps: int, strength: float, guidance_scale: float) -> int:
        """Return the cost of a stimulus: the passes of the U-Net that its features take, two with guidance.

        Parameters
        ----------
        steps, strength, guidance_scale
            Of the section ``reconstruct``; a noise level in the name takes the place of `strength`.
        """
        if not self.sampled:
            return 0
        return self.last_step(steps, strength) * (1 if guidance_scale == 1 else 2)

    def last_step(self, steps: int, strength: float) -> int:
        """Return the denoising step, from 1, after which a sampled space is known."""
        return self.step or kept_steps(steps, self.noise_level(strength))

    def require_extractable(self, where: str) -> None:
        """Raise ConfigError unless the extraction step can compute this space."""
        if not self.extractable:
            fix = f"choose among {', '.join(EXTRACTABLE)}"
            found = f"{self}, which passes of the diffusion model give (step sample_features)"
            raise ConfigError(where, "a feature space that can be extracted", found, fix)


def kept_steps(steps: int, noise: float) -> int:
    """Return how many of the steps of a schedule take away noise of this level, a share of the schedule."""
    # The margin keeps products such as 0.29 * 100 = 28.999... from losing a step.
    return int(steps * noise + 1e-9)


def _latent_width(space: FeatureSpace, model: ModelShape) -> int:
    return math.prod(model.latent_shape)


def _caption_width(space: FeatureSpace, model: ModelShape) -> int:
    return model.text_length * model.text_width


def _generated_width(space: FeatureSpace, model: ModelShape) -> int:
    return math.prod(model.generated_shape)


def _layer_width(space: FeatureSpace, model: ModelShape) -> int:
    widths = model.layer_widths
    if space.layer not in widths:
        where = f"feature space {space}, from encode/models or encode/grid/layers"
        expected = f"a layer of the U-Net of {model.name}"
        raise ConfigError(where, expected, space.layer, f"choose among {', '.join(widths)}")
    return widths[space.layer]


def _part_width(space: FeatureSpace, model: ModelShape) -> int:
    part = space.facts.part
    if part not in model.parts:
        expected = f"a model set with the part {part}, which the feature space {space} needs"
        raise ConfigError("models/set", expected, model.name, "choose another set, or drop the space")
    return model.part_widths[part]


_SAMPLING = ("seed", "models/precision", "reconstruct/steps", "reconstruct/strength")
_GUIDED = (*_SAMPLING, "reconstruct/guidance_scale", "reconstruct/noising", "features/latent")
KINDS: dict[str, Kind] = {
    "z": Kind(
        title="z",
        meaning="latent of the picture: layout and colour",
        needs=frozenset({PICTURE}),
        width=_latent_width,
        reads=("features/latent",),
        reads_if_sampled=("seed",),
        core="cortex2image.features.latents",
        decodable=True,
    ),
    "c": Kind(
        title="c",
        meaning="text embedding of the captions: what is in the picture",
        needs=frozenset({CAPTIONS}),
        width=_caption_width,
        core="cortex2image.features.captions",
        decodable=True,
    ),
    "e": Kind(
        title="e",
        meaning="CLIP embedding of the picture: what is in it, and in what style",
        needs=frozenset({PICTURE}),
        width=_part_width,
        core="cortex2image.features.image_embeddings",
        part="image_prompt",
        decodable=True,
    ),
    "zc": Kind(
        title="zc",
        meaning="latent of the picture after noise was added, and removed under its captions",
        needs=frozenset({PICTURE, CAPTIONS, NOISE, UNET}),
        width=_generated_width,
        reads=_GUIDED,
    ),
    "unet": Kind(
        title="U-Net",
        meaning="activity of a layer of the U-Net at a noise level and a denoising step",
        needs=frozenset({PICTURE, CAPTIONS, NOISE, UNET}),
        width=_layer_width,
        reads=_GUIDED,
        layered=True,
        storage=GRAM,
    ),
    "blip": Kind(
        title="BLIP",
        meaning="states of a captioning network's image encoder, from which a caption can be written",
        needs=frozenset({PICTURE}),
        width=_part_width,
        core="cortex2image.features.blip",
        part="captioner",
        decodable=True,
    ),
    "depth": Kind(
        title="depth",
        meaning="map of how near each part of the picture is, as a network estimates it",
        needs=frozenset({PICTURE}),
        width=_part_width,
        core="cortex2image.features.depth",
        part="depth",
        decodable=True,
    ),
}
DECODABLE = tuple(name for name, kind in KINDS.items() if kind.decodable)
EXTRACTABLE = tuple(name for name, kind in KINDS.items() if kind.core)
PICTURED = tuple(name for name, kind in KINDS.items() if kind.core and kind.needs == {PICTURE})
"""Names of the spaces that a picture alone gives: of reconstructions too, whose captions nobody knows."""
JOINED = tuple(name for name, kind in KINDS.items() if UNET in kind.needs and kind.storage == VECTORS)
