"""A tokenizer in the format of CLIP, built deterministically, in which each known word is one token."""

import itertools
from typing import Any, cast

from cortex2image.networks.compat import ensure_torchvision

START, END = "<|startoftext|>", "<|endoftext|>"
WORD_END = "</w>"
LENGTH = 24


def vocabulary(known: list[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return token ids and ordered merges such that each known word becomes one token.

    Trained byte pair encoding breaks ties at random. Here, words are processed in sorted order, and the
    pieces that existing merges leave of a word are merged from the left. Later merges have lower priority, so
    they cannot split earlier words. Unknown words are split into pieces or letters.
    """
    alphabet = _bytes()
    tokens = [*alphabet, *(letter + WORD_END for letter in alphabet)]
    merges: dict[tuple[str, str], int] = {}
    for word in sorted(set(known)):
        left, *rest = _pieces(word, merges)
        for right in rest:
            merges[left, right] = len(merges)
            left += right
            tokens.append(left)
    unique = list(dict.fromkeys([*tokens, START, END]))
    return {token: index for index, token in enumerate(unique)}, list(merges)


def _pieces(word: str, merges: dict[tuple[str, str], int]) -> list[str]:
    """Return the pieces of a word: adjacent pairs are merged by priority until no merge applies."""
    pieces = [*word[:-1], word[-1] + WORD_END]
    while True:
        ranks = [merges.get(pair, len(merges)) for pair in itertools.pairwise(pieces)]
        if not ranks or min(ranks) == len(merges):
            return pieces
        at = ranks.index(min(ranks))
        pieces[at : at + 2] = ["".join(pieces[at : at + 2])]


def build_tokenizer(known: list[str]) -> Any:
    """Return a ``transformers.CLIPTokenizer`` of length 24 with one token per known word."""
    ensure_torchvision()
    from transformers import CLIPTokenizer

    tokens, merges = vocabulary(known)
    return CLIPTokenizer(vocab=tokens, merges=cast(Any, merges), model_max_length=LENGTH)


def token_ids(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    """Return the token ids of texts, padded or truncated to the length of the text encoder."""
    ids: list[list[int]] = tokenizer(texts, padding="max_length", max_length=LENGTH, truncation=True)[
        "input_ids"
    ]
    return ids


def _bytes() -> list[str]:
    """Return the 256 characters that represent bytes in byte-level byte pair encoding."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [code for code in range(256) if code not in shown]
    return [chr(code) for code in shown] + [chr(256 + index) for index in range(len(hidden))]
