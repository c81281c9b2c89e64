"""What stands on the sheets of a subject: for every method all test stimuli, and the best and the worst."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cortex2image.errors import DataError
from cortex2image.metrics.metric import Metric
from cortex2image.metrics.registry import METRICS, TWO_WAYS
from cortex2image.plots.sheets import Heading, Sheet
from cortex2image.study.methods import FROM_PICTURE, NO_DIFFUSION, SEEN, Method

CHOSEN = 10
"""Largest number of stimuli on a sheet of the best or the worst."""
SELECTED = "Chosen by score: not representative of the method."


@dataclass(frozen=True)
class Drawn:
    """The pictures of one subject.

    Attributes
    ----------
    study, subject : str
    stimuli : table `stimuli`
    methods : methods of the study
    pictures : name of a method -> table `reconstructions`
    """

    study: str
    subject: str
    stimuli: pd.DataFrame
    methods: Sequence[Method]
    pictures: Mapping[str, pd.DataFrame]


def method_sheet(method: Method, drawn: Drawn) -> Sheet:
    """Return every test stimulus that a method drew: what was seen, the coarse picture, all samples.

    Rows are sorted by stimulus id, so that no row was chosen. Where the data set does not say what was seen,
    they are sorted by category first, and labelled with it.

    Raises
    ------
    DataError
        A stimulus of the pictures is not in the table `stimuli`.
    """
    table = drawn.pictures[method.name].sort_values(["stimulus_id", "sample"])
    known = _known(drawn.stimuli, table["stimulus_id"], method)
    seen = known["image_path"].notna().all()
    coarse = coarse_method(method, drawn.methods)
    before = [known["image_path"]] if seen else []
    before += [drawn.pictures[coarse.name].set_index("stimulus_id")["image_path"]] if coarse else []
    samples = dict(list(table.groupby("stimulus_id")["image_path"]))
    names = list(known.index if seen else known.sort_values("category", kind="stable").index)
    rows = [
        (name if seen else _by_category(name, known), [*(paths[name] for paths in before), *samples[name]])
        for name in names
    ]
    count = int(table["sample"].nunique())
    columns = [*([SEEN.name] if seen else []), *(["coarse"] if coarse else []), *_sample_names(method, count)]
    return Sheet(_heading(method, drawn, len(rows), count, coarse, bool(seen)), columns, rows)


def coarse_method(method: Method, run: Sequence[Method]) -> Method | None:
    """Return the method of a study that shows the coarse pictures a method starts from, None if none does."""
    if method.start != FROM_PICTURE:
        return None
    wanted = _layout(method)
    shown = (other for other in run if other.start == NO_DIFFUSION and set(other.inputs) == {"z"})
    return next((other for other in shown if _layout(other) == wanted), None)


def _layout(method: Method) -> tuple[object, ...]:
    """Return what the z of a method is: its source, and its file or number of directions if it has one."""
    return method.inputs["z"], method.files.get("z"), method.rank


def ranked_sheets(sheet: Sheet, table: pd.DataFrame, metric: Metric) -> dict[str, Sheet]:
    """Return the sheets `best` and `worst` of a method: at most ten stimuli each, and none on both.

    A stimulus has the mean score of its samples. Of equal scores the first by name is taken. One stimulus has
    neither a best nor a worst.

    Parameters
    ----------
    sheet : Sheet
        All stimuli, labelled with their ids.
    table : table `evaluation` of the method
    metric : Metric
        One that the table holds.
    """
    scores = table[table["metric"] == metric.name].groupby("stimulus_id")["value"].mean()
    count = min(CHOSEN, len(scores) // 2)
    sheets = {}
    for name in ("best", "worst") if count else ():
        ascending = (name == "worst") == metric.higher_is_better
        order = scores.sort_index().sort_values(ascending=ascending, kind="stable")
        sheets[name] = _ranked(sheet, name, order, count, metric)
    return sheets


def sheet_metric(wanted: str | None, tables: Mapping[str, pd.DataFrame]) -> Metric:
    """Return the metric that chooses the best and the worst.

    It is the wanted one; without one, two-way identification by CLIP, else another identification of all
    stimuli, else the first metric there is.

    Parameters
    ----------
    wanted : str or None
    tables : path -> table `evaluation`

    Raises
    ------
    DataError
        A table lacks the metric.
    """
    held = {path: set(table["metric"]) for path, table in tables.items()}
    common = set.intersection(*held.values())
    name = wanted or _usual([metric for name, metric in METRICS.items() if name in common])
    lacking = [path for path, metrics in held.items() if name not in metrics]
    if name is None or lacking:
        fix = "name one of these in evaluate/sheet_metric"
        found = f"no {wanted or 'metric that all tables have'}"
        expected = f"a metric among {', '.join(sorted(common))}"
        raise DataError((lacking or list(tables))[0], expected, found, fix)
    return METRICS[name]


def _usual(metrics: Sequence[Metric]) -> str | None:
    """Return the metric that chooses if none is named, None if there is none."""
    of_all = [metric.name for metric in metrics if metric.kind == "identification" and metric.needs is None]
    # CLIP comes last among the judges that identify pictures, in every model set.
    two_way = [name for name in of_all if name in TWO_WAYS]
    return next(iter([*two_way[-1:], *of_all[-1:], *(metric.name for metric in metrics)]), None)


def _known(stimuli: pd.DataFrame, drawn: pd.Series, method: Method) -> pd.DataFrame:
    missing = sorted(set(drawn) - set(stimuli["stimulus_id"]))
    if missing:
        found = f"{len(missing)} are missing, first {missing[0]}"
        fix = "delete the pictures of this method and run the workflow again"
        raise DataError("stimuli.parquet", f"the stimuli drawn by method {method.name}", found, fix)
    return stimuli.set_index("stimulus_id").loc[sorted(set(drawn))]


def _by_category(name: str, known: pd.DataFrame) -> str:
    category = known.loc[name, "category"]
    return f"{'no category' if pd.isna(category) else category}\n{name}"


def _sample_names(method: Method, count: int) -> list[str]:
    # On long sheets the columns are as narrow as the first of these headings.
    return ["sample 0", *map(str, range(1, count))] if method.draws_noise else ["picture"] * count


def _heading(
    method: Method, drawn: Drawn, rows: int, count: int, coarse: Method | None, seen: bool
) -> Heading:
    each = f"{count} samples each, which differ in their noise alone" if count > 1 else "one picture each"
    order = "in the order of their names" if seen else "by category: which picture was seen is not known"
    text = f"The method {method.meaning}.\n{rows} test stimuli {order}, none left out; {each}."
    if coarse:
        text += f" The coarse picture, from which the method starts, is that of method {coarse.name}."
    return Heading(f"{drawn.study}, {drawn.subject}, {method.title}", text)


def _ranked(sheet: Sheet, name: str, order: pd.Series, count: int, metric: Metric) -> Sheet:
    rows, chosen = dict(sheet.rows), order.iloc[:count]
    last, direction = chosen.iloc[-1], "higher" if metric.higher_is_better else "lower"
    equal = int((order == last).sum() - (chosen == last).sum())
    text = f"Score below the name: {metric.title} ({direction} is better), mean of all samples. "
    text += f"The mean of all {len(order)} stimuli is {order.mean():.3f}."
    if equal:
        text += f" {equal} more have the score {last:.3f} of the last one here; they come later by name."
    heading = Heading(
        f"{sheet.heading.title}: the {count} {name} of {len(order)} by {metric.title}", text, SELECTED
    )
    scored = [(f"{stimulus}\n{score:.3f}", rows[stimulus]) for stimulus, score in chosen.items()]
    return replace(sheet, heading=heading, rows=scored)
