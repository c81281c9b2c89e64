"""How often intervals of scores cover their target, and how p is distributed; writes docs/calibration.md.

    PYTHONPATH=workflow:. python tests/benchmarks/calibration.py --page docs/calibration.md

Simulated pictures and reconstructions are vectors of 16 numbers: a reconstruction is the picture times a
gain, plus noise. Worlds differ in what makes pictures unlike each other. The target of an interval is the
mean score over very many studies of the same world.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import kstest
from tests.benchmarks.measure import machine

from cortex2image.metrics.identification import credit_against, two_way
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.stats.crossed_intervals import Scores, crossed_interval
from cortex2image.stats.paired import compare
from cortex2image.stats.permutation import permutation_p, sets_seen, stimulus_permutations

WIDTH, BOUNDS = 16, (0.0, 1.0)
LARGE = 200
SIZES = (20, 60, 200)
COMMON = np.random.default_rng(5).standard_normal(WIDTH)


@dataclass(frozen=True)
class World:
    """How pictures differ: gain, spread of their sizes, hubs, subjects, and how much their gains differ."""

    words: str
    gain: float = 0.35
    spread: float = 0.0
    hubs: float = 0.0
    subjects: int = 1
    people: float = 0.0

    def similarities(self, n: int, rng: np.random.Generator) -> list[np.ndarray]:
        """Return the (n, n) similarities of originals and reconstructions of every subject."""
        size = np.exp(self.spread * rng.standard_normal(n))[:, None]
        seen = rng.standard_normal((n, WIDTH)) * size + self.hubs * 2 * rng.random((n, 1)) * COMMON
        noise = np.minimum(1, 1 / size)
        gains = self.gain * np.exp(self.people * rng.standard_normal(self.subjects))
        drawn = [g * seen + noise * rng.standard_normal(seen.shape) + self.hubs * COMMON for g in gains]
        return [correlation_matrix(seen, one) for one in drawn]


WORLDS = (
    World("all pictures alike"),
    World("atypical pictures decode best", spread=0.7),
    World("some pictures are everybody's rival", hubs=1.0),
    World("no information", gain=0.0),
    World("near perfect", gain=1.5),
    World("two subjects alike", subjects=2),
    World("four subjects alike", subjects=4),
    World("four subjects who differ", subjects=4, people=0.3),
)
Interval = Callable[[list[np.ndarray]], tuple[float, float]]


def of_pairs(similarities: list[np.ndarray]) -> tuple[float, float]:
    """Return the interval of two-way identification."""
    return crossed_interval(Scores(_searched(similarities), _rivals(similarities)), BOUNDS)


def as_a_mean(similarities: list[np.ndarray]) -> tuple[float, float]:
    """Return the interval of the same scores, treated as a mean over stimuli."""
    return crossed_interval(Scores(_searched(similarities)))


def binomial(similarities: list[np.ndarray]) -> tuple[float, float]:
    """Return the interval of papers that count n (n - 1) pairs as independent trials."""
    value = float(_searched(similarities).mean())
    n = len(similarities[0])
    half = 1.96 * (value * (1 - value) / (n * (n - 1) * len(similarities))) ** 0.5
    return value - half, value + half


def of_correlation(similarities: list[np.ndarray]) -> tuple[float, float]:
    """Return the interval of the mean correlation of a picture and its reconstruction."""
    return crossed_interval(Scores(_own(similarities)))


def _searched(similarities: list[np.ndarray]) -> np.ndarray:
    return np.array([np.diagonal(two_way(s)) for s in similarities])


def _rivals(similarities: list[np.ndarray]) -> np.ndarray:
    return np.array([credit_against(s) for s in similarities])


def _own(similarities: list[np.ndarray]) -> np.ndarray:
    return np.array([np.diagonal(s) for s in similarities])


INTERVALS: dict[str, tuple[Interval, Callable[[list[np.ndarray]], np.ndarray]]] = {
    "two-way identification": (of_pairs, _searched),
    "as a mean over stimuli": (as_a_mean, _searched),
    "binomial over pairs": (binomial, _searched),
    "correlation": (of_correlation, _own),
}


def coverage(world: World, n: int, studies: int, large: int = LARGE) -> dict[str, float]:
    """Return the share of studies whose 95 % interval holds the target, by kind of interval.

    The target is the mean over `large` studies of 300 pictures.
    """
    rng = np.random.default_rng([n, *world.words.encode()])
    many = [world.similarities(300, rng) for _ in range(large)]
    drawn = [world.similarities(n, rng) for _ in range(studies)]
    targets = {values: np.mean([values(one).mean() for one in many]) for values in (_searched, _own)}
    shares = {}
    for name, (interval, values) in INTERVALS.items():
        ends = [interval(one) for one in drawn]
        shares[name] = float(np.mean([low <= targets[values] <= high for low, high in ends]))
    return shares


def null_p(shared: int, own: int, studies: int, draws: int, within_sets: bool) -> np.ndarray:
    """Return p over four subjects without information, who saw `shared` pictures in common and `own` alone.

    Noise of a picture is the same for all who saw it, as a common prior of the decoder would make it.
    """
    p = np.empty(studies)
    common = [f"shared-{i}" for i in range(shared)]
    stimuli = [[*common, *(f"own-{s}-{i}" for i in range(own))] for s in range(4)]
    for study in range(studies):
        rng = np.random.default_rng([study, shared, own])
        features = {
            name: rng.standard_normal((2, WIDTH)) for name in sorted({n for names in stimuli for n in names})
        }
        values, nulls = [], []
        for names in stimuli:
            seen, drawn = np.stack([features[n] for n in names], axis=1)
            matrix = two_way(correlation_matrix(seen, drawn))
            groups = sets_seen(names, stimuli) if within_sets else None
            order = stimulus_permutations(study, names, draws, groups)
            values.append(np.diagonal(matrix).mean())
            nulls.append(matrix[order, np.arange(len(names))].mean(axis=1))
        p[study] = permutation_p(float(np.mean(values)), np.mean(nulls, axis=0), True)
    return p


@dataclass(frozen=True)
class PairWorld:
    """Two methods that are as good as each other over people: the same gains on average, the same noise.

    Half of the noise is that of the brain, which both methods read. Of the other half, which is a method's
    own, the part `prior` is the same in all people. `people` is how much each person's gains differ, of
    either method, and `spread` how much the sizes of pictures do.
    """

    words: str
    subjects: int = 1
    people: float = 0.0
    prior: float = 0.0
    spread: float = 0.0

    def similarities(self, n: int, rng: np.random.Generator) -> list[list[np.ndarray]]:
        """Return the (n, n) similarities of originals and reconstructions of every subject, by method."""
        size = np.exp(self.spread * rng.standard_normal(n))[:, None]
        shape = (n, WIDTH)
        seen = rng.standard_normal(shape) * size
        brains = [rng.standard_normal(shape) for _ in range(self.subjects)]
        methods = []
        for _ in range(2):
            common, drawn = rng.standard_normal(shape), []
            for brain in brains:
                own = (1 - self.prior) ** 0.5 * rng.standard_normal(shape) + self.prior**0.5 * common
                gain = 0.35 * np.exp(self.people * rng.standard_normal())
                drawn.append(correlation_matrix(seen, gain * seen + 0.5**0.5 * (brain + own)))
            methods.append(drawn)
        return methods


PAIRS = (
    PairWorld("one subject"),
    PairWorld("one subject, atypical pictures decode best", spread=0.7),
    PairWorld("two subjects alike", subjects=2),
    PairWorld("four subjects alike", subjects=4),
    PairWorld("four subjects who share noise of pictures", subjects=4, prior=0.5),
    PairWorld("four subjects who differ", subjects=4, people=0.3),
    PairWorld("eight subjects who differ", subjects=8, people=0.3),
)
ALONE = "correlation, over stimuli alone"
Pair = list[list[np.ndarray]]
TESTS: dict[str, Callable[[Pair], float]] = {
    "correlation": lambda pair: compare(*(Scores(_own(one)) for one in pair)).p,
    "two-way identification": lambda pair: (
        compare(*(Scores(_searched(one), _rivals(one)) for one in pair), bounds=BOUNDS).p
    ),
    ALONE: lambda pair: compare(*(Scores(_own(one).mean(axis=0, keepdims=True)) for one in pair)).p,
}


def paired_p(world: PairWorld, n: int, studies: int) -> dict[str, np.ndarray]:
    """Return p of the difference of two equal methods in every study, by kind of score."""
    rng = np.random.default_rng([n, *world.words.encode()])
    drawn = [world.similarities(n, rng) for _ in range(studies)]
    return {name: np.array([test(pair) for pair in drawn]) for name, test in TESTS.items()}


def comparisons(studies: int) -> str:
    """Return the rows of the table of comparisons."""
    rows = []
    for world in PAIRS:
        for n in SIZES:
            found = paired_p(world, n, studies)
            cells = (f"{np.mean(p <= 0.05):.3f} | {kstest(p, 'uniform').pvalue:.2f}" for p in found.values())
            rows.append(f"| {world.words} | {n} | {' | '.join(cells)} |")
    return "\n".join(rows)


def page(studies: int, large: int = LARGE) -> str:
    """Return the text of docs/calibration.md."""
    rows = [
        f"| {world.words} | {n} | " + " | ".join(f"{share:.3f}" for share in found.values()) + " |"
        for world in WORLDS
        for n in SIZES
        for found in [coverage(world, n, studies, large)]
    ]
    ps = [
        (words, null_p(*seen, studies, 199, within))
        for words, *seen, within in (
            ("all pictures in common", 30, 0, True),
            ("10 in common, 20 of their own", 10, 20, True),
            ("10 in common, 20 of their own, permuted among all", 10, 20, False),
        )
    ]
    found = [f"| {words} | {np.mean(p <= 0.05):.3f} | {kstest(p, 'uniform').pvalue:.2f} |" for words, p in ps]
    return TEXT.format(
        machine=machine(1),
        studies=studies,
        error=(0.95 * 0.05 / studies) ** 0.5,
        columns=" | ".join(INTERVALS),
        lines="|---" * (2 + len(INTERVALS)),
        rows="\n".join(rows),
        ps="\n".join(found),
        tests=" | ".join(f"{name}, p <= 0.05 | uniform, p" for name in TESTS),
        test_lines="|---" * (2 + 2 * len(TESTS)),
        comparisons=comparisons(studies),
    )


TEXT = """# Calibration of the scores

