"""The whole text of methods: paragraphs that follow from config and facts, and what they do not show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cortex2image.report.methods import data, models, statistics
from cortex2image.report.methods.facts import Facts
from cortex2image.report.methods.references import REFERENCES, keys_in, plain
from cortex2image.study.settings import Study

Writer = Callable[[Study, Facts], list[str]]
PARAGRAPHS: Mapping[str, tuple[Writer, ...]] = {
    "Subjects and recordings": (data.participants,),
    "Responses": (data.single_trials, data.scaling, data.voxels),
    "Split": (data.split,),
    "Features and decoding": (models.features, models.decoding),
    "Pictures": (models.pictures,),
    "Scores": (statistics.scores, statistics.chance, statistics.brain),
    "Encoding models": (models.encoding,),
    "Software": (statistics.software,),
}


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with its title; citations stand in it as ``[@key]``."""

    title: str
    text: str


def paragraphs(study: Study, facts: Facts) -> list[Paragraph]:
    """Return the text of methods of a study; every sentence holds for this study."""
    return [
        Paragraph(title, " ".join(sentence for write in writers for sentence in write(study, facts)))
        for title, writers in PARAGRAPHS.items()
    ]


def as_text(written: list[Paragraph], metrics: list[dict[str, object]], limits: list[str]) -> str:
    """Return everything as one plain text, with metrics, limits and references."""
    parts = [f"{p.title}\n\n{plain(p.text)}" for p in written]
    listing = [
        f"- {row['title']} ({row['name']}, version {row['version']}): {row['what']}." for row in metrics
    ]
    parts.append("\n".join(["Metrics\n", *listing]))
    parts.append("\n".join(["What this study does not show\n", *(f"- {plain(limit)}" for limit in limits)]))
    keys = cited(written, metrics, limits)
    parts.append("\n".join(["References\n", *(f"- {REFERENCES[key].line}" for key in keys)]))
    return "\n\n".join(parts) + "\n"


def cited(written: list[Paragraph], metrics: list[dict[str, object]], limits: list[str]) -> list[str]:
    """Return the keys of all publications that are cited, by first author and year."""
    of_metrics = [key for row in metrics for key in row["keys"]]  # type: ignore[attr-defined]
    keys = {*keys_in([*(p.text for p in written), *limits]), *of_metrics}
    return sorted(keys, key=lambda key: (REFERENCES[key].who, REFERENCES[key].year))


def bibtex(keys: list[str]) -> str:
    """Return a file for BibTeX."""
    return "\n".join(REFERENCES[key].bibtex for key in keys)
