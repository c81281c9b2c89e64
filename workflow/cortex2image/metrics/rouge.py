"""ROUGE (Lin 2004): words that a decoded caption has in common with the captions of a stimulus.

Words are runs of a to z and 0 to 9 after conversion to lower case, without stemming, as in the package
rouge-score without a stemmer. Of several captions of a stimulus the one with the largest value counts.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

WORD = re.compile("[a-z0-9]+")
END = -1
"""Stands behind the last word of shorter captions: no word of a caption is equal to it."""


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return WORD.findall(text.lower())


class DecodedWords:
    """The words of m decoded captions as numbers, for comparison with one caption at a time.

    Parameters
    ----------
    decoded : m texts
    """

    def __init__(self, decoded: Sequence[str]):
        split = [words(text) for text in decoded]
        self.number = {word: i for i, word in enumerate(dict.fromkeys(w for text in split for w in text))}
        self.lengths = np.array([len(text) for text in split])
        self.sequences = np.full((max(self.lengths, default=0), len(split)), END)
        self.counts = np.zeros((len(split), len(self.number)), int)
        for row, text in enumerate(split):
            numbers = [self.number[word] for word in text]
            self.sequences[: len(numbers), row] = numbers
            np.add.at(self.counts[row], numbers, 1)

    def shared(self, caption: Sequence[str]) -> np.ndarray:
        """Return how many words of a caption each decoded one has, in any order, (m,) int."""
        known = {word: n for word, n in Counter(caption).items() if word in self.number}
        columns = [self.number[word] for word in known]
        both: np.ndarray = np.minimum(self.counts[:, columns], list(known.values())).sum(axis=1)
        return both

    def in_order(self, caption: Sequence[str]) -> np.ndarray:
        """Return the length of the longest common subsequence with a caption, (m,) int."""
        # Row i: of the first i words of each decoded caption, with the words of `caption` so far.
        longest = np.zeros((len(self.sequences) + 1, len(self.lengths)), np.int32)
        for word in filter(self.number.__contains__, caption):
            same = self.sequences == self.number[word]
            longest[1:] = np.maximum(longest[1:], longest[:-1] + same)
            np.maximum.accumulate(longest, axis=0, out=longest)
        last: np.ndarray = longest[-1]
        return last


Common = Callable[[DecodedWords, Sequence[str]], np.ndarray]
ROUGE: Mapping[str, Common] = {
    "caption_rouge_1": DecodedWords.shared,
    "caption_rouge_l": DecodedWords.in_order,
}
"""What two captions have in common, in words, by metric: ROUGE-1 and ROUGE-L."""


def rouge_scores(name: str, captions: Sequence[Sequence[str]], decoded: Sequence[str]) -> np.ndarray:
    """Return the F measure of each decoded caption with the best of the captions of each stimulus.

    F is the harmonic mean of precision and recall: twice the words in common, divided by the words of both
    (Lin 2004, equations 2 to 4, with beta = 1).

    Parameters
    ----------
    name : one of :data:`ROUGE`
    captions : n sequences of texts, at least one each
    decoded : m texts

    Returns
    -------
    (n, m) float64 array in [0, 1]; 0 where a text has no word
    """
    of_decoded = DecodedWords(decoded)
    return np.stack([_best(ROUGE[name], texts, of_decoded) for texts in captions])


def _best(common: Common, texts: Sequence[str], decoded: DecodedWords) -> np.ndarray:
    split = [words(text) for text in texts]
    measures = [2 * common(decoded, text) / np.maximum(decoded.lengths + len(text), 1) for text in split]
    best: np.ndarray = np.max(measures, axis=0)
    return best
