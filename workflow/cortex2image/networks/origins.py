"""Where the files of a model set come from: repositories of a hub, and single files of published weights."""

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
        A commit of 40 hexadecimal digits. It says which files are meant, not what they contain: their first
        copy is trusted, and `SHA256SUMS` holds it to what it was.
    files : tuple of str
        Every file that is read, by its exact path in the repository; nothing else is fetched.
    folder : str
        Folder of the model set that the files are put into; "" for the set's own.
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
    """Published weights of one network, a pickle that is converted to safetensors once.

    Attributes
    ----------
    name : str
        Name of the network, see :class:`cortex2image.networks.judge_specs.JudgeSpec`.
    url : str
    sha256_prefix : str
        First digits of the SHA-256 of the published file, as far as its author gave them; "" for none, so
        that the first copy is trusted.
    path : str
        The safetensors file in the folder of the model set.
    """

    name: Kind
    url: str
    sha256_prefix: str
    path: str

    @property
    def published(self) -> str:
        """Where the published file is looked for in the folder of the model set, before it is fetched."""
        return str(PurePosixPath("published", self.url.rsplit("/", 1)[1]))


TORCHVISION = "https://download.pytorch.org/models"

PHOTO_WEIGHTS = (
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
        "swav_resnet50",
        "https://dl.fbaipublicfiles.com/deepcluster/swav_800ep_pretrain.pth.tar",
        "",
        "judges/swav_resnet50/swav_resnet50.safetensors",
    ),
)
"""Each with the digits of its SHA-256 that its file name bears; the authors of SwAV gave none."""

LPIPS_FOLDER = "judges/alexnet"
"""LPIPS was fitted to the same AlexNet."""
