"""The tables and figures of one study, read and checked: the input of the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cortex2image.report.encoding_section import DrawnFigure
from cortex2image.report.novelty_section import NoveltyTables
from cortex2image.study.encoding_figures import EncodingFigure

POOLED = "all"
"""Label of the pooled subjects in `scores`, and of every voxel in `encoding_scores`."""


@dataclass(frozen=True)
class Recordings:
    """Number of runs of a subject that were used, and a line on each thing that was left out."""

    runs: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class StudyResults:
    """Everything that a report shows. The data frames keep the table contracts of the same names.

    Attributes
    ----------
    subjects, spaces, methods, models : the lists of the config, in its order
    stimuli, scores, comparisons, encoding_scores : DataFrame
    decoded : (subject, space) -> table `decoded_scores`
    reconstructions : (subject, method) -> table `reconstructions`
    figures : figures of encoding models, in order
    drawn : (subject, name of a figure) -> DrawnFigure
    recordings : subject -> Recordings
    provenance : what ``provenance.json`` holds
    sheets : subject -> links from the page to its sheets of pictures
    novelty : NoveltyTables; None in a study that does not say which picture was shown
    """

    subjects: tuple[str, ...]
    spaces: tuple[str, ...]
    methods: tuple[str, ...]
    models: tuple[str, ...]
    stimuli: pd.DataFrame
    scores: pd.DataFrame
    comparisons: pd.DataFrame
    encoding_scores: pd.DataFrame
    decoded: Mapping[tuple[str, str], pd.DataFrame]
    reconstructions: Mapping[tuple[str, str], pd.DataFrame]
    figures: tuple[EncodingFigure, ...]
    drawn: Mapping[tuple[str, str], DrawnFigure]
    recordings: Mapping[str, Recordings]
    provenance: Mapping[str, Any]
    sheets: Mapping[str, Sequence[str]]
    novelty: NoveltyTables | None = None
