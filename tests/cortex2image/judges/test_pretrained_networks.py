"""Networks that judge photographs, and files that do not hold them."""

import pytest
import torch
from safetensors.torch import save_file
from tests.support.pretrained_models import made_up_weights

from cortex2image.errors import ModelSetError
from cortex2image.judges.pretrained_networks import architecture, load_network, weights_file

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def swav():
    return made_up_weights(architecture("swav_resnet50").state_dict())


def write(folder, weights):
    path = weights_file(folder)
    path.parent.mkdir(parents=True)
    save_file(weights, path)
    return path


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("alexnet", 61_100_840),
        ("inception_v3", 27_161_264),
        ("efficientnet_b1", 7_794_184),
        ("swav_resnet50", 25_557_032 - 1000 * 2049),
    ],
)
def test_sizes_are_the_published_ones(kind, parameters):
    assert sum(p.numel() for p in architecture(kind).parameters()) == parameters


def test_weights_and_counters_are_all_in_memory(tmp_path, swav):
    older = {name: tensor for name, tensor in swav.items() if not name.endswith("num_batches_tracked")}
    write(tmp_path / "swav", older)
    network = load_network("swav_resnet50", tmp_path / "swav", CPU)
    state = network.state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in older.items())
    assert not any(tensor.is_meta for tensor in state.values())
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_weights_of_another_width(tmp_path, swav):
    write(tmp_path / "swav", swav | {"layer1.0.conv1.weight": torch.zeros(128, 64, 1, 1)})
    with pytest.raises(ModelSetError, match=r"layer1\.0\.conv1\.weight(.|\n)*\(128, 64, 1, 1\)"):
        load_network("swav_resnet50", tmp_path / "swav", CPU)


def test_weights_of_a_deeper_network(tmp_path, swav):
    write(tmp_path / "swav", swav | {"layer3.6.conv1.weight": torch.zeros(256, 1024, 1, 1)})
    with pytest.raises(ModelSetError, match=r"only the tensors of one ResNet(.|\n)*layer3\.6"):
        load_network("swav_resnet50", tmp_path / "swav", CPU)


def test_a_missing_or_damaged_file(tmp_path, swav):
    with pytest.raises(ModelSetError, match=r"swav/swav\.safetensors(.|\n)*download_models"):
        load_network("swav_resnet50", tmp_path / "swav", CPU)
    path = write(tmp_path / "swav", swav)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelSetError, match="a safetensors file"):
        load_network("swav_resnet50", tmp_path / "swav", CPU)
