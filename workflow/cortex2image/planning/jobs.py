"""Inputs, settings and resources of the jobs of a study, as functions of the wildcards, for the rules.

Snakemake calls these functions with the wildcards of a job, an object whose attributes are their values.
"""

import functools
import itertools
import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cortex2image.errors import or_end, require_known
from cortex2image.networks.registry import model_set
from cortex2image.planning.chosen_metrics import require_metrics
from cortex2image.planning.code import code_files, declared_reads, entries
from cortex2image.planning.comparison import compared_tables
from cortex2image.planning.files import StudyFiles, model_sums, predictions, require_manifest
from cortex2image.planning.passes import Pass, emptied_before, is_layer, pass_of, passes
from cortex2image.planning.ratings import rating_files
from cortex2image.planning.reported import report_pages, reported
from cortex2image.planning.requirements import require_full_shards, require_networks
from cortex2image.planning.resources import Resources
from cortex2image.planning.stimuli import count_stimuli
from cortex2image.prediction.memory import PYTHON
from cortex2image.scoring.matching import match
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.config import slice_json
from cortex2image.study.encoding_figures import EncodingFigure, encoding_figures
from cortex2image.study.encoding_models import (
    encoded_spaces,
    encoding_models,
    families,
    find_encoding_model,
    find_family,
)
from cortex2image.study.methods import CONTROL_FITS, EXTERNAL, SEEN, Method, denoising_method, ids_file
from cortex2image.study.rating_checks import rated_methods
from cortex2image.study.readers import READERS
from cortex2image.study.region_checks import require_file_names
from cortex2image.study.run_methods import find_method, method_names, run_methods
from cortex2image.study.scored import require_scored, scored_name
from cortex2image.study.series_checks import require_series
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import GRAM, VECTORS
from cortex2image.study.split_checks import require_one_split
from cortex2image.study.surfaces import reaches_surface
from cortex2image.study.training import Training, read_training
from cortex2image.tables.paths import Layout, training_path

Wildcards = Any
OfJob = Callable[[Wildcards], Any]


