"""The results of one study, as the pages of the report read them."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from cortex2image.errors import DataError
from cortex2image.report.encoding_section import DrawnFigure
from cortex2image.report.evaluations import StimulusScores, stimulus_scores
from cortex2image.report.novelty_section import NoveltyTables
from cortex2image.study.config import stored
from cortex2image.study.encoding_figures import EncodingFigure, encoding_figures
from cortex2image.study.readers import READERS
from cortex2image.study.run_methods import method_names
from cortex2image.study.settings import Study
from cortex2image.tables.folder import StudyFolder

POOLED = "all"
"""Label of the pooled subjects in `scores`, and of every voxel in `encoding_scores`."""


@dataclass(frozen=True)
class Recordings:
    """Number of runs of a subject that were used, and a line on each thing that was left out."""

    runs: int
    left_out: tuple[str, ...]


class StudyResults:
    """Everything that a report shows. Tables are read when a page asks for them, once.

    Parameters
    ----------
    folder : StudyFolder
        Its ``provenance.json`` says what the study is.
    benchmarks : Path or None
        Folder of the times that Snakemake wrote down, there or not.

    Raises
    ------
    DataError, ContractError
        A table or file that a page asks for is missing, damaged or of another contract.
    """

    def __init__(self, folder: StudyFolder, benchmarks: Path | None = None):
        self.folder, self.benchmarks = folder, benchmarks

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """Return what ``provenance.json`` holds."""
        facts: Mapping[str, Any] = self.folder.json("provenance")
        return facts

    @cached_property
    def settings(self) -> Study:
        """Return the resolved config."""
        return stored(self.provenance["config"], str(self.folder.path("provenance")))

    @property
    def name(self) -> str:
        """Return the name of the study."""
        return self.settings.study

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the subjects in the order of the config."""
        return self.settings.subjects

    @property
    def spaces(self) -> tuple[str, ...]:
        """Return the decoded feature spaces in the order of the config."""
        return tuple(self.settings.decode.rois)

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the reconstruction methods in their order."""
        return tuple(method_names(self.settings.reconstruct))

    @property
    def models(self) -> tuple[str, ...]:
        """Return the feature spaces of `encode/models`."""
        return self.settings.encode.models

    @property
    def decoded_from(self) -> frozenset[str]:
        """Return the regions that features are decoded from."""
        return frozenset(roi for rois in self.settings.decode.rois.values() for roi in rois)

    @property
    def simulated(self) -> bool:
        """Return whether the workflow made the data set itself."""
        return READERS[self.settings.dataset.reader].made_by_workflow is not None

    @property
    def on_surface(self) -> bool:
        """Return whether responses were recorded as vertices of a surface."""
        dataset = self.settings.dataset
        return dataset.space in READERS[dataset.reader].surface_spaces

    @property
    def with_images(self) -> bool:
        """Return whether the data set says which picture was on the screen."""
        return READERS[self.settings.dataset.reader].image_identity

    @cached_property
    def stimuli(self) -> pd.DataFrame:
        """Return the table `stimuli`."""
        return self.folder.table("stimuli")

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Return the table `scores`, see :meth:`_of_subjects`."""
        return self._of_subjects("scores")

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """Return the table `comparisons`, see :meth:`_of_subjects`."""
        return self._of_subjects("comparisons")

    @cached_property
    def stimulus_scores(self) -> StimulusScores:
        """Return the scores of single stimuli by subject and method."""
        return stimulus_scores(self.folder, self.settings)

    @cached_property
    def sample_scores(self) -> pd.DataFrame | None:
        """Return the table `sample_scores`, None if it is not there."""
        return self._of_subjects("sample_scores") if self.folder.has("sample_scores") else None

    def _of_subjects(self, name: str) -> pd.DataFrame:
        """Return a table, without rows of all subjects where there is one: they say nothing of others."""
        table = self.folder.table(name)
        return table if len(self.subjects) > 1 else table[table["subject"] != POOLED]

    @cached_property
    def compared_studies(self) -> pd.DataFrame | None:
        """Return the table `studies` of several studies side by side, None if it was not made."""
        return self.folder.table("studies") if self.folder.has("studies") else None

    @cached_property
    def learning_curves(self) -> pd.DataFrame | None:
        """Return the tables `learning_curve` of all subjects, None if one of them was not made."""
        if not all(self.folder.has("learning_curve", subject=subject) for subject in self.subjects):
            return None
        return pd.concat([self.folder.table("learning_curve", subject=s) for s in self.subjects])

    @cached_property
    def encoding_scores(self) -> pd.DataFrame:
        """Return the table `encoding_scores`."""
        return self.folder.table("encoding_scores")

    @cached_property
    def decoded(self) -> Mapping[tuple[str, str], pd.DataFrame]:
        """Return (subject, space) -> table `decoded_scores`."""
        pairs = itertools.product(self.subjects, self.spaces)
        return {(s, space): self.folder.table("decoded_scores", subject=s, space=space) for s, space in pairs}

    @cached_property
    def reconstructions(self) -> Mapping[tuple[str, str], pd.DataFrame]:
        """Return (subject, method) -> table `reconstructions`."""
        pairs = itertools.product(self.subjects, self.methods)
        return {(s, m): self.folder.table("reconstructions", subject=s, method=m) for s, m in pairs}

    @cached_property
    def trials(self) -> Mapping[str, pd.DataFrame]:
        """Return subject -> table `trials`."""
        return {subject: self.folder.table("trials", subject=subject) for subject in self.subjects}

    @cached_property
    def voxels(self) -> Mapping[str, pd.DataFrame]:
        """Return subject -> table `voxels`."""
        return {subject: self.folder.table("voxels", subject=subject) for subject in self.subjects}

    @cached_property
    def recordings(self) -> Mapping[str, Recordings]:
        """Return subject -> what its recordings lack."""
        return {subject: self._recordings(subject) for subject in self.subjects}

    def _recordings(self, subject: str) -> Recordings:
        trials, voxels = (self._left_out(name, subject) for name in ("trials", "voxels"))
        runs = int(self.folder.facts("trials", subject=subject)["runs"])
        return Recordings(runs, (*trials, *voxels))

    def _left_out(self, table: str, subject: str) -> list[str]:
        facts = self.folder.facts(table, subject=subject)
        if "left_out" not in facts:
            path, fix = self.folder.path(table, subject=subject), "delete it and run the workflow again"
            raise DataError(path, "left_out in the metadata", "no such entry", fix)
        left_out: list[str] = json.loads(facts["left_out"])
        return left_out

    @cached_property
    def runs(self) -> Mapping[str, pd.DataFrame]:
        """Return subject -> table `runs`; nothing for betas that others estimated."""
        return {
            s: self.folder.table("runs", subject=s)
            for s in self.subjects
            if self.folder.has("runs", subject=s)
        }

    @cached_property
    def novelty(self) -> NoveltyTables | None:
        """Return how new test stimuli are; None where the data set does not say which picture was shown."""
        if not self.folder.has("novelty"):
            return None
        return NoveltyTables(
            self.folder.table("novelty"),
            self.folder.table("novelty_scores"),
            {subject: self.folder.table("span", subject=subject) for subject in self.subjects},
            tuple(json.loads(self.folder.facts("novelty")["duplicates"])),
        )

    @property
    def figures(self) -> tuple[EncodingFigure, ...]:
        """Return the figures of encoding models, in order."""
        return encoding_figures(self.settings.encode, self.settings.reconstruct)

    def drawn(self, subject: str, figure: str) -> DrawnFigure:
        """Return the files of one figure of encoding models.

        Raises
        ------
        DataError
            A file is missing or damaged.
        """
        names = ("figure", "significant_figure", "region_figure", "figure_table")
        every, significant, regions, numbers = (
            self.folder.open(name, subject=subject, figure=figure) for name in names
        )
        try:
            with Image.open(every) as picture:
                canvas = str(picture.info["Canvas"])
            table = pd.read_csv(numbers, keep_default_na=False, na_values=[""])
        except (OSError, KeyError, ValueError) as error:
            fix = "delete the figures of this subject and run the workflow again"
            raise DataError(every, "a figure of this workflow with its table", repr(error), fix) from None
        return DrawnFigure(canvas, table, *(path.read_bytes() for path in (every, significant, regions)))
