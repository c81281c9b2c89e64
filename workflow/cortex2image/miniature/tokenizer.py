"""A tokenizer in CLIP's format in which each known word is one token; the same every time it is built."""

import itertools
from typing import Any, cast

from cortex2image.networks.compat import ensure_torchvision

START, END = "<|startoftext|>", "<|endoftext|>"
WORD_END = "</w>"
LENGTH = 24


def vocabulary(known: list[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return the tokens with their ids, and the merges in order, so that each known word is one token.

    Training byte pair encoding breaks ties at random. Here the words are taken in sorted order, and what the
    merges so far leave of a word is merged from the left; a later merge has the lower priority, so it cannot
    break a word that was whole before. An unknown word falls apart into pieces or letters.
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
    """Encode a word: merge the adjacent pair of the highest priority until none is left."""
    pieces = [*word[:-1], word[-1] + WORD_END]
    while True:
        ranks = [merges.get(pair, len(merges)) for pair in itertools.pairwise(pieces)]
        if not ranks or min(ranks) == len(merges):
            return pieces
        at = ranks.index(min(ranks))
        pieces[at : at + 2] = ["".join(pieces[at : at + 2])]


def build_tokenizer(known: list[str]) -> Any:
    """Return a ``transformers.CLIPTokenizer``, 24 tokens long, to which each known word is one token."""
    ensure_torchvision()
    from transformers import CLIPTokenizer

    tokens, merges = vocabulary(known)
    return CLIPTokenizer(vocab=tokens, merges=cast(Any, merges), model_max_length=LENGTH)


def token_ids(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    """Return the token ids of texts, each padded or cut to the length of the text encoder."""
    ids: list[list[int]] = tokenizer(texts, padding="max_length", max_length=LENGTH, truncation=True)[
        "input_ids"
    ]
    return ids


def _bytes() -> list[str]:
    """Return the 256 characters that byte-level pair encodings write bytes as."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [code for code in range(256) if code not in shown]
    return [chr(code) for code in shown] + [chr(256 + index) for index in range(len(hidden))]
