import pytest
import torch

from cortex2image.judges.cnn import JudgeCNN


@pytest.fixture
def judge():
    torch.manual_seed(0)
    return JudgeCNN(["meadow", "sea"], ["cat", "boat", "ball"]).eval()


@torch.no_grad()
def test_it_gives_three_depths_and_named_logits(judge):
    seen = judge(torch.rand(2, 3, 64, 64))
    assert {name: tuple(value.shape) for name, value in seen.items()} == {
        "early": (2, 12288),
        "middle": (2, 6144),
        "late": (2, 96),
        "setting": (2, 2),
        "category": (2, 3),
    }


@torch.no_grad()
def test_pictures_of_another_size_are_resized(judge):
    picture = torch.rand(1, 3, 16, 16)
    large = torch.nn.functional.interpolate(picture, (128, 128), mode="bilinear")
    small = torch.nn.functional.interpolate(picture, (64, 64), mode="bilinear")
    difference = (judge(large)["late"] - judge(small)["late"]).abs().mean()
    assert difference < 0.1 * judge(small)["late"].abs().mean()


@torch.no_grad()
def test_it_reads_back_what_it_wrote(judge, tmp_path):
    judge.save(tmp_path)
    again = JudgeCNN.load(tmp_path)
    picture = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(again(picture)["category"], judge(picture)["category"])
    assert again.settings == ("meadow", "sea")
    assert again.categories == ("cat", "boat", "ball")
