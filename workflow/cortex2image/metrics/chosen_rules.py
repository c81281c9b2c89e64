"""The rules of identification that a study chose, for the stimuli of one subject."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.metrics.clusters import Clusters
from cortex2image.metrics.identification import EachSample, Identification, MeanOfSamples
from cortex2image.metrics.identification_rules import FEWEST, GROUPS, RULES, Group, Rule
from cortex2image.metrics.registry import TWO_WAYS
from cortex2image.metrics.within_groups import UNKNOWN, WithinGroups, with_company
from cortex2image.progress import say
from cortex2image.stats.permutation import stimulus_permutations
from cortex2image.stats.permutation_groups import pair_groups


@dataclass(frozen=True)
class StimulusSet:
    """The test stimuli of one subject, and how their permutation null is drawn.

    Attributes
    ----------
    ids : n stimulus ids
    sets : (n,) int array
        Set of subjects who saw each, see :func:`cortex2image.stats.permutation.sets_seen`.
    groups : mapping of "category" and "setting" to (n,) int array
        Labels of the stimuli, -1 where none is stated.
    seed, draws : int
        `seed` and `evaluate/permutations` of the config.
    every : bool
        As in :func:`cortex2image.stats.permutation.stimulus_permutations`.
    """

    ids: Sequence[str]
    sets: np.ndarray
    groups: Mapping[Group, np.ndarray]
    seed: int
    draws: int
    every: bool = True

    def order(self, members: np.ndarray | None = None, within: np.ndarray | None = None) -> np.ndarray:
        """Return permuted pairings of some of the stimuli, (draws, m) int.

        Parameters
        ----------
        members : (m,) int array, optional
            Positions of the stimuli that are permuted; all by default.
        within : (m,) int array, optional
            Labels within which they are permuted, beside the sets seen by the same subjects.
        """
        chosen = range(len(self.ids)) if members is None else members.tolist()
        sets = self.sets[list(chosen)]
        if within is not None:
            sets = np.unique(np.stack([sets, within]), axis=1, return_inverse=True)[1].ravel()
        ids = [self.ids[i] for i in chosen]
        return stimulus_permutations(self.seed, ids, self.draws, sets, every=self.every)

    def order_of_pairs(self) -> np.ndarray:
        """Return permuted pairings that make few pairs of stimuli, for metrics that take time for each."""
        groups = pair_groups(self.seed, self.ids, self.sets)
        return stimulus_permutations(self.seed, self.ids, self.draws, groups, every=self.every)


def stated_groups(
    columns: Mapping[str, Sequence[str | None]], stimuli: Sequence[str]
) -> dict[Group, np.ndarray]:
    """Return the groups that stimuli.parquet states, as :class:`StimulusSet` has them.

    Parameters
    ----------
    columns : columns of :data:`cortex2image.tables.recordings.STIMULI`
    stimuli : n ids in this table
    """
    place = {stimulus: row for row, stimulus in enumerate(columns["stimulus_id"])}
    groups: dict[Group, np.ndarray] = {}
    for kind in GROUPS:
        stated = [columns[kind][place[stimulus]] for stimulus in stimuli]
        names = sorted({name for name in stated if name is not None})
        groups[kind] = np.array([UNKNOWN if name is None else names.index(name) for name in stated])
    return groups


def open_rules(metrics: Sequence[str], stimuli: StimulusSet) -> list[Identification]:
    """Return the rules that give some metrics, and say which the stimuli do not allow.

    Parameters
    ----------
    metrics : sequence of str
        Names of the chosen metrics; others than identifications are ignored.
    stimuli : StimulusSet
    """
    return list(_rules(metrics, stimuli))


def _rules(metrics: Sequence[str], stimuli: StimulusSet) -> Iterator[Identification]:
    order = stimuli.order()
    for rule in RULES:
        wanted = [name for name in TWO_WAYS if rule.name(name) in metrics]
        if not wanted:
            continue
        group = rule.within or rule.clusters
        if group:
            yield from _grouped(rule, stimuli, stimuli.groups[group], wanted)
        elif len(stimuli.ids) < (rule.way or 2):
            _say_absent(rule, f"there are {len(stimuli.ids)}")
        elif rule.averaged:
            yield MeanOfSamples(order, rule, wanted)
        else:
            yield EachSample(order, rule, wanted)


def _grouped(
    rule: Rule, stimuli: StimulusSet, groups: np.ndarray, wanted: Sequence[str]
) -> Iterator[Identification]:
    members = with_company(groups)
    labels = groups[members]
    n, usable = len(groups), len(members)
    if usable < FEWEST or (rule.clusters and len(np.unique(labels)) < 2):
        _say_absent(rule, f"{usable} of {n} share theirs with another, in {len(np.unique(labels))} groups")
        return
    if usable < n:
        say(f"{rule.name('*')}: {n - usable} of {n} stimuli have no other one of their group, and no score")
    if rule.clusters:
        yield Clusters(stimuli.order(members), rule, groups, wanted)
    else:
        yield WithinGroups(stimuli.order(members, labels), rule, groups, wanted)


def _say_absent(rule: Rule, found: str) -> None:
    say(f"warning: {rule.name('*')} is left out: it needs {rule.needs}; {found}")
