"""A study as a small card of HTML, which notebooks show in place of its name."""

from html import escape
from urllib.parse import quote

import pandas as pd

from cortex2image.report.study import POOLED, StudyResults
from cortex2image.report.words import term

STYLE = "border-collapse:collapse;margin:0.4em 0"
CELL = "padding:0.15em 0.7em;text-align:{};border-bottom:1px solid #8886"
METRICS = 3
"""Columns of the table."""
PREFERRED = ("pixcorr", "ssim2d", "twoway_clip", "twoway_clip_mindeye", "category_identification")
"""Metrics that the table shows first where they were computed: of pixels, then of meaning."""


def study_card(study: StudyResults) -> str:
    """Return what was run, on whom, the scores of all subjects together and a link to the report.

    Every text is escaped: names come from files.
    """
    whom = f"{_count(len(study.subjects), 'subject')}: {', '.join(study.subjects)}"
    kind = "simulated by the workflow" if study.simulated else f"read as {study.settings.dataset.reader}"
    lines = [
        f"<strong>Study {escape(study.name)}</strong>",
        f"{escape(whom)}; data {escape(kind)}; models {escape(study.settings.models.set)}",
        f"{_count(len(study.methods), 'method')}: {escape(', '.join(_title(m) for m in study.methods))}",
        *_scores(study),
        _link(study),
    ]
    return "<div>" + "<br>".join(lines) + "</div>"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _title(method: str) -> str:
    return term(method, "method").title


def _scores(study: StudyResults) -> list[str]:
    if not study.folder.has("scores"):
        target = escape(f"results/{study.name}/scores.parquet")
        return [f"No scores yet: <code>snakemake --cores all {target}</code> makes them."]
    scores = study.folder.table("scores")
    subject = POOLED if len(study.subjects) > 1 and POOLED in set(scores["subject"]) else study.subjects[0]
    own = scores[(scores["subject"] == subject) & scores["method"].isin(study.methods)]
    metrics = _metrics(list(dict.fromkeys(own["metric"])))
    heads = [_head(metric, own) for metric in metrics]
    head = "".join(f'<th style="{CELL.format("right")}">{text}</th>' for text in heads)
    rows = [_row(method, own, metrics) for method in study.methods if (own["method"] == method).any()]
    of = "all subjects together" if subject == POOLED else subject
    caption = f"Mean over test stimuli [95 % interval], {escape(of)}; chance: mean of the permutation null"
    first = f'<th style="{CELL.format("left")}">Method</th>'
    table = (
        f'<table style="{STYLE}"><thead><tr>{first}{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )
    return [table + f"<small>{caption}</small>"]


def _metrics(present: list[str]) -> list[str]:
    chosen = [name for name in PREFERRED if name in present]
    return [*chosen, *(name for name in present if name not in chosen)][:METRICS]


def _head(metric: str, scores: pd.DataFrame) -> str:
    own = scores[scores["metric"] == metric]
    arrow = "↑" if own["higher_is_better"].iloc[0] else "↓"
    chance = own["null_mean"].mean()
    below = "" if pd.isna(chance) else f"<br><small>chance {round(chance, 2) + 0.0:.2f}</small>"
    return f"{escape(term(metric, 'metric').title)} {arrow}{below}"


def _row(method: str, scores: pd.DataFrame, metrics: list[str]) -> str:
    own = scores[scores["method"] == method].set_index("metric")
    cells = [_cell(own, metric) for metric in metrics]
    title = f'<td style="{CELL.format("left")}">{escape(_title(method))}</td>'
    return f"<tr>{title}{''.join(cells)}</tr>"


def _cell(own: pd.DataFrame, metric: str) -> str:
    text = "–"
    if metric in own.index:
        value, low, high = (float(own.loc[metric, name]) for name in ("value", "ci_low", "ci_high"))
        text = f"{value:.3f} [{low:.3f}, {high:.3f}]"
    return f'<td style="{CELL.format("right")}">{text}</td>'


def _link(study: StudyResults) -> str:
    page = study.folder.path("report_page")
    if not page.exists():
        target = escape(f"results/{study.name}/report/index.html")
        return f"No report yet: <code>snakemake --cores all {target}</code> makes it."
    return f'<a href="{escape(quote(page.as_posix()))}">Report</a>: {escape(page.as_posix())}'
