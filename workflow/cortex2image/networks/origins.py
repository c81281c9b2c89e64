"""Origins of the files of model sets: repositories of the Hugging Face hub, and published weights."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from cortex2image.networks.judge_specs import Kind


@dataclass(frozen=True)
class HubOrigin:
    """A part of a repository of the Hugging Face hub.

    Attributes
    ----------
    repository : str
        ``owner/name``.
    revision : str
        A commit of 40 hexadecimal digits. It identifies the files but does not verify their contents: the
        first copy is trusted, and `SHA256SUMS` detects any later change. Empty if no commit is known that
        holds all files: then nothing is fetched, and users put the files into the folder.
    files : tuple of str
        Paths in the repository of all files that are read; no others are fetched.
    folder : str
        Subfolder of the model set that receives the files; "" for the folder of the set itself.
    """

    repository: str
    revision: str
    files: tuple[str, ...]
    folder: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the files in the folder of the model set."""
        return tuple(str(PurePosixPath(self.folder, file)) for file in self.files)


@dataclass(frozen=True)
class WeightsOrigin:
    """Published weights of one network: a pickle that is converted to safetensors once.

    Attributes
    ----------
    name : str
        Architecture of the network, see :class:`cortex2image.networks.judge_specs.JudgeSpec`.
    url : str
    sha256_prefix : str
        First digits of the SHA-256 of the published file, as given by its author; "" if none are given: then
        the first copy is trusted.
    path : str
        Path of the safetensors file in the folder of the model set.
    adapter : str
        Address of a ZIP archive with a low-rank adapter (LoRA) that is added to the weights; "" if there is
        none. No SHA-256 is known of an archive: the first copy is trusted.
    """

    name: Kind
    url: str
    sha256_prefix: str
    path: str
    adapter: str = ""

    @property
    def published(self) -> str:
        """Path in the folder of the model set where the published file may be put instead of fetching it."""
        return _published(self.url)

    @property
    def published_adapter(self) -> str:
        """Path in the folder of the model set where the archive of the adapter may be put."""
        return _published(self.adapter)


def _published(url: str) -> str:
    return str(PurePosixPath("published", url.rsplit("/", 1)[1]))


TORCHVISION = "https://download.pytorch.org/models"

PRETRAINED_WEIGHTS = (
    WeightsOrigin(
        "alexnet",
        f"{TORCHVISION}/alexnet-owt-7be5be79.pth",
        "7be5be79",
        "judges/alexnet/alexnet.safetensors",
    ),
    WeightsOrigin(
        "inception_v3",
        f"{TORCHVISION}/inception_v3_google-0cc3c7bd.pth",
        "0cc3c7bd",
        "judges/inception_v3/inception_v3.safetensors",
    ),
    WeightsOrigin(
        "efficientnet_b1",
        f"{TORCHVISION}/efficientnet_b1-c27df63c.pth",
        "c27df63c",
        "judges/efficientnet_b1/efficientnet_b1.safetensors",
    ),
    WeightsOrigin(
        "efficientnet_b1",
        f"{TORCHVISION}/efficientnet_b1_rwightman-bac287d4.pth",
        "bac287d4",
        "judges/efficientnet_b1_v1/efficientnet_b1_v1.safetensors",
    ),
    WeightsOrigin(
        "swav_resnet50",
        "https://dl.fbaipublicfiles.com/deepcluster/swav_800ep_pretrain.pth.tar",
        "",
        "judges/swav_resnet50/swav_resnet50.safetensors",
    ),
)
"""Weights of the judges of photographs. The SHA-256 digits are those in the file names; SwAV has none.

EfficientNet comes as it was first trained (IMAGENET1K_V1, of Ross Wightman) and as it was trained again
(IMAGENET1K_V2). Until 2023 torchvision published the former as `efficientnet_b1_rwightman-533bc792.pth`, with
digits that were not those of the file (pytorch/vision, pull request 8036).
"""

DREAMSIM_WEIGHTS = WeightsOrigin(
    "dino_vitb16",
    "https://dl.fbaipublicfiles.com/dino/dino_vitbase16_pretrain/dino_vitbase16_pretrain.pth",
    "",
    "judges/dreamsim_dino_vitb16/dreamsim_dino_vitb16.safetensors",
    adapter="https://github.com/ssundaram21/dreamsim/releases/download/v0.2.0-checkpoints/"
    "dreamsim_dino_vitb16_checkpoint.zip",
)
"""DINO (Caron et al. 2021) and the adapter that makes it DreamSim; no SHA-256 of either is published."""

LPIPS_FOLDER = "judges/alexnet"
"""Folder of the AlexNet for LPIPS, which was fitted to the same weights."""

IP_ADAPTER = HubOrigin(
    repository="h94/IP-Adapter",
    revision="018e402774aeeddd60609b4ecdb7e298259dc729",
    files=(
        "models/image_encoder/config.json",
        "models/image_encoder/model.safetensors",
        "models/ip-adapter_sd15.safetensors",
    ),
    folder="ip_adapter",
)
"""Image prompts for Stable Diffusion 1.5 (Ye et al. 2023), and the CLIP ViT-H/14 that they come from."""
IP_ADAPTER_WIDTH = 1024
"""Values of the projected embedding of a picture by this CLIP."""
IMAGE_ENCODER, ADAPTER_WEIGHTS = IP_ADAPTER.paths[1].rpartition("/")[0], IP_ADAPTER.paths[2]
"""Folder of the CLIP and file of the adapter, in the folder of a model set."""
