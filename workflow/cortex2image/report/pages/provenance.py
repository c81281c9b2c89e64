"""The page of provenance: how the results were made, from which config, in which time, and all tables."""

from dataclasses import asdict

import pandas as pd

from cortex2image.report.config_section import config_rows
from cortex2image.report.figures import Figure
from cortex2image.report.job_times import RuleTimes, duration, peak_memory, rule_times
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.report.tables_section import table_kinds
from cortex2image.report.workflow_graph import draw
from cortex2image.report.workflow_rules import RULES


def content(study: StudyResults) -> Content:
    """Return the content of the page of provenance."""
    times, (tables, copies) = rule_times(study.benchmarks), table_kinds(study)
    graph = graph_figure(times, study.name)
    return Content(
        {
            "provenance": study.provenance,
            "model_set": study.settings.models.set,
            "graph": graph,
            "times": times,
            "rules": RULES,
            "duration": duration,
            "jobs": sum(of.jobs for of in times),
            "seconds": sum(of.seconds for of in times),
            "cpu_hours": sum(of.cpu_hours for of in times),
            "memory_gb": peak_memory(times),
            "tables": tables,
            "config": config_rows(study.provenance["config"]),
        },
        [graph] if graph else [],
        downloads={**copies, "tables/scores.csv": study.folder.table("scores").to_csv(index=False)},
    )


def graph_figure(times: list[RuleTimes], name: str) -> Figure | None:
    """Return the drawing of the rules that ran, with their times; None where no times are known."""
    known = {of.rule: of for of in times if of.rule in RULES}
    if not known:
        return None
    # The pages are being made: the time of their own job is not written yet, or is that of the last report.
    shown = dict.fromkeys([*known, "report"])
    notes = {rule: f"{_jobs(of.jobs)}, {duration(of.seconds)}" for rule, of in known.items()}
    order = ", ".join(rule.replace("_", " ") for rule in RULES if rule in shown)
    return Figure(
        "workflow",
        draw(shown, notes),
        f"Rules of the workflow from top to bottom, each below those it waits for: {order}.",
        pd.DataFrame([asdict(of) for of in known.values()]),
        f"results/{name}/report/index.html",
    )


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"
