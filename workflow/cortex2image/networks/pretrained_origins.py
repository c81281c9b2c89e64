"""The published files behind the judges of photographs, for the step that fetches them."""

from cortex2image.networks.origins import WeightsOrigin

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
