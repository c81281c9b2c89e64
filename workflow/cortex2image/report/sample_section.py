"""Section on the samples of a stimulus: one, their mean, their spread, and the best of them."""

import re
from collections.abc import Collection, Sequence
from typing import TypedDict

import pandas as pd

from cortex2image.plots.samples import samples_chart
from cortex2image.plots.style import svg
from cortex2image.report.figures import Figure
from cortex2image.report.headlines import headline_metrics
from cortex2image.report.metric_kinds import in_order
from cortex2image.report.packed import packed
from cortex2image.report.score_figures import axis_label
from cortex2image.report.score_section import pooled_rows
from cortex2image.report.words import method_word, metric_word

COLUMNS = ["metric", "method", "subject", "use", "samples", "n", "value", "ci_low", "ci_high"]
USES = {
    "one_sample": "first sample alone",
    "mean": "mean of the samples",
    "by_brain": "best by the brain",
    "by_truth": "best by the truth",
    "worst": "worst by the truth",
}
"""Uses of the samples in the legend of the chart."""


class SampleSection(TypedDict):
    """What the page shows; `samples` is the number of samples of a stimulus."""

    figure: Figure
    samples: str
    data: dict[str, object]


def sample_section(
    scores: pd.DataFrame, methods: Sequence[str], decoded_from: Collection[str], target: str
) -> SampleSection | None:
    """Return what the page shows; None where every method draws one sample.

    Parameters
    ----------
    scores : table `sample_scores`
    methods : all methods, in order
    decoded_from : as in :func:`~cortex2image.report.headlines.headline_metrics`
    target : file that Snakemake can make again
    """
    if scores.empty:
        return None
    counts = sorted(set(scores["samples"]))
    order = {method: place for place, method in enumerate(methods)}
    place = {metric: i for i, metric in enumerate(in_order(scores["metric"]))}
    rows = scores.assign(place=scores["metric"].map(place), rank=scores["method"].map(order))
    rows = rows.sort_values(["place", "rank"], kind="stable")
    return {
        "figure": _figure(rows, decoded_from, target),
        "samples": f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}",
        "data": packed(rows.assign(use=_uses(rows))[COLUMNS]),
    }


def use_in_words(aggregate: str, chosen_by: str) -> str:
    """Return in words what is made of the samples, by the columns `aggregate` and `chosen_by`."""
    if aggregate == "best_of_n_by_brain":
        return f"best by the brain ({metric_word(chosen_by).title})"
    if rank := re.fullmatch(r"rank_(\d+)_of_n_by_truth", aggregate):
        return f"number {rank[1]} by the truth"
    words = {
        "mean": USES["mean"],
        "one_sample": USES["one_sample"],
        "sd_between": "spread (SD between samples)",
        "best_of_n_by_truth": USES["by_truth"],
    }
    return words[aggregate]


def _uses(rows: pd.DataFrame) -> list[str]:
    return [use_in_words(*key) for key in zip(rows["aggregate"], rows["chosen_by"], strict=True)]


def _figure(rows: pd.DataFrame, decoded_from: Collection[str], target: str) -> Figure:
    pooled = pooled_rows(rows)
    drawn = pooled.assign(use=_drawn_uses(pooled)).dropna(subset="use")
    # Of several regions that may choose, the first is drawn; the table has all.
    drawn = drawn.drop_duplicates(["metric", "method", "use"])
    metrics = headline_metrics(set(drawn["metric"]), decoded_from)
    drawn = drawn[drawn["metric"].isin(metrics)]
    panels = {
        axis_label(metric, rows[rows["metric"] == metric]): drawn[drawn["metric"] == metric].assign(
            method=lambda part: [method_word(name).title for name in part["method"]]
        )
        for metric in metrics
    }
    return Figure(
        "samples",
        svg(samples_chart(panels, USES)),
        "Scores of the first sample, the mean, the best and the worst sample of every method",
        drawn[["metric", "method", "use", "chosen_by", "samples", "n", "value", "ci_low", "ci_high"]],
        target,
    )


def _drawn_uses(rows: pd.DataFrame) -> list[str | None]:
    """Return the use of samples of each row as the chart names it, None for a row that it does not show."""
    named = {"one_sample": "one_sample", "mean": "mean", "best_of_n_by_brain": "by_brain"}
    named |= {"best_of_n_by_truth": "by_truth"}
    pairs = zip(rows["aggregate"], rows["samples"], strict=True)
    return [named.get(use, "worst" if use == f"rank_{n}_of_n_by_truth" else None) for use, n in pairs]
