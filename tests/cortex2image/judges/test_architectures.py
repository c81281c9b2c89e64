import pytest
import torch
from torch.nn import functional

from cortex2image.judges.architectures import JudgeCNN, JudgeResidual


@pytest.fixture
def cnn():
    torch.manual_seed(0)
    return JudgeCNN(["meadow", "sea"], ["cat", "boat", "ball"]).eval()


@torch.no_grad()
def test_cnn_gives_three_depths_and_named_logits(cnn):
    seen = cnn(torch.rand(2, 3, 64, 64))
    assert {name: tuple(value.shape) for name, value in seen.items()} == {
        "early": (2, 12288),
        "middle": (2, 6144),
        "late": (2, 96),
        "setting": (2, 2),
        "category": (2, 3),
    }


@torch.no_grad()
def test_cnn_resizes_pictures_of_another_size(cnn):
    picture = torch.rand(1, 3, 16, 16)
    large = torch.nn.functional.interpolate(picture, (128, 128), mode="bilinear")
    small = torch.nn.functional.interpolate(picture, (64, 64), mode="bilinear")
    difference = (cnn(large)["late"] - cnn(small)["late"]).abs().mean()
    assert difference < 0.1 * cnn(small)["late"].abs().mean()


@torch.no_grad()
def test_cnn_reads_back_what_it_wrote(cnn, tmp_path):
    cnn.save(tmp_path)
    again = JudgeCNN.load(tmp_path)
    picture = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(again(picture)["category"], cnn(picture)["category"])
    assert again.settings == ("meadow", "sea")
    assert again.categories == ("cat", "boat", "ball")


@pytest.fixture
def residual():
    torch.manual_seed(0)
    return JudgeResidual(["meadow", "sea"], ["cat", "boat", "ball"], ["red"]).eval()


@torch.no_grad()
def test_residual_gives_pooled_features_and_named_logits(residual):
    seen = residual(torch.rand(2, 3, 64, 64))
    assert {name: tuple(value.shape) for name, value in seen.items()} == {
        "pooled": (2, 96),
        "setting": (2, 2),
        "category": (2, 3),
        "colour": (2, 1),
    }


@torch.no_grad()
def test_residual_features_care_more_for_what_is_there_than_for_where(residual):
    empty = torch.full((1, 3, 64, 64), 0.5)
    scene = empty.clone()
    scene[:, :, 16:32, 16:32] = torch.rand(1, 3, 16, 16)
    moved = scene.roll((16, 16), (2, 3))
    here, there, nowhere = (residual(pictures)["pooled"] for pictures in (scene, moved, empty))
    assert (there - here).norm() < 0.5 * (nowhere - here).norm()


@torch.no_grad()
def test_residual_resizes_pictures_of_another_size(residual):
    picture = torch.rand(1, 3, 16, 16)
    enlarged = functional.interpolate(picture, (64, 64), mode="bilinear", antialias=True)
    torch.testing.assert_close(residual(picture)["pooled"], residual(enlarged)["pooled"])


@torch.no_grad()
def test_residual_reads_back_what_it_wrote(residual, tmp_path):
    residual.save(tmp_path)
    again, picture = JudgeResidual.load(tmp_path), torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(again(picture)["category"], residual(picture)["category"])
    assert (again.settings, again.categories, again.colours) == (
        residual.settings,
        residual.categories,
        ("red",),
    )


def test_residual_is_small(residual):
    assert sum(weight.numel() for weight in residual.parameters()) <= 350_000
