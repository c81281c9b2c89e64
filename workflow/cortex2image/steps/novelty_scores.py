"""Say how scores depend on how near test stimuli are to training stimuli.

Reads novelty.parquet, the trials of all subjects, and the evaluations of all subjects, methods and decoded
spaces. Computes the score of each third of test stimuli, by similarity to the nearest training stimulus, and
the rank correlation of score and similarity, by subject and over all subjects. Writes
novelty_scores.parquet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from cortex2image.errors import DataError, run_step
from cortex2image.metrics.evaluated import bounds_of
from cortex2image.novelty.scores import (
    Association,
    Ranked,
    associate,
    rho,
    rho_permuted,
    rho_without,
    score_of_thirds,
    thirds,
)
from cortex2image.stats.permutation import sets_seen, stimulus_permutations
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.novelty import NOVELTY, NOVELTY_SCORES
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import EVALUATION
from cortex2image.tables.scores import POOLED

READS = ("seed", "evaluate/permutations")
COMMAND = Command(
    __doc__, Study, READS, inputs=("novelty",), lists=("trials", "evaluation"), outputs=("novelty_scores",)
)
Series = tuple[str, str]


@dataclass(frozen=True)
class Subject:
    """Scores and similarities of one subject's n test stimuli.

    Attributes
    ----------
    stimuli : (n,) sorted names
    series : k pairs of method and metric
    values : (k, n) array
    similarity : mapping of measure to (n,) array
    order : (draws, n) array
        Permutations of the stimuli.
    """

    stimuli: Sequence[str]
    series: Sequence[Series]
    values: np.ndarray
    similarity: Mapping[str, np.ndarray]
    order: np.ndarray


def read_values(paths: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Read evaluations: by subject a row for each method and metric, a column per stimulus.

    Values are means over samples. Series that lack a stimulus of the subject, as identification within a
    category that one picture shows, are left out.
    """
    frames = []
    for path in paths:
        table = EVALUATION.read(path)
        facts = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
        frames.append(table.to_pandas().assign(subject=facts["subject"], method=facts["method"]))
    wide = pd.concat(frames).pivot_table("value", ["subject", "method", "metric"], "stimulus_id")
    frames_of = {str(subject): frame.droplevel(0) for subject, frame in wide.groupby("subject")}
    return {subject: frame.dropna(axis=1, how="all").dropna() for subject, frame in frames_of.items()}


def read_similarity(path: str) -> dict[str, pd.DataFrame]:
    """Read novelty.parquet: by subject a row for each measure, a column per stimulus."""
    rows = NOVELTY.read(path).to_pandas()
    wide = rows.pivot_table("similarity", ["subject", "measure"], "stimulus_id", sort=False)
    return {str(subject): frame.droplevel(0) for subject, frame in wide.groupby("subject", sort=False)}


def subjects_of(
    values: Mapping[str, pd.DataFrame],
    similarity: Mapping[str, pd.DataFrame],
    seen: Sequence[Sequence[str]],
    study: Study,
    source: str,
) -> dict[str, Subject]:
    """Align scores and similarities of every subject by stimulus.

    Raises
    ------
    DataError
        Scores of stimuli whose nearest training stimuli are unknown.
    """
    found = {}
    for subject, scores in values.items():
        stimuli = scores.columns.tolist()
        near = similarity.get(subject, pd.DataFrame())
        missing = sorted(set(stimuli) - set(near.columns))
        if missing:
            fix = "delete the table and run the workflow again"
            lack = f"{len(missing)} missing for {subject}, first {missing[0]}"
            raise DataError(source, "the nearest training stimulus of every test stimulus", lack, fix)
        groups, alone = sets_seen(stimuli, seen), len(seen) == 1
        order = stimulus_permutations(study.seed, stimuli, study.evaluate.permutations, groups, every=alone)
        by_measure = {str(measure): row.to_numpy(float) for measure, row in near[stimuli].iterrows()}
        found[subject] = Subject(stimuli, scores.index.tolist(), scores.to_numpy(float), by_measure, order)
    return found


def rows_of(name: str, chosen: Sequence[Subject], measure: str) -> Iterator[dict[str, object]]:
    """Yield the rows of one subject, or of all pooled, and a measure."""
    series = [pair for pair in chosen[0].series if all(pair in subject.series for subject in chosen)]
    stimuli = sorted({stimulus for subject in chosen for stimulus in subject.stimuli})
    values = np.stack([_spread(each, each.values[_places(each, series)], stimuli) for each in chosen])
    near = np.stack([_spread(each, each.similarity[measure], stimuli) for each in chosen])
    part, found = thirds(near), _association(chosen, series, measure, stimuli)
    for number, (method, metric) in enumerate(series):
        yield {
            "subject": name,
            "method": method,
            "metric": metric,
            "measure": measure,
            "n": len(stimuli),
            **score_of_thirds(values[:, number], part, bounds_of(metric)),
            "rho": found.rho[number],
            "rho_low": found.low[number],
            "rho_high": found.high[number],
            "p": found.p[number],
        }


def _places(subject: Subject, series: Sequence[Series]) -> list[int]:
    place = {pair: number for number, pair in enumerate(subject.series)}
    return [place[pair] for pair in series]


def _spread(subject: Subject, values: np.ndarray, stimuli: Sequence[str]) -> np.ndarray:
    """Return (..., n) values of a subject's stimuli among all, NaN for those that it did not see."""
    place = {stimulus: number for number, stimulus in enumerate(stimuli)}
    spread = np.full((*values.shape[:-1], len(stimuli)), np.nan)
    spread[..., [place[stimulus] for stimulus in subject.stimuli]] = values
    return spread


def _association(
    chosen: Sequence[Subject], series: Sequence[Series], measure: str, stimuli: Sequence[str]
) -> Association:
    rhos, without, seen, permuted = [], [], [], []
    for subject in chosen:
        scores = Ranked.of(subject.values[_places(subject, series)])
        similarity = Ranked.of(subject.similarity[measure][None])
        rhos.append(rho(scores, similarity))
        without.append(_spread(subject, rho_without(scores, similarity), stimuli))
        seen.append(np.isin(stimuli, subject.stimuli))
        permuted.append(rho_permuted(scores, similarity, subject.order))
    return associate(*map(np.stack, (rhos, without, seen, permuted)))


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step."""
    args, study = COMMAND.parse(argv)
    seen = [TRIALS.read(path).column("stimulus_id").to_pylist() for path in args.trials]
    similarity = read_similarity(args.novelty)
    subjects = subjects_of(read_values(args.evaluation), similarity, seen, study, args.novelty)
    groups = [*((name, [subject]) for name, subject in subjects.items()), (POOLED, list(subjects.values()))]
    rows = [
        row
        for name, chosen in groups
        for measure in chosen[0].similarity
        for row in rows_of(name, chosen, measure)
    ]
    table = pd.DataFrame(rows)
    columns = {name: pa.array(table[name], from_pandas=True) for name in table.columns}
    NOVELTY_SCORES.write(columns, args.novelty_scores)


if __name__ == "__main__":
    run_step(main)
