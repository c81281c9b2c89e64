"""How often intervals of all rules of identification cover their target; writes docs/identification.md.

    PYTHONPATH=workflow:. python tests/benchmarks/identification.py --page docs/identification.md

Simulated pictures are vectors of 16 numbers, in part shared by the pictures of a group, of which there are
six. A reconstruction is the picture times a gain, plus noise. The target of an interval is the mean score
over many other studies of the same world and as many stimuli, on whose number most scores depend.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.benchmarks.measure import machine

from cortex2image.metrics.clusters import Clusters
from cortex2image.metrics.identification import EachSample
from cortex2image.metrics.identification_rules import RULES, Rule
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.metrics.within_groups import WithinGroups, with_company
from cortex2image.stats.crossed_intervals import Scores, crossed_interval

WIDTH, GROUPS, BOUNDS = 16, 6, (0.0, 1.0)
SIZES = (20, 60, 200)
LAYER = "twoway_X"


@dataclass(frozen=True)
class World:
    """Gain of reconstructions, what groups share, how unlike pictures are in size, how much some are hubs."""

    words: str
    gain: float = 0.6
    shared: float = 1.0
    spread: float = 0.0
    hubs: float = 0.0

    def study(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return originals, reconstructions and groups of n pictures."""
        groups = rng.integers(GROUPS, size=n)
        means = self.shared * np.random.default_rng(3).standard_normal((GROUPS, WIDTH))
        size = np.exp(self.spread * rng.standard_normal(n))[:, None]
        common = np.random.default_rng(5).standard_normal(WIDTH)
        seen = (
            means[groups]
            + size * rng.standard_normal((n, WIDTH))
            + self.hubs * 2 * rng.random((n, 1)) * common
        )
        noise = np.minimum(1, 1 / size) * rng.standard_normal((n, WIDTH))
        return seen, self.gain * seen + noise + self.hubs * common, groups


WORLDS = (
    World("pictures in groups"),
    World("groups alone tell pictures apart", shared=3.0, gain=0.3),
    World("atypical pictures decode best", spread=0.7),
    World("some pictures are everybody's rival", shared=0.5, hubs=1.0),
    World("no information", gain=0.0),
    World("near perfect", gain=2.5),
)


def rules(n: int) -> list[Rule]:
    """Return the rules that n stimuli of one sample allow, a rule that differs by its samples left out."""
    return [
        rule for rule in RULES if not rule.averaged and (rule.way or 0) <= n and _group(rule) != "setting"
    ]


def _group(rule: Rule) -> str | None:
    return rule.within or rule.clusters


def scores(study: tuple[np.ndarray, np.ndarray, np.ndarray], n: int) -> Iterator[tuple[str, Scores]]:
    """Yield the scores of one study by every rule, by the name of the metric."""
    seen, drawn, groups = study
    similarity = correlation_matrix(seen, drawn)
    for rule in rules(n):
        one = _opened(rule, seen, groups)
        one.add(LAYER, similarity)
        [(name, scored)] = one.scored().items()
        kept = np.isfinite(scored.values[:, 0])
        yield name, Scores(scored.values[kept].T, scored.rivals[kept].T)


def _opened(rule: Rule, seen: np.ndarray, groups: np.ndarray) -> EachSample:
    """Return a rule for the stimuli of a study, without a null to speak of."""
    if not _group(rule):
        return EachSample(np.arange(len(seen))[None], rule)
    unpermuted = np.arange(len(with_company(groups)))[None]
    if rule.within:
        return WithinGroups(unpermuted, rule, groups)
    clusters = Clusters(unpermuted, rule, groups)
    clusters.add_originals(LAYER, correlation_matrix(seen, seen))
    return clusters


def coverage(world: World, n: int, studies: int, others: int) -> dict[str, tuple[float, float, float]]:
    """Return target, coverage of its 95 % interval, and coverage of that of a mean, by metric."""
    rng = np.random.default_rng([n, *world.words.encode()])
    found: dict[str, list[Scores]] = {}
    for _ in range(studies + others):
        for name, one in scores(world.study(n, rng), n):
            found.setdefault(name, []).append(one)
    table = {}
    for name, all_scores in found.items():
        target = float(np.mean([one.values[0] for one in all_scores[studies:]]))
        own = [crossed_interval(one, BOUNDS) for one in all_scores[:studies]]
        mean = [crossed_interval(Scores(one.searched), BOUNDS) for one in all_scores[:studies]]
        table[name] = (target, *(float(np.mean([a <= target <= b for a, b in e])) for e in (own, mean)))
    return table


def page(studies: int, others: int) -> str:
    """Return the text of docs/identification.md."""
    rows = [
        f"| {world.words} | {n} | `{name}` | {target:.3f} | {own:.3f} | {mean:.3f} |"
        for world in WORLDS
        for n in SIZES
        for name, (target, own, mean) in coverage(world, n, studies, others).items()
    ]
    return TEXT.format(machine=machine(1), studies=studies, others=others, rows="\n".join(rows))


TEXT = """# Intervals of identification

Made by `PYTHONPATH=workflow:. python tests/benchmarks/identification.py --page docs/identification.md`, which
says what is simulated. {machine}

Every [rule of identification](metrics.md#rules-of-identification) makes each stimulus a candidate and a rival
of the others, so that no score is a mean of independent values. Intervals are those of the jackknife: what
leaving each stimulus out changes is computed in closed form for every rule, and what a pair of stimuli has in
common, which the jackknife counts twice (Efron and Stein 1981), is counted once. The table has the share of
{studies} simulated studies whose 95 % interval holds the target, the mean score over {others} other studies
of as many stimuli; the standard error of the share is 0.011 at 0.95. The last column takes the score for a
mean over stimuli. Of 20 stimuli, and near the bounds, intervals are rather too wide;
they are too narrow where retrieval fails so rarely that few studies have a failure at all.

| world | stimuli | metric | target | coverage | as a mean over stimuli |
|---|---|---|---|---|---|
{rows}

What is searched among all stimuli (`top1`, `cluster`), or among many (`nway`), depends on their number:
compare such scores at the same number alone.
"""


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=400)
    parser.add_argument("--others", type=int, default=600)
    parser.add_argument("--page", type=Path)
    args = parser.parse_args()
    text = page(args.studies, args.others)
    print(text)
    if args.page:
        args.page.write_text(text)


if __name__ == "__main__":
    main()
