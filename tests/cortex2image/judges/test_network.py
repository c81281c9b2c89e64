import json

import numpy as np
import pytest
import torch

from cortex2image.errors import ModelSetError
from cortex2image.judges.architectures import COLOUR_WEIGHT, JudgeCNN, JudgeResidual
from cortex2image.judges.network import CATEGORY_WEIGHT
from cortex2image.miniature.judge_training import disturbed, judge_loss
from cortex2image.scenes.labels import Attributes

SETTINGS, CATEGORIES = ["dark", "bright"], ["none", "some"]


@pytest.fixture(params=["cnn", "residual"])
def judge(request):
    torch.manual_seed(0)
    if request.param == "cnn":
        return JudgeCNN(SETTINGS, CATEGORIES)
    return JudgeResidual(SETTINGS, CATEGORIES, ["red", "blue"])


def two_settings():
    """Dark pictures without and bright ones with something blue."""
    setting = np.arange(64) % 2
    images = np.where(setting[:, None, None, None] == 1, 250, 5) * np.ones((64, 64, 64, 3))
    present = np.stack([1 - setting, setting], axis=1).astype(np.float32)
    return images.astype(np.uint8), Attributes(setting, present, present)


def test_the_loss_falls_on_something_easy(judge):
    loss = judge_loss(judge, *two_settings())
    optimiser = torch.optim.Adam(judge.parameters(), 1e-2)
    values = []
    for step in range(6):
        optimiser.zero_grad()
        value = loss(np.random.default_rng(step), 0.0)
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert values[-1] < 0.3 * values[0]


def test_undecided_logits_cost_one_bit_per_question(judge):
    judged = {name: torch.zeros(64, 2) for name in ("setting", "category", "colour")}
    questions = 1 + CATEGORY_WEIGHT + (COLOUR_WEIGHT if isinstance(judge, JudgeResidual) else 0)
    assert judge.loss(judged, two_settings()[1]).item() == pytest.approx(questions * np.log(2), rel=1e-5)


@torch.no_grad()
def test_half_precision_hardly_moves_a_trained_judge(judge, tmp_path):
    loss, optimiser = judge_loss(judge, *two_settings()), torch.optim.Adam(judge.parameters(), 1e-2)
    for step in range(3):
        with torch.enable_grad():
            loss(np.random.default_rng(step), 0.0).backward()
        optimiser.step()
    judge.eval().save(tmp_path, torch.float16)
    again, pictures = type(judge).load(tmp_path), torch.rand(8, 3, 64, 64)
    assert {weight.dtype for weight in again.parameters()} == {torch.float32}
    expected = judge(pictures)["category"]
    torch.testing.assert_close(again(pictures)["category"], expected, rtol=0.01, atol=0.01)


def test_disturbed_pictures_stay_in_range():
    images = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)
    pixels = disturbed(images, np.random.default_rng(1))
    assert pixels.shape == (4, 3, 64, 64)
    assert pixels.dtype == torch.float32
    assert 0 <= pixels.min() < pixels.max() <= 1


def truncate(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])


def rewrite_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (truncate, "incomplete|invalid|deserializing"),
        (lambda folder: rewrite_config(folder, categories=["none"]), "size mismatch for category"),
        (lambda folder: rewrite_config(folder, width=3), "unexpected keyword argument 'width'"),
        (lambda folder: (folder / "config.json").write_text("{"), "Expecting property name"),
        (lambda folder: (folder / "model.safetensors").unlink(), "No such file"),
    ],
)
def test_a_damaged_folder_is_named(judge, tmp_path, damage, found):
    judge.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(ModelSetError, match=rf"of one Judge(.|\n)*({found})"):
        type(judge).load(tmp_path)
