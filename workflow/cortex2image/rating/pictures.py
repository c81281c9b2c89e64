"""The pictures that people rate, under names that do not say where they come from."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from cortex2image.files import sha256
from cortex2image.seeds import rng_for


@dataclass(frozen=True)
class RatedPicture:
    """A reconstruction that people rate.

    Attributes
    ----------
    name : str
        What pages and rating files call it, see :func:`hidden_name`.
    subject, stimulus, method : str
    path : str
        File of the reconstruction.
    """

    name: str
    subject: str
    stimulus: str
    method: str
    path: str


def rated_stimuli(seed: int, subject: str, stimuli: Iterable[str], count: int) -> list[str]:
    """Return the stimuli of a subject that are rated, in random order: `count` of them, or all if fewer.

    The place of a stimulus depends on the seed and on itself alone, so subjects who saw the same stimuli are
    rated by the same ones, and a larger `count` keeps those of a smaller one.
    """
    place = {name: rng_for(seed, "rated stimulus", name).random() for name in set(stimuli)}
    return sorted(place, key=lambda name: (place[name], name))[:count]


def rated_pictures(
    seed: int, count: int, tables: Mapping[tuple[str, str], pd.DataFrame]
) -> list[RatedPicture]:
    """Return the first sample of every rated stimulus by every method.

    Parameters
    ----------
    seed : int
        Seed of the study.
    count : int
        Rated stimuli of a subject.
    tables : (subject, method) -> table `reconstructions`

    Returns
    -------
    list of RatedPicture
        Subject by subject; the stimuli of one in random order. A stimulus that a method did not reconstruct
        is not rated.
    """
    found: list[RatedPicture] = []
    for subject in dict.fromkeys(subject for subject, _ in tables):
        own = {method: first_samples(table) for (who, method), table in tables.items() if who == subject}
        common = set.intersection(*(set(paths) for paths in own.values()))
        for stimulus in rated_stimuli(seed, subject, common, count):
            found += [
                _rated(seed, subject, stimulus, method, paths[stimulus]) for method, paths in own.items()
            ]
    return found


def first_samples(table: pd.DataFrame) -> dict[str, str]:
    """Return stimulus -> file of its first sample, from a table `reconstructions`."""
    first = table.sort_values("sample").drop_duplicates("stimulus_id")
    return dict(zip(first["stimulus_id"], first["image_path"], strict=True))


def _rated(seed: int, subject: str, stimulus: str, method: str, path: str) -> RatedPicture:
    name = hidden_name(seed, subject, stimulus, method, sha256(path))
    return RatedPicture(name, subject, stimulus, method, path)


def hidden_name(seed: int, *identity: str) -> str:
    """Return 16 hexadecimal digits that stand for a picture.

    They follow from the content of the file too (`identity` ends with its SHA-256): ratings of a picture that
    was drawn anew are no ratings of the present one. Who knows the seed and the methods could find out which
    digits are which, but not by looking.
    """
    text = "\x1f".join((str(seed), "rated picture", *identity))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
