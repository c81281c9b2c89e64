"""Model sets by name: what each is, where its folder stands, which judges it brings."""

from dataclasses import dataclass
from pathlib import Path

from cortex2image.errors import ConfigError
from cortex2image.models.judge_specs import JudgeSpec
from cortex2image.sources import ROOT

RESOURCES = ROOT.parent / "resources"


@dataclass(frozen=True)
class ModelSet:
    """A latent diffusion model with its judges.

    Attributes
    ----------
    name : str
        As in `models: set:` of the config.
    folder : Path
        Folder in the Stable Diffusion layout of diffusers, with `SHA256SUMS`.
    latent_shape : (int, int, int)
        Channels, height and width of the latent z that is decoded from the brain. It may be coarser than the
        latents the pictures are generated in, as in Takagi and Nishimoto (320 and 512 pixels).
    text_length, text_width : int
        Tokens and units per token of the text states c.
    image_size : int
        Side of a generated picture in pixels.
    judges : tuple of JudgeSpec
    lpips : str or None
        Folder of the AlexNet that LPIPS needs, with `alexnet.safetensors`; None where the set brings none.
    """

    name: str
    folder: Path
    latent_shape: tuple[int, int, int]
    text_length: int
    text_width: int
    image_size: int
    judges: tuple[JudgeSpec, ...]
    lpips: str | None = None


MODEL_SETS: dict[str, ModelSet] = {
    "miniature": ModelSet(
        name="miniature",
        folder=RESOURCES / "miniature",
        latent_shape=(4, 16, 16),
        text_length=24,
        text_width=128,
        image_size=64,
        judges=(
            JudgeSpec("cnn", "cnn", "judges/cnn", ("early", "middle", "late")),
            JudgeSpec("residual", "residual", "judges/residual", ("pooled",)),
            JudgeSpec("clip", "clip", "clip", ("embeds",)),
        ),
    ),
}


def model_set(name: str) -> ModelSet:
    """Return the model set of that name.

    Raises
    ------
    ConfigError
        No such set is registered.
    """
    if name not in MODEL_SETS:
        raise ConfigError("models: set", f"one of {', '.join(sorted(MODEL_SETS))}", name, "correct the name")
    return MODEL_SETS[name]
