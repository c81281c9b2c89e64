"""Trials of rating, in two designs: a stimulus and two reconstructions, of which one is nearer to it.

`methods`: reconstructions of the stimulus by two methods. `identification`: by one method, one of the
stimulus and one of another stimulus. The second is two-way identification, as six people did it for Takagi
and Nishimoto (2023): chance is one half.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from cortex2image.rating.pictures import RatedPicture
from cortex2image.seeds import rng_for

METHODS, IDENTIFICATION = "methods", "identification"
DESIGNS = (METHODS, IDENTIFICATION)


@dataclass(frozen=True)
class Trial:
    """Two pictures to choose from, as hidden names. They are sorted, so that their order says nothing."""

    subject: str
    stimulus: str
    pair: tuple[str, str]


def rounds(seed: int, design: str, pictures: Sequence[RatedPicture]) -> list[list[Trial]]:
    """Return every trial of a design, in rounds.

    A round has one trial of every subject and pair of methods (or method), each with a stimulus of its own:
    people who stop early have then compared all of them about equally often.

    Parameters
    ----------
    seed : int
        Seed of the study.
    design : {"methods", "identification"}
    pictures : sequence of RatedPicture
        Of every subject, the same methods for every stimulus. The order of the stimuli is random.
    """
    found: dict[int, list[Trial]] = {}
    for subject in dict.fromkeys(one.subject for one in pictures):
        names = {(one.stimulus, one.method): one.name for one in pictures if one.subject == subject}
        stimuli = list(dict.fromkeys(stimulus for stimulus, _ in names))
        for compared in _compared(design, sorted({method for _, method in names}), len(stimuli)):
            offset = rng_for(seed, "first stimulus", design, subject, *compared).integers(len(stimuli))
            for place, stimulus in enumerate(stimuli):
                other = stimulus if design == METHODS else stimuli[place - 1]
                pair = sorted((names[stimulus, compared[0]], names[other, compared[-1]]))
                number = (place + int(offset)) % len(stimuli)
                found.setdefault(number, []).append(Trial(subject, stimulus, (pair[0], pair[1])))
    return [found[number] for number in sorted(found)]


def _compared(design: str, methods: Sequence[str], stimuli: int) -> list[tuple[str, ...]]:
    """Return the pairs of methods of a design, or each method alone where it is its own rival."""
    if design == METHODS:
        return list(itertools.combinations(methods, 2))
    return [(method,) for method in methods] if stimuli > 1 else []
