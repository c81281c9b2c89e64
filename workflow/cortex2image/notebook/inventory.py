"""Which tables a study has, which it lacks, and the target of Snakemake that makes each."""

import string
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import pandas as pd

from cortex2image.report.study import StudyResults
from cortex2image.study.encoding_models import JOINT, SPACE, STACK, encoding_models
from cortex2image.tables.contract import Contract
from cortex2image.tables.contracts import CONTRACTS
from cortex2image.tables.paths import Layout

ONCE = tuple(contract.name for contract in CONTRACTS if "{" not in contract.path)
"""Tables that a study has once, not per subject."""


def wildcards_of(contract: Contract) -> tuple[str, ...]:
    """Return the names that the path of a table needs, such as ``subject``."""
    return tuple(field for _, field, _, _ in string.Formatter().parse(contract.path) if field)


def inventory(study: StudyResults) -> pd.DataFrame:
    """Return every table that a study has or could have.

    Returns
    -------
    DataFrame
        Of each table its name, the names that it takes (as ``subject=sub-01``), whether it is there, and the
        target by which Snakemake makes it. Tables for which a study may choose names of its own, such as
        those of regions, are listed where they are there.
    """
    rows = [row for contract in CONTRACTS for row in _rows(contract, study)]
    return pd.DataFrame(rows, columns=["table", "of", "there", "target"])


def known_values(study: StudyResults, table: str) -> Mapping[str, Sequence[str]]:
    """Return wildcard -> the values that the settings of a study give it in the path of a table."""
    settings = study.settings
    models = encoding_models(settings.encode, settings.reconstruct)
    chosen = [model for model in models if table not in KINDS or model.kind in KINDS[table]]
    known = {"subject": study.subjects, "method": study.methods, "model": [model.name for model in chosen]}
    if table in ("decoded", "decoded_scores", "lesioned"):
        known["space"] = study.spaces
    return known


KINDS = {"encoding_predictions": (SPACE,), "unique": (JOINT,), "stack_weights": (STACK,)}
"""Tables that only some kinds of encoding models have."""


def _rows(contract: Contract, study: StudyResults) -> Iterator[tuple[str, str, bool, str]]:
    names, known = wildcards_of(contract), known_values(study, contract.name)
    layout, root = Layout(study.name), study.folder.root
    if not set(names) <= set(known):
        pattern = contract.path.format(**dict.fromkeys(names, "*"))
        for path in sorted(root.glob(pattern)):
            yield contract.name, "", True, f"{layout.root}/{path.relative_to(root).as_posix()}"
        return
    for values in product(*(known[name] for name in names)):
        chosen = dict(zip(names, values, strict=True))
        there = Path(study.folder.path(contract.name, **chosen)).exists()
        of = ", ".join(f"{name}={value}" for name, value in chosen.items())
        yield contract.name, of, there, layout.path(contract.name, **chosen)
