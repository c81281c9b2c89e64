"""Feature spaces of a subject's stimuli, as vectors or inner products; kernels of a partition of trials."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cortex2image.encoding.scoring import Scoring
from cortex2image.errors import DataError
from cortex2image.features.components import principal_components
from cortex2image.features.gram import products_of
from cortex2image.leakage import HeldOut, named
from cortex2image.prediction.alignment import StoredFeatures, find_features, positions, taken
from cortex2image.prediction.fit_sizes import FitSizes
from cortex2image.prediction.partitions import Partition, Trials, ordered_stimuli, partitions
from cortex2image.prediction.predictions import check_averaged
from cortex2image.prediction.responses import ANEW, Rows, VoxelBlock
from cortex2image.progress import track
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.products import Products, of_given, of_standardised
from cortex2image.ridge.repeats import Averaged, PerTrial, Repeats
from cortex2image.study.spaces import GRAM
from cortex2image.tables.columns import matrix
from cortex2image.tables.results import GRAMS


@dataclass(frozen=True)
class Gram:
    """Inner products of the features of s stimuli.

    Attributes
    ----------
    products : (s, s) float32 array
        Of features as they are.
    row : (n,) array of int
        Stimulus of each trial.
    width : float
        Number of features, to which the mean squared distance from the mean stimulus is scaled.
    """

    products: np.ndarray
    row: np.ndarray
    width: float


Space = PerTrial | Gram


@dataclass(frozen=True)
class StoredGram:
    """Inner products on disk; attributes as in :class:`StoredFeatures`."""

    path: str
    stimuli: list[str]
    row: np.ndarray
    width: int

    def read(self) -> Gram:
        """Read the inner products, in the order of `stimuli`.

        Raises
        ------
        ContractError
            The table breaks its contract.
        DataError
            The table changed since it was opened.
        """
        known = GRAMS.read_keys(self.path)["stimulus_id"].to_pylist()
        place = {name: number for number, name in enumerate(self.stimuli)}
        columns, read = positions(known, self.stimuli), 0
        products = np.empty((len(self.stimuli), len(self.stimuli)), np.float32)
        for table in track(GRAMS.read_batches(self.path), "inner products, row groups"):
            ids = table["stimulus_id"].to_pylist()
            wanted = np.array([number for number, name in enumerate(ids) if name in place], dtype=int)
            rows = [place[ids[number]] for number in wanted]
            products[rows] = matrix(table, "products")[np.ix_(wanted, columns)]
            read += len(wanted)
        if read != len(self.stimuli):
            expected = f"the {len(self.stimuli)} stimuli that the table had when it was opened"
            raise DataError(self.path, expected, f"{read}", "let no other job write the table, and try again")
        return Gram(products, self.row, self.width)


StoredSpace = StoredFeatures | StoredGram


def find_space(path: str, storage: str, trials: Trials) -> StoredSpace:
    """Find a feature space of the stimuli of all trials.

    Parameters
    ----------
    path : path of features/{space}.parquet or {subject}/grams/{space}.parquet
    storage : str
        How spaces of this kind are stored, see :class:`~cortex2image.study.spaces.Kind`.
    trials : Trials

    Raises
    ------
    DataError
        A stimulus without features, or inner products that are not those of all stimuli of their table.
    """
    return _find_gram(path, trials) if storage == GRAM else find_features(path, trials)


def _find_gram(path: str, trials: Trials) -> StoredGram:
    order = ordered_stimuli(trials)
    known = GRAMS.read_keys(path)["stimulus_id"].to_pylist()
    missing = sorted(set(order) - set(known))
    if missing:
        found = f"{len(missing)} missing, first {missing[0]}"
        raise DataError(path, "a row for every stimulus of the subject", found, ANEW)
    schema = GRAMS.read_schema(path)
    columns = schema.field("products").type.list_size
    if columns != len(known):
        raise DataError(path, f"inner products with all {len(known)} stimuli", f"with {columns}", ANEW)
    width = int((schema.metadata or {}).get(b"width", len(known)))
    return StoredGram(path, order, positions(order, trials.stimulus.tolist()), width)


def sizes_of(
    trials: Trials,
    spaces: Sequence[StoredSpace],
    voxels: int,
    scoring: Scoring,
    components: int | None,
    kernels: bool = False,
) -> FitSizes:
    """Return the sizes of an encoding model of one or several spaces.

    Parameters
    ----------
    trials : Trials
    spaces : sequence of StoredSpace
    voxels : int
    scoring : Scoring
    components : int, optional
        Principal components that take the place of wider features.
    kernels : bool
        Whether vectors too are fitted by their inner products.
    """
    widest = max(space.width if isinstance(space, StoredFeatures) else len(space.stimuli) for space in spaces)
    given = any(isinstance(space, StoredGram) for space in spaces)
    wider = components is not None and max(space.width for space in spaces) > components
    fitted = kernels or given or wider, len(spaces)
    scores = scoring.bytes_per_voxel
    return FitSizes.of("encode", trials, partitions(trials), widest, voxels, scores, *fitted)


@dataclass(frozen=True)
class StimulusRows:
    """Training stimuli and test stimuli of a partition, as rows of kernels and of responses.

    Attributes
    ----------
    trials : Trials
    partition : Partition
    train, test : Repeats
        The trials of each training and of each test stimulus, by name.
    averaged : bool
        Whether a training stimulus counts once; otherwise as often as it has trials.
    """

    trials: Trials
    partition: Partition
    train: Repeats
    test: Repeats
    averaged: bool

    @classmethod
    def of(cls, trials: Trials, partition: Partition, average_repeats: Sequence[str]) -> "StimulusRows":
        """Raise :class:`ConfigError` if test stimuli have repeats that are not averaged."""
        train, test = (Repeats.of(trials.stimulus[side]) for side in (partition.train, partition.test))
        check_averaged(test, average_repeats)
        return cls(trials, partition, train, test, "train" in average_repeats)

    @cached_property
    def weights(self) -> np.ndarray:
        """Trials that each training stimulus stands for, (r,)."""
        counts = self.train.counts.astype(np.float64)
        return np.ones_like(counts) if self.averaged else counts

    @property
    def stimulus_groups(self) -> np.ndarray:
        """Group of each training stimulus, (r,)."""
        groups: np.ndarray = self.trials.groups[self.partition.train][self.train.first]
        return groups

    @property
    def groups(self) -> np.ndarray:
        """Groups of what a fit to :meth:`kernel` calls trials."""
        return self.stimulus_groups if self.averaged else self.trials.groups[self.partition.train]

    @property
    def sides(self) -> tuple[Rows, Rows]:
        """Rows of the responses to training and test stimuli."""
        n = len(self.trials.stimulus)
        train = Rows.of(self.partition.train, self.train.member, n)
        return train, Rows.of(self.partition.test, self.test.member, n)

    def places(self, space: Space) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of a space that hold the training stimuli, (r,), and the test stimuli, (m,)."""
        train, test = self.partition.train[self.train.first], self.partition.test[self.test.first]
        return space.row[train], space.row[test]

    def products(self, space: Space, components: int | None = None) -> Products:
        """Return the inner products of training stimuli, and of test stimuli with these.

        Vectors are standardised by the training trials; inner products are multiplied by one number that
        gives them the mean squared distance from the mean of as many standardised columns as there are, and
        at most as many as training stimuli, see :mod:`~cortex2image.ridge.products`.

        Parameters
        ----------
        space : Space
        components : int, optional
            Principal components of the training stimuli that take the place of wider features.

        Raises
        ------
        ConfigError
            More components than training stimuli span.
        """
        if is_wider(space, components):
            space = self.components(space, components or 0)
        train, test = self.places(space)
        if isinstance(space, Gram):
            # Wider features span no more directions than there are stimuli. Penalties of a layer of a million
            # units would lie beyond any grid that suits a thousand.
            size = min(space.width, len(train))
            return of_given(space.products, train, test, self.weights, size, self.test.used)
        new = HeldOut(taken(space.matrix, test), len(test), named(self.test.used))
        return of_standardised(taken(space.matrix, train), new, self.weights)

    def components(self, space: Space, count: int) -> Gram:
        """Return inner products in the first principal components of the training stimuli.

        Components keep their variances: standardised, the least of them would count as much as the first.
        """
        train, _ = self.places(space)
        products = space.products if isinstance(space, Gram) else products_of(space.matrix, train)
        scores = principal_components(products, train, count)
        width = space.width if isinstance(space, Gram) else space.matrix.shape[1]
        return Gram((scores @ scores.T).astype(np.float32), space.row, width)

    def kernel(self, products: Products) -> Kernel:
        """Return the training side for a fit, whose trials share rows unless they are averaged."""
        return Kernel(products.train, None if self.averaged else self.train.member)

    def targets(self, block: VoxelBlock) -> np.ndarray | Averaged:
        """Return the training responses of a block of voxels for a fit to :meth:`kernel`."""
        means = block.train.means
        return means if self.averaged else Averaged(means, block.train.within)


def is_wider(space: Space, components: int | None) -> bool:
    """Return whether features are wider than the principal components that would take their place."""
    width = space.width if isinstance(space, Gram) else space.matrix.shape[1]
    return components is not None and width > components
