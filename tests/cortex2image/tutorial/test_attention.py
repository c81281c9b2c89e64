import math

import pytest
import torch

from cortex2image.errors import DataError
from cortex2image.networks.codec import encode_text
from cortex2image.tutorial.attention import cross_attention, tokens_of, word_map


@pytest.fixture
def latents():
    return torch.randn(2, 4, 4, 4, generator=torch.Generator().manual_seed(2))


@pytest.fixture
def states(tiny_diffusion):
    return encode_text(tiny_diffusion, ["ab cd", "e"])


def test_recording_changes_nothing_and_ends(tiny_diffusion, latents, states):
    unet = tiny_diffusion.unet
    before = unet(latents, 300, states).sample
    with cross_attention(unet) as paid:
        torch.testing.assert_close(unet(latents, 300, states).sample, before, rtol=0, atol=0)
    recorded = {name: scores.clone() for name, scores in paid.items()}
    unet(2 * latents, 300, states)
    for name, scores in paid.items():
        torch.testing.assert_close(scores, recorded[name], rtol=0, atol=0)


def test_every_place_pays_all_its_attention(tiny_diffusion, latents, states):
    with cross_attention(tiny_diffusion.unet) as paid:
        tiny_diffusion.unet(latents, 300, states)
    layers = {name for name, _ in tiny_diffusion.unet.named_modules() if name.endswith("attn2")}
    assert set(paid) == layers
    for scores in paid.values():
        torch.testing.assert_close(scores.sum(dim=-1), torch.ones(scores.shape[:-1]))


def test_the_output_of_a_layer_follows_from_what_was_recorded(tiny_diffusion, latents, states):
    """Attention (Vaswani et al. 2017, equation 1), computed here from queries and keys, and applied."""
    name, layer = next(
        (name, layer) for name, layer in tiny_diffusion.unet.named_modules() if name.endswith("attn2")
    )
    seen = {}
    hook = layer.register_forward_hook(
        lambda _, args, kwargs, output: seen.update(given=args[0], output=output), with_kwargs=True
    )
    with cross_attention(tiny_diffusion.unet) as paid:
        tiny_diffusion.unet(latents, 300, states)
    hook.remove()
    query, key, value = (
        project(given).unflatten(-1, (layer.heads, -1))
        for project, given in ((layer.to_q, seen["given"]), (layer.to_k, states), (layer.to_v, states))
    )
    scores = torch.einsum("nphd,nthd->nhpt", query, key) / math.sqrt(query.shape[-1])
    torch.testing.assert_close(paid[name], scores.softmax(dim=-1))
    gathered = torch.einsum("nhpt,nthd->nphd", paid[name], value).flatten(2)
    torch.testing.assert_close(layer.to_out[0](gathered), seen["output"])


def test_maps_of_all_tokens_add_up_to_one_everywhere(tiny_diffusion, latents, states):
    everything = slice(0, states.shape[1])
    whole = word_map(tiny_diffusion, latents, 300, states, everything)
    torch.testing.assert_close(whole, torch.ones_like(whole))
    parts = [word_map(tiny_diffusion, latents, 300, states, slice(i, i + 1)) for i in range(states.shape[1])]
    torch.testing.assert_close(sum(parts), whole)


def test_a_word_is_found_among_its_neighbours(tiny_diffusion):
    """The tiny tokenizer takes letters, so a word is as many tokens as it has letters."""
    assert tokens_of(tiny_diffusion, "ab cde", "ab") == slice(1, 3)
    assert tokens_of(tiny_diffusion, "ab cde", "cde") == slice(3, 6)
    assert tokens_of(tiny_diffusion, "abc b", "b") == slice(4, 5), "not inside another word"


@pytest.mark.parametrize(("caption", "word"), [("ab cd", "x"), ("abcdefgh ij", "ij")])
def test_a_word_that_is_not_read_is_an_error(tiny_diffusion, caption, word):
    with pytest.raises(DataError, match="among its first 6 tokens"):
        tokens_of(tiny_diffusion, caption, word)
