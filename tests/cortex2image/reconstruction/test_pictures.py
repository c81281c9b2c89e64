import numpy as np
import pytest
import torch
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.networks.codec import decode_latents, encode_images
from cortex2image.reconstruction.pictures import pictures
from cortex2image.study.methods import METHODS


@pytest.fixture
def denoiser(tiny_diffusion):
    return Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0))


@pytest.fixture
def decoded(rng):
    return {
        "z": rng.standard_normal((4, 64), dtype=np.float32),
        "c": rng.standard_normal((4, 128), dtype=np.float32),
    }


SEEDS = [5, 6, 7, 8]
Z, C, ZC = METHODS["z"], METHODS["c"], METHODS["zc"]
OF_Z_AND_C = [method for method in METHODS.values() if set(method.inputs) <= {"z", "c"}]


DRAWN_BY_THIS_CORE = [method for method in METHODS.values() if method.core.endswith(".pictures")]


@pytest.mark.parametrize("method", DRAWN_BY_THIS_CORE, ids=lambda method: method.name)
def test_pictures_are_rgb_and_independent_of_batch_and_order(denoiser, decoded, method):
    given = {space: decoded[space] for space in method.inputs}
    together = pictures(method, denoiser, given, SEEDS)
    assert together.shape == (4, 16, 16, 3)
    assert together.dtype == np.uint8
    for row in (3, 0):
        alone = pictures(
            method, denoiser, {space: given[space][row : row + 1] for space in given}, [SEEDS[row]]
        )
        # A rounding difference of 1e-7 may tip a value over the border between two of the 256 levels.
        np.testing.assert_allclose(alone[0].astype(int), together[row].astype(int), atol=1)


def test_z_alone_is_the_decoded_latent(denoiser, decoded):
    expected = decode_latents(denoiser.diffusion, torch.tensor(decoded["z"]).reshape(-1, 4, 4, 4))
    np.testing.assert_array_equal(pictures(Z, denoiser, {"z": decoded["z"]}, SEEDS), expected)


def test_both_start_from_the_coarse_picture(denoiser, decoded):
    coarse = pictures(Z, denoiser, {"z": decoded["z"]}, SEEDS)
    states = torch.tensor(decoded["c"]).reshape(4, 8, 16)
    latents = denoiser.from_latents(encode_images(denoiser.diffusion, coarse), states, SEEDS)
    np.testing.assert_array_equal(
        pictures(ZC, denoiser, decoded, SEEDS), decode_latents(denoiser.diffusion, latents)
    )


@pytest.mark.parametrize("name", ["ceiling", "shuffled", "no_brain"])
def test_controls_differ_from_zc_in_their_features_alone(denoiser, decoded, name):
    np.testing.assert_array_equal(
        pictures(METHODS[name], denoiser, decoded, SEEDS), pictures(ZC, denoiser, decoded, SEEDS)
    )


def test_a_sampled_start_is_another_picture(denoiser, decoded):
    sampled = Denoiser(denoiser.diffusion, sampling(5, 0.8, 3.0, latent="sample"))
    assert (pictures(ZC, sampled, decoded, SEEDS) != pictures(ZC, denoiser, decoded, SEEDS)).any()
    z = {"z": decoded["z"]}
    np.testing.assert_array_equal(pictures(Z, sampled, z, SEEDS), pictures(Z, denoiser, z, SEEDS))


def test_same_noise_whatever_the_method(denoiser, decoded):
    """With strength 1 almost nothing of z is left, so that c and zc draw almost the same picture."""
    whole = Denoiser(denoiser.diffusion, sampling(5, 1.0, 1.0))
    from_noise = pictures(C, whole, {"c": decoded["c"]}, SEEDS).astype(float).ravel()
    from_both = pictures(ZC, whole, decoded, SEEDS).astype(float).ravel()
    other_noise = pictures(C, whole, {"c": decoded["c"]}, [s + 100 for s in SEEDS]).astype(float).ravel()
    near = np.abs(from_noise - from_both).mean()
    assert near < 0.5 * np.abs(from_noise - other_noise).mean()
