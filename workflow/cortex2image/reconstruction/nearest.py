"""The training picture whose features are nearest to the decoded ones: nothing is generated.

Scores of this control say how much of a method's scores a search in the training set reaches, without any
diffusion model. Nearness is the mean over feature spaces of Pearson's r between decoded features and the true
features of a training stimulus, both less the mean of the training features: what all pictures share would
make every one of them similar.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import ConfigError, DataError
from cortex2image.leakage import TrainingRows
from cortex2image.networks.pixels import square
from cortex2image.pictures import read_picture
from cortex2image.reconstruction.inputs import Tables
from cortex2image.reconstruction.studio import Drawn, Painter, Studio
from cortex2image.study.methods import Method

# Training stimuli that are compared together.
STIMULI_AT_ONCE = 256
# Correlations that differ by less are ties: a matrix product may round equal features to this.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Candidates:
    """Features of the m training stimuli of a subject in one space.

    Attributes
    ----------
    features : TrainingRows, (m, d)
    mean : (d,) float32 array
        Over the candidates.
    """

    features: TrainingRows
    mean: np.ndarray

    @classmethod
    def of(cls, features: TrainingRows) -> "Candidates":
        """Return the training stimuli of these features as candidates, in their order."""
        return cls(features, features.mean(STIMULI_AT_ONCE).astype(np.float32))

    def correlations(self, decoded: np.ndarray) -> np.ndarray:
        """Return Pearson's r (b, m) of (b, d) decoded features with each candidate, about the mean.

        It is 0 where either is the mean itself. Candidates are compared in blocks, without another copy of
        their features.
        """
        ours = _normalised(decoded - self.mean)
        blocks = self.features.blocks(STIMULI_AT_ONCE)
        return np.concatenate(
            [ours @ _normalised(self.features[block] - self.mean).T for block in blocks], axis=1
        )


def open_painter(method: Method, studio: Studio) -> Painter:
    """Return what finds the pictures of a method's batches; no model is loaded.

    Raises
    ------
    ConfigError
        The subject has no training stimuli with features.
    DataError
        The picture of a training stimulus is unknown or missing.
    """
    tables, size = studio.tables, studio.models.image_size
    stimuli = training_stimuli(method, tables)
    paths = _require_pictures(stimuli, tables.pictures)
    candidates = {space: Candidates.of(tables.training(space, stimuli)) for space in method.inputs}

    def paint(features: Mapping[str, np.ndarray], seeds: Sequence[int]) -> Drawn:
        found = nearest(candidates, features)
        return Drawn(np.stack([square(read_picture(paths[number]), size) for number in found]))

    return paint


def training_stimuli(method: Method, tables: Tables) -> list[str]:
    """Return the training stimuli of the subject, sorted, that have features in every space of the method.

    Raises
    ------
    ConfigError
        There is none, as in a cross-validated study.
    """
    known = set.intersection(*(set(tables.true[space].stimuli) for space in method.inputs))
    stimuli = sorted(name for name in known if tables.split.get(name) == "train")
    if not stimuli:
        fix = "drop the method: only test stimuli could be found"
        raise ConfigError(f"method {method.name}", "training stimuli", "none in the study's split", fix)
    return stimuli


def nearest(candidates: Mapping[str, Candidates], features: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the number (b,) of the candidate nearest to each row; the first among equally near ones.

    Parameters
    ----------
    candidates : mapping of space to Candidates
        The same stimuli in every space.
    features : mapping of space to (b, d) array
    """
    mean = np.mean([found.correlations(features[space]) for space, found in candidates.items()], axis=0)
    first: np.ndarray = (mean >= mean.max(axis=1, keepdims=True) - ROUNDING).argmax(axis=1)
    return first


def _require_pictures(stimuli: Sequence[str], pictures: Mapping[str, str]) -> list[str]:
    missing = [name for name in stimuli if not os.path.isfile(pictures.get(name, ""))]
    if missing:
        found = f"{len(missing)} of {len(stimuli)} missing, first {missing[0]}: {pictures.get(missing[0])}"
        fix = "restore the pictures, or drop nearest_train"
        raise DataError("stimuli, column image_path", "a picture of every training stimulus", found, fix)
    return [pictures[name] for name in stimuli]


def _normalised(rows: np.ndarray) -> np.ndarray:
    """Return rows about their own mean, of length 1; a constant row becomes 0."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: np.ndarray = centred / np.where(lengths > 0, lengths, 1)
    return unit
