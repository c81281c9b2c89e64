import pytest
import torch
from torch.nn import functional

from cortex2image.judges.residual import JudgeResidual


@pytest.fixture
def judge():
    torch.manual_seed(0)
    return JudgeResidual(["meadow", "sea"], ["cat", "boat", "ball"], ["red"]).eval()


@torch.no_grad()
def test_it_gives_pooled_features_and_named_logits(judge):
    seen = judge(torch.rand(2, 3, 64, 64))
    assert {name: tuple(value.shape) for name, value in seen.items()} == {
        "pooled": (2, 96),
        "setting": (2, 2),
        "category": (2, 3),
        "colour": (2, 1),
    }


@torch.no_grad()
def test_features_care_more_for_what_is_there_than_for_where(judge):
    empty = torch.full((1, 3, 64, 64), 0.5)
    scene = empty.clone()
    scene[:, :, 16:32, 16:32] = torch.rand(1, 3, 16, 16)
    moved = scene.roll((16, 16), (2, 3))
    here, there, nowhere = (judge(pictures)["pooled"] for pictures in (scene, moved, empty))
    assert (there - here).norm() < 0.5 * (nowhere - here).norm()


@torch.no_grad()
def test_pictures_of_another_size_are_resized(judge):
    picture = torch.rand(1, 3, 16, 16)
    enlarged = functional.interpolate(picture, (64, 64), mode="bilinear", antialias=True)
    torch.testing.assert_close(judge(picture)["pooled"], judge(enlarged)["pooled"])


@torch.no_grad()
def test_it_reads_back_what_it_wrote(judge, tmp_path):
    judge.save(tmp_path)
    again, picture = JudgeResidual.load(tmp_path), torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(again(picture)["category"], judge(picture)["category"])
    assert (again.settings, again.categories, again.colours) == (judge.settings, judge.categories, ("red",))


def test_it_is_small(judge):
    assert sum(weight.numel() for weight in judge.parameters()) <= 350_000
