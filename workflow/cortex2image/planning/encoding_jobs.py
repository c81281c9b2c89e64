"""Jobs of encoding models: what each model reads, and the maps and figures of all of them."""

from dataclasses import dataclass

from cortex2image.errors import or_end
from cortex2image.planning.wildcards import OfJob, Wildcards
from cortex2image.study.encoding_figures import EncodingFigure, encoding_figures
from cortex2image.study.encoding_models import (
    encoding_models,
    families,
    find_encoding_model,
    find_family,
)
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import GRAM
from cortex2image.study.surfaces import reaches_surface
from cortex2image.tables.paths import Layout


@dataclass(frozen=True)
class EncodingJobs:
    """Encoding models of a study, their families, maps and figures, and the files of their jobs."""

    study: Study
    layout: Layout

    @property
    def models(self) -> list[str]:
        """Return the names of the encoding models."""
        return [model.name for model in encoding_models(self.study.encode, self.study.reconstruct)]

    @property
    def families(self) -> list[str]:
        """Return the names of the families of encoding models of which each voxel has a best one."""
        return [family.name for family in families(self.study.encode, self.study.reconstruct)]

    def features_of_space(self, wildcards: Wildcards) -> str:
        """Return the table of a feature space: vectors of all stimuli, or inner products of a subject's."""
        return self._table_of_space(wildcards.space, wildcards.subject)

    def features_of_model(self, wildcards: Wildcards) -> list[str]:
        """Return the tables of the feature spaces of an encoding model, in the order of the model."""
        return [self._table_of_space(space, wildcards.subject) for space in self._spaces_of(wildcards.model)]

    def alone(self, table: str) -> OfJob:
        """Return a table of the model of each feature space of a joint model alone."""

        def paths(wildcards: Wildcards) -> list[str]:
            spaces = self._spaces_of(wildcards.model)
            return [self.layout.path(table, subject=wildcards.subject, model=space) for space in spaces]

        return paths

    def of_family(self, table: str) -> OfJob:
        """Return a table of each model of a family."""

        def paths(wildcards: Wildcards) -> list[str]:
            encode, reconstruct = self.study.encode, self.study.reconstruct
            models = or_end(lambda: find_family(wildcards.family, encode, reconstruct)).models
            return [self.layout.path(table, subject=wildcards.subject, model=model) for model in models]

        return paths

    @property
    def maps(self) -> dict[str, list[str]]:
        """Return the maps of every encoding model by the options of their step; the subject stays a wildcard.

        Those of hemispheres are empty lists in a study of volumes alone.
        """
        names = {"map": "map", "significant": "significant_map", "description": "map_description"}
        sides = {"left": "left_map", "right": "right_map"} if reaches_surface(self.study) else {}
        of_models = {
            option: [self.layout.path(name, model=model) for model in self.models]
            for option, name in (names | sides).items()
        }
        return {"left": [], "right": []} | of_models

    @property
    def figures(self) -> tuple[EncodingFigure, ...]:
        """Return the figures of the encoding models."""
        return encoding_figures(self.study.encode, self.study.reconstruct)

    def of_figures(self, name: str) -> list[str]:
        """Return a path for every figure of the encoding models; the wildcard of the subject stays."""
        return [self.layout.path(name, figure=figure.name) for figure in self.figures]

    def _spaces_of(self, model: str) -> tuple[str, ...]:
        encode, reconstruct = self.study.encode, self.study.reconstruct
        return or_end(lambda: find_encoding_model(model, encode, reconstruct)).spaces

    def _table_of_space(self, space: str, subject: str) -> str:
        if or_end(lambda: parse_space(space)).facts.storage == GRAM:
            return self.layout.path("grams", subject=subject, space=space)
        return self.layout.path("features", space=space)
