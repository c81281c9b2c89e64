"""The pretended GPU computes as PyTorch does, and refuses what a GPU refuses."""

import numpy as np
import pytest
import torch
from tests.support.pretended_gpu import pretended_gpu
from torch import nn

ELSEWHERE = "same device"


@pytest.fixture(autouse=True)
def gpu():
    with pretended_gpu():
        yield


@pytest.fixture
def rows(rng):
    return torch.from_numpy(rng.standard_normal((6, 4)))


def test_there_is_one_until_it_ends(rows):
    assert torch.cuda.is_available()
    assert rows.to("cuda").device == torch.device("cuda", 0)
    assert rows.device.type == rows.to("cuda").cpu().device.type == "cpu"


@pytest.mark.parametrize(
    "operation",
    [
        lambda a, b: a @ b.T,
        lambda a, b: a + b,
        lambda a, b: torch.cat([a, b]),
        lambda a, b: torch.where(a > 0, a, b),
        lambda a, b: torch.linalg.solve(a.T @ a, b.T @ b),
        lambda a, b: a.copy_(b),
        lambda a, b: a[b[:, 0] > 0],
        lambda a, b: a[[2, 0, 1]] * b[:3],
        lambda a, b: nn.functional.scaled_dot_product_attention(a[None], b[None], b[None]),
    ],
)
def test_results_are_those_of_the_cpu(rows, operation):
    other = rows.flip(0)
    expected = operation(rows.clone(), other)
    got = operation(rows.to("cuda"), other.to("cuda"))
    assert got.device.type == "cuda"
    torch.testing.assert_close(got.cpu(), expected, rtol=0, atol=0)


@pytest.mark.parametrize(
    "operation",
    [
        lambda a, b: a @ b.T,
        lambda a, b: b.T @ a,
        lambda a, b: torch.cat([a, b]),
        lambda a, b: a.mul_(b),
        lambda a, b: a.index_put_((torch.arange(6),), b),
        lambda a, b: a.__setitem__(torch.arange(6), b),
        lambda a, b: b[a[:, 0] > 0] + a[0],
        lambda a, b: nn.Linear(4, 2, dtype=torch.float64).to("cuda")(b),
        lambda a, b: torch.stack([a[0, 0], b[0, 0]]),
    ],
)
def test_tensors_of_both_devices_are_refused(rows, operation):
    with pytest.raises(RuntimeError, match=ELSEWHERE):
        operation(rows.to("cuda"), rows)


def test_generators_of_the_cpu_are_refused():
    with pytest.raises(RuntimeError, match="generator"):
        torch.randn(3, device="cuda", generator=torch.Generator())


def test_a_number_and_positions_may_stay_on_the_cpu(rows):
    on_gpu = rows.to("cuda")
    torch.testing.assert_close((on_gpu * torch.tensor(2.0))[torch.tensor([3, 1])].cpu(), 2 * rows[[3, 1]])


def test_arrays_of_what_is_on_it_are_refused(rows):
    with pytest.raises(RuntimeError, match="numpy"):
        rows.to("cuda").numpy()
    with pytest.raises((RuntimeError, TypeError, ValueError)):
        np.asarray(rows.to("cuda"))


def test_a_copy_is_its_own_and_a_view_is_not(rows):
    before = rows.clone()
    on_gpu = rows.to("cuda")
    on_gpu.T[0] = 7
    on_gpu[1].add_(1)
    torch.testing.assert_close(rows, before)
    assert on_gpu.cpu()[:, 0].tolist() == [7, 8, 7, 7, 7, 7]
    assert float(on_gpu[0, 0]) == on_gpu[0, 0].item() == 7


def test_networks_learn_on_it(rows):
    weights = []
    for device in ("cpu", "cuda"):
        torch.manual_seed(1)
        network = nn.Linear(4, 1, dtype=torch.float64).to(device)
        network(rows.to(device)).square().mean().backward()
        torch.optim.SGD(network.parameters(), 0.1).step()
        weights.append(network.weight.detach().cpu())
    torch.testing.assert_close(*weights)


def test_tensors_without_numbers_stay_so():
    with torch.device("meta"):
        assert nn.Linear(2, 3).weight.is_meta
