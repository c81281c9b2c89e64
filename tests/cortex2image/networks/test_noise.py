import numpy as np
import torch

from cortex2image.networks.noise import noise_for
from cortex2image.seeds import seed_for


def test_noise_of_a_row_is_its_own():
    seeds = [seed_for(1, "reconstruct", stimulus, 0) for stimulus in ("a", "b", "c")]
    together = noise_for(seeds, (4, 3, 3))
    np.testing.assert_array_equal(noise_for(seeds[::-1], (4, 3, 3)), together.flip(0))
    np.testing.assert_array_equal(noise_for(seeds[1:2], (4, 3, 3)), together[1:2])
    assert not torch.allclose(together[0], together[1])


def test_noise_is_standard_normal():
    noise = noise_for(range(50), (1000,))
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 1) < 0.02