class Jobs:
    """The jobs of one study.

    Attributes
    ----------
    study : Study
    training_file : Path
        The config file that says how the miniature model set is trained.
    layout : Layout
        Paths of the files of the study; a path keeps its wildcards.
    files : StudyFiles
        Files of the data set.
    resources : Resources
        Memory, time and threads.
    """

    def __init__(self, study: Study, training_file: Path):
        self.study, self.training_file = study, training_file
        self.model_set = model_set(study.models.set, study.models.folder)
        self.reader = READERS[study.dataset.reader]
        self.layout = Layout(study.study)
        self.files = StudyFiles(study)
        self.resources = Resources(study, self.model_set)
        require_networks(study, self.model_set)
        require_full_shards(study)
        require_metrics(study, self.model_set)

    def code(self, step: str) -> OfJob:
        """Return the source files of a step, and of the registry entries that its job uses."""
        return lambda wildcards: or_end(lambda: code_files(step, self.study, dict(wildcards.items())))

    def entry(self, step: str) -> OfJob:
        """Return a text on the registry entries of a step's job that changes when an entry changes."""

        def facts(wildcards: Wildcards) -> str:
            used = or_end(lambda: entries(step, self.study, dict(wildcards.items())))
            return "; ".join(entry.facts for entry in used)

        return facts

    def settings(self, step: str) -> OfJob:
        """Return the settings that a step reads, as JSON; a job without an entry in the config ends planning.

        The result is a function, because Snakemake would fill wildcards into the braces of a JSON text.
        """
        return lambda wildcards: self._slice(declared_reads(step), wildcards)

    def method_settings(self, step: str) -> OfJob:
        """Return the settings that a step reads for the method of its job, as JSON.

        Of `reconstruct/external` they hold the entry of that method alone, so that one more decoder runs
        nothing again.
        """

        def settings(wildcards: Wildcards) -> str:
            drawing = self.study.reconstruct
            own = {n: files for n, files in drawing.external.items() if f"external-{n}" == wildcards.method}
            study = replace(self.study, reconstruct=replace(drawing, external=own))
            return or_end(lambda: slice_json(study, declared_reads(step), **dict(wildcards.items())))

        return settings

    def space_settings(self, step: str) -> OfJob:
        """Return the settings that a step and the feature space of its job read, as JSON.

        A space that the step cannot compute ends planning.
        """

        def settings(wildcards: Wildcards) -> str:
            space = parse_space(wildcards.space)
            or_end(lambda: space.require_extractable("features"))
            of_space = space.reads(self.study.features.latent)
            return self._slice((*declared_reads(step), *of_space), wildcards)

        return settings

    def manifest_settings(self, step: str) -> OfJob:
        """Return the settings of a step that lists the data set's files; end planning if it cannot."""

        def settings(wildcards: Wildcards) -> str:
            require_manifest(self.study)
            return slice_json(self.study, declared_reads(step))

        return settings

    def training_settings(self, step: str) -> OfJob:
        """Return the settings of config/miniature.yaml that a step reads, as JSON."""
        return lambda wildcards: slice_json(self.training, declared_reads(step))

    def _slice(self, keys: Sequence[str], wildcards: Wildcards) -> str:
        return or_end(lambda: slice_json(self.study, keys, **dict(wildcards.items())))

    def words(self, wildcards: Wildcards) -> str:
        """Return the words of the report on methods and decoded spaces, which change when a registry does."""
        methods = (*run_methods(self.study.reconstruct), SEEN)
        words = [f"{m.name}: {m.title}, {m.meaning}, control: {m.control}" for m in methods]
        return "; ".join([*words, *(f"{s}: {parse_space(s).facts.meaning}" for s in self.study.decode.rois)])

    def standards(self, wildcards: Wildcards) -> str:
        """Return the ceilings and floors that methods are measured by, which change when a registry does."""
        methods = run_methods(self.study.reconstruct)
        return "; ".join(f"{m.name}: {m.ceiling}, {', '.join(m.floors) or 'no floor'}" for m in methods)

    @functools.cached_property
    def training(self) -> Training:
        """Return the training settings, read only if a job needs them: their errors stop no other plan."""
        return or_end(lambda: read_training(self.training_file))

    def of_all(self, name: str, **wildcards: Iterable[str]) -> list[str]:
        """Return a path for every subject and combination of other wildcards, subject by subject."""
        chosen = {"subject": self.study.subjects, **wildcards}
        combinations = itertools.product(*chosen.values())
        return [self.layout.path(name, **dict(zip(chosen, values, strict=True))) for values in combinations]

    def of_regions(self, name: str, regions: Sequence[str], **wildcards: Iterable[str]) -> OfJob:
        """Return the paths for every region, and for other wildcards, of the subject of a job.

        A region whose name is no part of a file name ends planning.
        """
        chosen = {"region": regions, **wildcards}
        names = [dict(zip(chosen, values, strict=True)) for values in itertools.product(*chosen.values())]

        def paths(wildcards: Wildcards) -> list[str]:
            or_end(lambda: require_file_names(regions))
            return [self.layout.path(name, subject=wildcards.subject, **values) for values in names]

        return paths

    def lesioned(self, wildcards: Wildcards) -> list[str]:
        """Return the features decoded without regions, of every decoded space that pictures are made from."""
        spaces = or_end(lambda: denoising_method(list(self.study.decode.rois))).decoded
        return [self.layout.path("lesioned", subject=wildcards.subject, space=space) for space in spaces]

    def tables(self, *names: str) -> dict[str, str]:
        """Return the paths of tables by their names."""
        return {name: self.layout.path(name) for name in names}

    def evaluated(self, kind: str) -> list[str]:
        """Return a table of every evaluation of the study, subject by subject.

        Parameters
        ----------
        kind : {"evaluation", "nulls"}
            Values of each picture or decoded vector, or the permutation nulls of their means.
        """
        return [
            path
            for name, wildcards in self._evaluations
            for path in self.of_all(f"{name}{kind}", **wildcards)
        ]

    @property
    def _evaluations(self) -> list[tuple[str, dict[str, Sequence[str]]]]:
        """Return what is evaluated: the prefix of the names of its two tables, and their wildcards."""
        methods, spaces = method_names(self.study.reconstruct), tuple(self.study.decode.rois)
        if self.reader.image_identity:
            by_brain = (*methods, SEEN.name) if self.brain_spaces else ()
            return [
                ("", {"method": methods}),
                ("brain_", {"method": by_brain}),
                ("features_", {"space": spaces}),
            ]
        return [("decoded_", {"space": spaces}), ("category_", {"method": methods})]

    @property
    def reported(self) -> list[str]:
        """Return the files and folders that the pages of the report read."""
        return reported(self)

    @property
    def report_pages(self) -> list[str]:
        """Return the files of all pages of the report."""
        return report_pages(self)

    def of_methods(self, name: str, *others: str) -> list[str]:
        """Return a path for every method of the study, then for others; the wildcard of the subject stays."""
        methods = (*method_names(self.study.reconstruct), *others)
        return [self.layout.path(name, method=method) for method in methods]

    @property
    def brain_spaces(self) -> tuple[str, ...]:
        """Return the feature spaces in which pictures are compared with the brain; none if they are not."""
        return brain_spaces(self.study)

    @property
    def pictures(self) -> list[str]:
        """Return the folder of extracted pictures if the data set keeps them in one file, else nothing."""
        return [self.layout.path("pictures")] if self.reader.pictures_in_one_file else []

    @property
    def listed_stimuli(self) -> str:
        """Return the name of the table of all stimuli, as the data set splits them, left out or not."""
        return "given_stimuli" if self.study.dataset.split.own else "stimuli"

    @property
    def shown_trials(self) -> str:
        """Return the name of the table of all trials, left out by the study's own split or not."""
        return "shown_trials" if self.study.dataset.split.own else "trials"

    @property
    def encoded(self) -> list[str]:
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

    def _spaces_of(self, model: str) -> tuple[str, ...]:
        encode, reconstruct = self.study.encode, self.study.reconstruct
        return or_end(lambda: find_encoding_model(model, encode, reconstruct)).spaces

    def _table_of_space(self, space: str, subject: str) -> str:
        if or_end(lambda: parse_space(space)).facts.storage == GRAM:
            return self.layout.path("grams", subject=subject, space=space)
        return self.layout.path("features", space=space)

    @property
    def maps(self) -> dict[str, list[str]]:
        """Return the maps of every encoding model by the options of their step; the subject stays a wildcard.

        Those of hemispheres are empty lists in a study of volumes alone.
        """
        names = {"map": "map", "significant": "significant_map", "description": "map_description"}
        sides = {"left": "left_map", "right": "right_map"} if reaches_surface(self.study) else {}
        of_models = {
            option: [self.layout.path(name, model=model) for model in self.encoded]
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

    @property
    def feature_spaces(self) -> list[str]:
        """Return the feature spaces that the study decodes, encodes or compares, stored as vectors."""
        return self._stored_as(VECTORS)

    @property
    def gram_spaces(self) -> list[str]:
        """Return the feature spaces that are encoded and stored as inner products of a subject's stimuli."""
        return self._stored_as(GRAM)

    def _stored_as(self, storage: str) -> list[str]:
        encoded = encoded_spaces(self.study.encode, self.study.reconstruct)
        asked = {*self.study.decode.rois, *encoded, *self.brain_spaces}
        return sorted(name for name in asked if parse_space(name).facts.storage == storage)

    @functools.cached_property
    def passes(self) -> tuple[Pass, ...]:
        """Return the passes of the sampler; a layer that is too large for the disk ends planning."""
        return or_end(lambda: passes(self.study, self.model_set))

    def captured(self, wildcards: Wildcards) -> list[str]:
        """Return the feature spaces that a pass captures."""
        return list(self._pass(wildcards).spaces)

    def sampling_minutes(self, wildcards: Wildcards) -> int:
        """Return the time of a shard of a pass."""
        return self.resources.sampling_minutes(self._pass(wildcards).spaces)

    def sampled(self, wildcards: Wildcards) -> list[str]:
        """Return the folders of all shards of the pass that captures a feature space."""
        found = or_end(lambda: pass_of(wildcards.space, self.passes))
        place = {"noise": noise_label(found.noise), "part": str(found.part)}
        shards = range(self.study.features.shards)
        return [self.layout.path("activity", **place, shard=str(shard)) for shard in shards]

    def emptied(self, wildcards: Wildcards) -> list[str]:
        """Return the inner products of earlier passes, whose activity is then gone, that a pass waits for."""
        known = count_stimuli(self.study)
        of_study = self.study, self.model_set, known.study if known else None
        earlier = emptied_before(self._pass(wildcards), self.passes, *of_study)
        layers = [name for one in earlier for name in one.spaces if is_layer(name)]
        return self.of_all("grams", space=layers)

    def _pass(self, wildcards: Wildcards) -> Pass:
        """Return the pass of a job of the sampler."""
        asked = (wildcards.noise, wildcards.part)
        planned = {(noise_label(p.noise), str(p.part)): p for p in self.passes}
        or_end(lambda: require_known("noise level and part", "-".join(asked), map("-".join, planned)))
        return planned[asked]

    def dataset_files(self, wildcards: Wildcards) -> list[str]:
        """Return the files of the data set that the jobs of a subject read."""
        return self.files.of_subject(wildcards.subject)

    def events_files(self, wildcards: Wildcards) -> list[str]:
        """Return the files that say which stimuli any subject saw."""
        return self.files.events()

    def pictures_state(self, wildcards: Wildcards) -> str:
        """Return a text that changes with any picture of the user."""
        return self.files.pictures_state()

    def released_ncsnr(self, wildcards: Wildcards) -> list[str]:
        """Return the files of a subject's released noise ceilings, none if the study does not use them."""
        return self.files.released_ncsnr(wildcards.subject)

    def to_mni(self, wildcards: Wildcards) -> list[str]:
        """Return the file of a subject's matrix to MNI152, none in a study without."""
        return self.files.to_mni(wildcards.subject)

    def decoded_of_method(self, wildcards: Wildcards) -> list[str]:
        """Return the decoded features that a method reads."""
        method = self._method(wildcards)
        return [self._decoded(method, space, wildcards.subject) for space in method.decoded]

    def _decoded(self, method: Method, space: str, subject: str) -> str:
        source = method.inputs[space]
        if source == EXTERNAL:
            return predictions(method, space, subject)
        if source in CONTROL_FITS:
            return self.layout.path("control_decoded", subject=subject, control=source, space=space)
        return self.layout.path("decoded", subject=subject, space=space)

    def identities_of_method(self, wildcards: Wildcards) -> list[str]:
        """Return the files that name the stimuli of arrays that another decoder predicted."""
        files = [file for file in self.decoded_of_method(wildcards) if file.endswith(".npy")]
        return [ids_file(file) for file in files]

    def features_of_method(self, wildcards: Wildcards) -> list[str]:
        """Return the true features that a method reads."""
        return [self.layout.path("features", space=s) for s in self._method(wildcards).features]

    def pictures_of_method(self, wildcards: Wildcards) -> list[str]:
        """Return the folder of extracted pictures if a method shows pictures of the training set."""
        return self.pictures if self._method(wildcards).searches else []

    def drawn(self, wildcards: Wildcards) -> list[str]:
        """Return the folders of all shards of the pictures of a subject and method."""
        place = {"subject": wildcards.subject, "method": wildcards.method}
        shards = range(self.study.reconstruct.shards)
        return [self.layout.path("shard_pictures", **place, shard=str(shard)) for shard in shards]

    def _method(self, wildcards: Wildcards) -> Method:
        return or_end(lambda: find_method(wildcards.method, self.study.reconstruct))

    def learning_curves(self, wildcards: Wildcards) -> list[str]:
        """Return the learning curve of every subject; a cross-validated study ends planning."""
        or_end(lambda: require_one_split(self.study))
        return self.of_all("learning_curve")

    def compared(self, table: str) -> OfJob:
        """Return a table of every study that is compared; studies that have not run end planning."""
        return lambda wildcards: or_end(lambda: compared_tables(self.study, table))

    def series(self, wildcards: Wildcards) -> list[str]:
        """Return the sheet of a series of every subject; a study without a series ends planning."""
        or_end(lambda: require_series(self.study))
        return self.of_all("series_sheet")

    def results(self, wildcards: Wildcards) -> str:
        """Return the folder of the results of the study, for steps that find tables in it by name."""
        return self.layout.root

    def ratings(self, wildcards: Wildcards) -> list[str]:
        """Return the files of choices by people; a study without any ends planning."""
        return or_end(lambda: rating_files(self.study))

    def rated(self, name: str) -> list[str]:
        """Return a file of every subject and method whose pictures people compare."""
        return self.of_all(name, method=rated_methods(self.study))

    @property
    def scored(self) -> str:
        """Return the name of the folder of scores of pictures made elsewhere."""
        return or_end(lambda: scored_name(self.study))

    def scored_pictures(self, wildcards: Wildcards) -> list[str]:
        """Return the pictures made elsewhere and their stimuli; what does not match ends planning.

        Results of this study are left out, which jobs of the study would make anew, and names with braces,
        which Snakemake would take for wildcards. :meth:`scored_state` speaks for them.
        """
        results = Path(self.layout.root).resolve()
        files = or_end(lambda: list(match(*require_scored(self.study)).files()))
        own = (file for file in files if Path(file).resolve().is_relative_to(results))
        return sorted({file for file in files if not {"{", "}"} & set(file)} - set(own))

    def scored_state(self, wildcards: Wildcards) -> str:
        """Return a text that changes with any picture made elsewhere or its stimulus."""
        return or_end(lambda: match(*require_scored(self.study)).state())

    def model_sums(self, wildcards: Wildcards) -> str:
        """Return the path of the model set's SHA256SUMS; missing files end planning."""
        return model_sums(self.model_set)


def noise_label(noise: float) -> str:
    """Return a noise level as the label of a job, which reads as the same number."""
    return repr(noise).removesuffix(".0")


def growing(copies: int = 0, **needs: int | OfJob) -> dict[str, Callable[..., int]]:
    """Return resources that grow with each attempt: a job killed for memory or time next gets more.

    Parameters
    ----------
    copies : int
        Where it is not 0, `mem_mb` is at least the memory of Python and of so many copies of the input files.
    **needs
        Each is a number, or a function of the wildcards.
    """

    def growing_need(need: int | OfJob) -> Callable[[Wildcards, int], int]:
        return lambda wildcards, attempt: (need(wildcards) if callable(need) else need) * attempt

    found: dict[str, Callable[..., int]] = {name: growing_need(need) for name, need in needs.items()}
    if copies:
        planned = found["mem_mb"]

        def with_input(wildcards: Wildcards, input: Sequence[str], attempt: int) -> int:  # noqa: A002
            return max(planned(wildcards, attempt), attempt * input_mb(input, copies))

        found["mem_mb"] = with_input
    return found


def input_mb(files: Iterable[str], copies: int) -> int:
    """Return the memory of Python and of copies of the files that are there: MB, in whole GB."""
    size = sum(os.path.getsize(file) for file in files if os.path.exists(file))
    return 1000 * math.ceil((PYTHON + copies * size) / 1e9)


def training_files(*names: str) -> dict[str, str]:
    """Return the paths of files that train the miniature model set, by their names."""
    return {name: training_path(name) for name in names}


def asked_now(wildcards: Wildcards) -> int:
    """Return another value each time, so that the rule runs whenever it is asked for."""
    return time.time_ns()
