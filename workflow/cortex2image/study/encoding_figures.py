"""Figures of the encoding models of a study: which models each shows, and where in the diffusion process.

``spaces``: the models that the config names. ``noise``: z_c after noise of several levels. ``steps``: z_c
after several denoising steps. ``layers``: the layers of the U-Net at these steps. A study draws the figures
that it has models for.
"""

from dataclasses import dataclass, replace

from cortex2image.study.drawing_settings import Reconstruct
from cortex2image.study.encoding_models import BESIDE, JOINT, SPACE, EncodingModel, encoding_models
from cortex2image.study.encoding_settings import Encode
from cortex2image.study.model_titles import layer_title, model_title, point_title
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import FeatureSpace, kept_steps

SPACES, NOISE, STEPS, LAYERS = "spaces", "noise", "steps", "layers"


@dataclass(frozen=True)
class Point:
    """One model of a figure.

    Attributes
    ----------
    model : str
        Name of the encoding model of one space.
    joint : str
        Name of the joint model of z and this space; empty if the study fits none.
    noise, step : float, int or None
        Noise level, and denoising step counted from 1, that the features are taken at; no step in ``noise``,
        where features are taken after all steps, and neither in ``spaces``.
    layer : str
        Layer of the U-Net; else empty.
    """

    model: str
    joint: str = ""
    noise: float | None = None
    step: int | None = None
    layer: str = ""

    @property
    def place(self) -> str:
        """Return the noise level and the step in words."""
        return point_title(self.noise, self.step)

    @property
    def title(self) -> str:
        """Return what the model is called beside its place: the layer, the kind of space, or the model."""
        if self.layer:
            return layer_title(self.layer)
        return parse_space(self.model).facts.title if self.place else model_title(self.model)


@dataclass(frozen=True)
class EncodingFigure:
    """A figure: its name in paths, and its models in the order of the panels.

    `families` maps a place of ``layers`` to the family of its table of preferred layers.
    """

    name: str
    points: tuple[Point, ...]
    families: tuple[tuple[str, str], ...] = ()


def encoding_figures(encode: Encode, reconstruct: Reconstruct) -> tuple[EncodingFigure, ...]:
    """Return the figures that a study has models for.

    Parameters
    ----------
    encode, reconstruct : sections of the config
        Of `reconstruct` only `steps` and `strength` are read.
    """
    models = encoding_models(encode, reconstruct)
    grid, joints = encode.grid, {model.spaces: model.name for model in models if model.kind == JOINT}
    latents = [_latent(model, joints, reconstruct) for model in models if _kind(model) == "zc"]
    latents.sort(key=lambda point: (point.noise or 0, point.step or 0))
    noises = grid.steps_at or (reconstruct.strength,)
    last = {point.model: kept_steps(reconstruct.steps, point.noise or 0) for point in latents}
    figures = (
        EncodingFigure(SPACES, tuple(Point(name) for name in encode.models)),
        EncodingFigure(
            NOISE,
            tuple(
                replace(p, step=None)  # after all steps
                for p in latents
                if p.step == last[p.model] and p.noise in grid.noise_levels
            ),
        ),
        EncodingFigure(STEPS, tuple(p for p in latents if p.step in grid.steps and p.noise in noises)),
        _layers(models),
    )
    return tuple(figure for figure in figures if figure.points)


def points_at(figure: EncodingFigure, place: str) -> list[Point]:
    """Return the points of a figure at one noise level and step."""
    return [point for point in figure.points if point.place == place]


def unique_models(figures: tuple[EncodingFigure, ...]) -> tuple[str, ...]:
    """Return the names of the joint models whose tables of unique variance the figures show."""
    return tuple(dict.fromkeys(point.joint for figure in figures for point in figure.points if point.joint))


def preferred_families(figures: tuple[EncodingFigure, ...]) -> tuple[str, ...]:
    """Return the families whose tables of preferred models the figures show."""
    return tuple(family for figure in figures for _, family in figure.families)


def shown_models(figures: tuple[EncodingFigure, ...]) -> tuple[str, ...]:
    """Return the names of the models of one space that the figures show."""
    return tuple(dict.fromkeys(point.model for figure in figures for point in figure.points))


def _kind(model: EncodingModel) -> str:
    return parse_space(model.name).kind if model.kind == SPACE else ""


def _latent(model: EncodingModel, joints: dict[tuple[str, ...], str], reconstruct: Reconstruct) -> Point:
    """Return the point of a latent: a name without coordinates stands for those of the pictures."""
    space = parse_space(model.name)
    noise = reconstruct.strength if space.noise is None else space.noise
    step = kept_steps(reconstruct.steps, noise) if space.step is None else space.step
    return Point(model.name, joints.get((BESIDE, model.name), ""), noise, step)


def _layers(models: tuple[EncodingModel, ...]) -> EncodingFigure:
    """Return the figure of the layers, place by place."""
    spaces = [parse_space(model.name) for model in models if _kind(model) == "unet"]
    spaces.sort(key=lambda space: (space.noise or 0, space.step or 0))
    points = tuple(Point(str(s), "", s.noise, s.step, s.layer) for s in spaces)
    families = {point.place: _family(space) for point, space in zip(points, spaces, strict=True)}
    several = {place: sum(point.place == place for point in points) > 1 for place in families}
    return EncodingFigure(LAYERS, points, tuple(item for item in families.items() if several[item[0]]))


def _family(space: FeatureSpace) -> str:
    return f"layers-n{space.noise:g}-t{space.step}"
