"""Names in words of the networks that judge pictures, and of their layers."""

NETWORKS = {
    "cnn": "miniature CNN",
    "residual": "miniature residual network",
    "clip": "miniature CLIP",
    "alexnet": "AlexNet",
    "inception": "Inception",
    "effnet": "EfficientNet",
    "swav": "SwAV",
    "dreamsim": "DreamSim",
}
"""Judges by the first part of their names. Those of the miniature set have no second part."""
FAMILIES = {
    "takagi": "Takagi",
    "brain_diffuser": "Brain-Diffuser",
    "mindeye": "MindEye",
    "dino_vitb16": "DINO ViT-B/16",
}
"""Whose preparation of pictures a judge of photographs follows, by the second part of its name; which of its
networks, in the case of DreamSim."""
LAYERS = {
    "early": "early layer",
    "middle": "middle layer",
    "late": "late layer",
    "pooled": "pooled layer",
    "embeds": "embedding",
    "pool2": "pooling 2",
    "pool5": "pooling 5",
    "relu2": "layer 2",
    "relu5": "layer 5",
    "fc7": "fully connected 7",
    "hidden6": "layer 6",
    "hidden12": "layer 12",
    "cls": "class token",
}
CAPTION_READERS = {"clip_vit_l14": "CLIP ViT-L/14"}


def judge_title(judge: str, layer: str | None = None) -> str:
    """Return the name of a judge in words, as ``AlexNet (MindEye), layer 2``.

    Parameters
    ----------
    judge : str
        Name of the judge in a model set.
    layer : str or None
        Its layer; None where it has only one, or none takes part.
    """
    network, _, family = judge.partition("_")
    known = "CLIP" if (network, bool(family)) == ("clip", True) else NETWORKS[network]
    words = f"{known} ({FAMILIES[family]})" if family else known
    return f"{words}, {LAYERS[layer]}" if layer else words
