"""The features from which a method makes pictures, one row per test stimulus, by their source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cortex2image.errors import ConfigError, DataError
from cortex2image.leakage import TrainingRows
from cortex2image.networks.registry import ModelSet
from cortex2image.reconstruction.bottleneck import narrowed
from cortex2image.seeds import rng_for
from cortex2image.study.methods import (
    BOTTLENECK,
    DECODED,
    EXTERNAL,
    MEAN,
    RANDOM_BRAIN,
    SHUFFLED,
    SHUFFLED_FIT,
    TRUE,
    Method,
)
from cortex2image.study.space_names import parse_space


@dataclass(frozen=True)
class FeatureTable:
    """Features of stimuli.

    Attributes
    ----------
    stimuli : sequence of str
        Identities, in the order of the rows.
    features : (n, d) float32 array
    source : str
        File of the features, for error messages.
    """

    stimuli: Sequence[str]
    features: np.ndarray
    source: str

    def rows(self, stimuli: Sequence[str]) -> np.ndarray:
        """Return the features of `stimuli`, in that order.

        Raises
        ------
        DataError
            A stimulus is not in the table.
        """
        position = {stimulus: row for row, stimulus in enumerate(self.stimuli)}
        missing = sorted(set(stimuli) - set(position))
        if missing:
            found = f"{len(missing)} are missing, first {missing[0]}"
            raise DataError(self.source, f"features of {len(stimuli)} stimuli", found, "make the table anew")
        return self.features[[position[stimulus] for stimulus in stimuli]]


@dataclass(frozen=True)
class Tables:
    """What a method may use.

    Attributes
    ----------
    decoded : mapping of space to FeatureTable
        Features of test stimuli, from whichever decoder the method names.
    true : mapping of space to FeatureTable
        Features of test and training stimuli.
    split : mapping of stimulus to "train" or "test"
    study_seed : int
    pictures : mapping of stimulus to path
        Pictures that were shown, where the data set knows them.
    """

    decoded: Mapping[str, FeatureTable]
    true: Mapping[str, FeatureTable]
    split: Mapping[str, str]
    study_seed: int
    pictures: Mapping[str, str] = field(default_factory=dict)

    @property
    def test_stimuli(self) -> list[str]:
        """Return the stimuli to reconstruct, in the order of the first table of decoded features.

        Raises
        ------
        DataError
            Two tables of decoded features hold different stimuli.
        """
        if not self.decoded:
            return [stimulus for stimulus, split in self.split.items() if split == "test"]
        first, *others = self.decoded.values()
        for other in others:
            _require_same_stimuli(first, other)
        return list(first.stimuli)

    def training(self, space: str, names: Sequence[str] | None = None) -> TrainingRows:
        """Return the true features of the subject's training stimuli in a space, (m, d).

        They come in the order of the table, or are those of `names`, in this order.

        Raises
        ------
        LeakError
            One of `names` is a test stimulus.
        """
        table = self.true[space]
        place = {name: row for row, name in enumerate(table.stimuli)}
        if names is None:
            names = [name for name in table.stimuli if self.split.get(name) == "train"]
        test = [row for name, row in place.items() if self.split.get(name) == "test"]
        return TrainingRows(table.features, np.array([place[n] for n in names], int), np.array(test, int))


def method_inputs(
    method: Method, tables: Tables, model_set: ModelSet
) -> tuple[list[str], dict[str, np.ndarray]]:
    """Return the test stimuli, and their features in the same order for each space that the method uses.

    Parameters
    ----------
    method : Method
    tables : Tables
        Holds the decoded and true features that the method needs.
    model_set : ModelSet
        The features must have its widths.

    Raises
    ------
    DataError
        Two tables hold different stimuli, or features are not finite or have another width than the model
        set's.
    ConfigError
        The study lacks what the method needs: test stimuli, training stimuli for a mean, more of them than
        directions that are left of features, or a second stimulus to shuffle.
    """
    for table, space in [(t, s) for part in (tables.decoded, tables.true) for s, t in part.items()]:
        _require_width(table, space, model_set)
    for table in tables.decoded.values():
        _require_finite(table)
    stimuli = tables.test_stimuli
    if not stimuli:
        fix = "give test stimuli, or drop the method"
        raise ConfigError(f"method {method.name}", "stimuli of the split test", "none", fix)
    sources = method.inputs.items()
    return stimuli, {space: _FROM[source](method, tables, space, stimuli) for space, source in sources}


def derangement(stimuli: Sequence[str], study_seed: int, method: str = "shuffled") -> list[str]:
    """Return for each stimulus another one, each used once: one random cycle through the sorted stimuli.

    Raises
    ------
    ConfigError
        There are fewer than two stimuli.
    """
    if len(stimuli) < 2:
        raise ConfigError(
            f"method {method}", "two test stimuli or more", f"{len(stimuli)}", "drop the method"
        )
    cycle = rng_for(study_seed, "shuffled").permutation(sorted(stimuli))
    following = dict(zip(cycle.tolist(), np.roll(cycle, -1).tolist(), strict=True))
    return [following[stimulus] for stimulus in stimuli]


def _decoded(method: Method, tables: Tables, space: str, stimuli: Sequence[str]) -> np.ndarray:
    return tables.decoded[space].rows(stimuli)


def _true(method: Method, tables: Tables, space: str, stimuli: Sequence[str]) -> np.ndarray:
    return tables.true[space].rows(stimuli)


def _shuffled(method: Method, tables: Tables, space: str, stimuli: Sequence[str]) -> np.ndarray:
    return tables.decoded[space].rows(derangement(stimuli, tables.study_seed, method.name))


def _mean(method: Method, tables: Tables, space: str, stimuli: Sequence[str]) -> np.ndarray:
    """Return the mean over training stimuli, once per stimulus; no test stimulus enters it."""
    training = tables.training(space)
    if not len(training):
        fix = "drop the method: the mean would be of test stimuli"
        raise ConfigError(f"method {method.name}", "training stimuli", "none in the study's split", fix)
    mean = training[:].mean(axis=0, dtype=np.float64).astype(np.float32)
    return np.broadcast_to(mean, (len(stimuli), len(mean)))


def _bottleneck(method: Method, tables: Tables, space: str, stimuli: Sequence[str]) -> np.ndarray:
    """Return what decoded features say along the first directions of the training features."""
    assert method.rank is not None
    decoded = tables.decoded[space].rows(stimuli)
    return narrowed(decoded, tables.training(space), method.rank)


_FROM: dict[str, Callable[[Method, Tables, str, Sequence[str]], np.ndarray]] = {
    DECODED: _decoded,
    SHUFFLED_FIT: _decoded,
    RANDOM_BRAIN: _decoded,
    EXTERNAL: _decoded,
    BOTTLENECK: _bottleneck,
    TRUE: _true,
    SHUFFLED: _shuffled,
    MEAN: _mean,
}


def _require_finite(table: FeatureTable) -> None:
    bad = np.flatnonzero(~np.isfinite(table.features).all(axis=1))
    if len(bad):
        found = f"NaN or Inf in {len(bad)} stimuli, first {table.stimuli[bad[0]]}"
        raise DataError(table.source, "finite features", found, "decode these stimuli again")


def _require_same_stimuli(first: FeatureTable, other: FeatureTable) -> None:
    differing = sorted(set(first.stimuli) ^ set(other.stimuli))
    if differing:
        raise DataError(
            other.source,
            f"the {len(first.stimuli)} stimuli of {first.source}",
            f"{len(other.stimuli)} stimuli; {len(differing)} are in one table only, first {differing[0]}",
            "decode both spaces from the same betas",
        )


def _require_width(table: FeatureTable, space: str, model_set: ModelSet) -> None:
    expected, width = parse_space(space).width(model_set), table.features.shape[1]
    if width != expected:
        raise DataError(
            table.source,
            f"vectors of {expected} values, the {space} of model set {model_set.name}",
            f"{width} values",
            "decode with features of this model set",
        )
