"""Where weights are fetched from is where torchvision fetches them from."""

from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.judge_specs import PRETRAINED_JUDGES
from cortex2image.networks.origins import PRETRAINED_WEIGHTS


def test_addresses_are_those_of_the_named_weights():
    ensure_torchvision()
    from torchvision.models import get_weight

    named = {spec.kind: spec.weights for spec in PRETRAINED_JUDGES if "_Weights." in spec.weights}
    assert len(named) == 3
    for origin in PRETRAINED_WEIGHTS:
        if origin.name in named:
            assert origin.url == get_weight(named[origin.name]).url
            assert origin.url.endswith(f"-{origin.sha256_prefix}.pth")


def test_every_judge_but_clip_has_weights_in_its_folder():
    folders = {origin.name: origin.path for origin in PRETRAINED_WEIGHTS}
    for spec in PRETRAINED_JUDGES:
        if spec.kind != "clip":
            assert folders[spec.kind] == f"{spec.folder}/{spec.kind}.safetensors"
