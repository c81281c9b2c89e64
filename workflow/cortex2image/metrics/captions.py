"""Scores of decoded captions, as texts: are they like the captions of the stimulus that was seen?"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from cortex2image.errors import DataError
from cortex2image.judges.judge import Judge, Reader
from cortex2image.metrics.identification import score_rule
from cortex2image.metrics.identification_rules import TWOWAY
from cortex2image.metrics.pictures import Grid
from cortex2image.metrics.registry import CAPTION_READERS
from cortex2image.metrics.rouge import ROUGE, rouge_scores
from cortex2image.metrics.scored import Scored, join_samples, score_pairings


def decoded_captions(rows: Mapping[str, Sequence[object]], grid: Grid, source: object) -> list[list[str]]:
    """Return the decoded captions of each sample, in the order of the stimuli; none where none were decoded.

    Parameters
    ----------
    rows : columns of :data:`cortex2image.tables.results.RECONSTRUCTIONS`
    grid : Grid
        Its stimuli and samples, see :func:`cortex2image.metrics.pictures.picture_grid`.
    source : the table, for error messages

    Raises
    ------
    DataError
        Some pictures have a caption and others have none.
    """
    keys = zip(rows["stimulus_id"], rows["sample"], strict=True)
    pairs = zip(keys, rows["caption"], strict=True)
    caption_of = {key: caption for key, caption in pairs if caption is not None}
    if not caption_of:
        return []
    without = [(s, n) for n in grid.samples for s in grid.stimuli if (s, n) not in caption_of]
    if without:
        stimulus, sample = without[0]
        found = f"{len(without)} pictures without, first sample {sample} of {stimulus}"
        fix = "delete the table and run the workflow again"
        raise DataError(source, "a caption of every picture, or of none", found, fix)
    return [[str(caption_of[stimulus, sample]) for stimulus in grid.stimuli] for sample in grid.samples]


def score_captions(
    judges: Sequence[Judge],
    captions: Sequence[Sequence[str]],
    decoded: Sequence[Sequence[str]],
    order: np.ndarray,
    by_words: Collection[str] = (),
) -> dict[str, Scored]:
    """Score decoded captions by every text tower of a model set, and by the words in common.

    Parameters
    ----------
    judges : sequence of Judge
        Those that cannot read, or that share their text tower with another, are left out; see
        :data:`cortex2image.metrics.registry.CAPTION_READERS`.
    captions : n sequences of texts
        Captions of each stimulus, at least one.
    decoded : sequences of n texts
        Decoded caption of each stimulus, of one sample after the other.
    order : (draws, n) int array
        Permuted pairings, see :func:`cortex2image.stats.permutation.permutations`.
    by_words : collection of str
        Those of :data:`cortex2image.metrics.rouge.ROUGE` that are wanted.

    Returns
    -------
    dict of metric name to Scored
    """
    scored: dict[str, Scored] = {}
    for name in (known for known in ROUGE if known in by_words):
        matrices = [rouge_scores(name, captions, texts) for texts in decoded]
        scored[name] = join_samples([score_pairings(matrix, order) for matrix in matrices])
    for judge in judges:
        if isinstance(judge, Reader) and judge.name in CAPTION_READERS:
            cosine, twoway = CAPTION_READERS[judge.name]
            scored |= _scored_by(judge, (cosine.name, twoway.name), captions, decoded, order)
    return scored


def caption_similarity(
    reader: Reader, captions: Sequence[Sequence[str]], decoded: Sequence[str]
) -> np.ndarray:
    """Return the mean cosine of each decoded caption with the captions of each stimulus.

    Parameters
    ----------
    reader : Reader
    captions : n sequences of texts, at least one each
    decoded : m texts

    Returns
    -------
    (n, m) float64 array in [-1, 1]
    """
    known = _unit(reader, [text for texts in captions for text in texts])
    ends = np.cumsum([len(texts) for texts in captions])[:-1]
    means = np.stack([some.mean(axis=0) for some in np.split(known, ends)])
    similarity: np.ndarray = means @ _unit(reader, decoded).T
    return similarity


def _unit(reader: Reader, texts: Sequence[str]) -> np.ndarray:
    different = list(dict.fromkeys(texts))
    embeddings = reader.text_features(different).astype(np.float64)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    place = {text: row for row, text in enumerate(different)}
    unit: np.ndarray = embeddings[[place[text] for text in texts]]
    return unit


def _scored_by(
    judge: Reader,
    metrics: tuple[str, str],
    captions: Sequence[Sequence[str]],
    decoded: Sequence[Sequence[str]],
    order: np.ndarray,
) -> dict[str, Scored]:
    cosine, twoway = metrics
    similarities = [caption_similarity(judge, captions, texts) for texts in decoded]
    return {
        cosine: join_samples([score_pairings(s, order) for s in similarities]),
        twoway: join_samples([score_rule(s, order, TWOWAY) for s in similarities]),
    }
