"""Where weights are fetched from is where torchvision fetches them from."""

from pathlib import Path

from cortex2image.judges.pretrained_networks import weights_file
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.judge_specs import DREAMSIM, PRETRAINED_JUDGES
from cortex2image.networks.origins import DREAMSIM_WEIGHTS, PRETRAINED_WEIGHTS


def test_addresses_are_those_of_the_named_weights():
    ensure_torchvision()
    from torchvision.models import get_weight

    named = {spec.folder: spec.weights for spec in PRETRAINED_JUDGES if "_Weights." in spec.weights}
    origins = {origin.path.rpartition("/")[0]: origin for origin in PRETRAINED_WEIGHTS}
    assert len(named) == 4
    for folder, weights in named.items():
        assert origins[folder].url == get_weight(weights).url
        assert origins[folder].url.endswith(f"-{origins[folder].sha256_prefix}.pth")


def test_every_judge_but_clip_has_weights_in_its_folder():
    kinds = {origin.path: origin.name for origin in (*PRETRAINED_WEIGHTS, DREAMSIM_WEIGHTS)}
    for spec in (*PRETRAINED_JUDGES, *DREAMSIM):
        if spec.kind != "clip":
            assert kinds[str(weights_file(Path(spec.folder)))] == spec.kind


def test_no_two_judges_of_one_folder_have_other_weights():
    weights: dict[str, set[str]] = {}
    for spec in PRETRAINED_JUDGES:
        weights.setdefault(spec.folder, set()).add(spec.weights)
    assert all(len(names) == 1 for names in weights.values())
    assert len(set.union(*weights.values())) == len(weights)
