"""How many stimuli a study has, where that is known before its data are read."""

from dataclasses import dataclass

from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study


@dataclass(frozen=True)
class StimulusCount:
    """Stimuli of a study.

    Attributes
    ----------
    study : int
        Stimuli that any subject of the study saw.
    subject : int
        Stimuli that one subject saw.
    """

    study: int
    subject: int


def count_stimuli(study: Study) -> StimulusCount | None:
    """Return the number of stimuli of a study; None for data sets of any size.

    Subjects who skipped sessions saw fewer.
    """
    reader = READERS[study.dataset.reader]
    if reader.made_by_workflow:
        shared = study.simulation.train_stimuli + study.simulation.test_stimuli
        return StimulusCount(shared, shared)
    if not reader.sizes:
        return None
    sizes = reader.sizes[study.dataset.space or next(iter(reader.sizes))]
    sessions = study.dataset.sessions or sizes.sessions
    own = -(-sizes.own_pictures * min(sessions, sizes.sessions) // sizes.sessions)
    return StimulusCount(own * len(study.subjects) + sizes.shared_pictures, own + sizes.shared_pictures)


def most_test_stimuli(study: Study) -> int | None:
    """Return how many test stimuli a subject can have at most; None where only the data tell.

    In a cross-validated study every stimulus is tested.
    """
    known = count_stimuli(study)
    if known is None or study.dataset.split.kind in ("random", "cluster"):
        return None
    if study.dataset.cross_validate != "none":
        return known.subject
    reader = READERS[study.dataset.reader]
    if reader.made_by_workflow:
        return study.simulation.test_stimuli
    return reader.sizes[study.dataset.space or next(iter(reader.sizes))].shared_pictures
