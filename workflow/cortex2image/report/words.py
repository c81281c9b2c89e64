"""Words of the report: a name to show and one line of explanation for everything that has a short name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cortex2image.metrics.registry import metric_facts
from cortex2image.study.methods import described
from cortex2image.study.space_names import parse_space


@dataclass(frozen=True)
class Word:
    """What a reader sees of a name: words, and one line that explains them."""

    title: str
    explanation: str


def method_word(name: str) -> Word:
    """Return the words for a reconstruction method, or for the decoded features of a space themselves."""
    if method := described(name):
        return Word(method.title, method.meaning)
    space = parse_space(name.removeprefix("decoded_")).facts
    return Word(name, f"judges the decoded features themselves ({space.meaning}), before any picture is made")


def metric_word(name: str) -> Word:
    """Return the words for a metric."""
    facts = metric_facts(name)
    return Word(facts.title, facts.what)


KINDS: Mapping[str, Callable[[str], Word]] = {"method": method_word, "metric": metric_word}


def term(name: str, kind: str) -> Word:
    """Return the words for a name of a kind of :data:`KINDS`; templates use it as a filter."""
    return KINDS[kind](name)