Made by `PYTHONPATH=workflow:. python tests/benchmarks/calibration.py --page docs/calibration.md`, which says
what is simulated. {machine}

## Intervals

Share of {studies} simulated studies whose 95 % interval holds the target; its standard error is {error:.3f}
at 0.95. Scores of the workflow have the first and the last kind of interval. The second treats two-way
identification as a mean over stimuli, the third counts pairs of stimuli as independent trials, as some papers
do.

| world | stimuli | {columns} |
{lines}|
{rows}

Over several subjects, targets are those of other people too, and the variance between subjects is added to
that over stimuli. Where subjects are alike the interval is then too wide. Near perfect, two-way
identification has few errors to learn from, and its interval errs on the wide side.

## p over subjects

Share of {studies} studies without information with p <= 0.05, over four subjects who share the noise of
pictures that they saw in common, and p of a Kolmogorov-Smirnov test that p is uniform. The workflow permutes
within sets of stimuli that the same subjects saw.

| stimuli | p <= 0.05 | uniform, p |
|---|---|---|
{ps}

## p of comparisons

Two methods that are as good as each other, compared by the same stimuli in {studies} studies: share with
p <= 0.05, and p of a Kolmogorov-Smirnov test that p is uniform. The first two kinds are those of
comparisons.parquet. The last one averages over subjects first and then forgets that they are a sample of
people: where people differ in which method suits them, it takes these people for all.

| world | stimuli | {tests} |
{test_lines}|
{comparisons}

Where people are alike and stimuli few, p over subjects errs on the safe side: the covariance that people have
because they saw the same stimuli is estimated, and an estimate below 0 counts as 0.
"""


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--page", type=Path)
    args = parser.parse_args()
    text = page(args.studies)
    print(text)
    if args.page:
        args.page.write_text(text)


if __name__ == "__main__":
    main()
