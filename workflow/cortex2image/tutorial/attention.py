"""Cross-attention of the U-Net: which place of the picture attends to which word of the caption."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from cortex2image.errors import DataError
from cortex2image.networks.load import Diffusion


@contextmanager
def cross_attention(unet: Any) -> Iterator[dict[str, torch.Tensor]]:
    """Record the cross-attention of `unet` while it runs, without changing its output.

    Yields
    ------
    dict of layer name to tensor (n, heads, places, tokens)
        Attention that each place pays to each token: softmax(Q K^T / sqrt(d)) of the latest call of each
        cross-attention layer, with d the length of the queries of one head. It sums to 1 over tokens. Places
        are in C order of the layer's map.
    """
    paid: dict[str, torch.Tensor] = {}

    def recording(name: str) -> Any:
        def record(layer: Any, args: tuple[torch.Tensor, ...], kwargs: dict[str, Any]) -> None:
            query, key = layer.to_q(args[0]), layer.to_k(kwargs["encoder_hidden_states"])
            scores = layer.get_attention_scores(*map(layer.head_to_batch_dim, (query, key)))
            paid[name] = scores.unflatten(0, (-1, layer.heads))

        return record

    layers = [(name, layer) for name, layer in unet.named_modules() if name.endswith("attn2")]
    hooks = [layer.register_forward_pre_hook(recording(name), with_kwargs=True) for name, layer in layers]
    try:
        yield paid
    finally:
        for hook in hooks:
            hook.remove()


@torch.inference_mode()
def word_map(
    diffusion: Diffusion, latents: torch.Tensor, timestep: int, states: torch.Tensor, tokens: slice
) -> torch.Tensor:
    """Return the attention that each place of the picture pays to a word, (n, side, side).

    Attention is summed over the tokens of the word and averaged over the heads of those layers that have the
    largest map.

    Parameters
    ----------
    latents : tensor (n, channels, h, w)
        Noisy latents x_t.
    timestep : int
    states : tensor (n, tokens, width)
    tokens : slice
        See :func:`tokens_of`.
    """
    with cross_attention(diffusion.unet) as paid:
        diffusion.unet(latents, timestep, states)
    places = max(scores.shape[2] for scores in paid.values())
    finest = torch.cat([scores for scores in paid.values() if scores.shape[2] == places], dim=1)
    side = round(places**0.5)
    map_: torch.Tensor = finest[..., tokens].sum(dim=-1).mean(dim=1).unflatten(1, (side, side))
    return map_


def tokens_of(diffusion: Diffusion, caption: str, word: str) -> slice:
    """Return the positions of `word` among the tokens of `caption`; position 0 holds the start token.

    Raises
    ------
    DataError
        The caption does not contain the word, or only beyond the length of the text encoder.
    """
    length = diffusion.model_set.text_length
    before, found, _ = f" {caption} ".partition(f" {word} ")
    start, extent = (
        len(diffusion.tokenizer(text, add_special_tokens=False).input_ids) for text in (before, word)
    )
    tokens = slice(1 + start, min(1 + start + extent, length - 1))
    if not found or tokens.start >= tokens.stop:
        fix = "name a word of the caption"
        raise DataError("caption", f"{word!r} among its first {length - 2} tokens", repr(caption), fix)
    return tokens
