"""The tables of other studies that a study is compared with."""

from collections.abc import Sequence
from pathlib import Path

from cortex2image.errors import ConfigError
from cortex2image.study.settings import Study
from cortex2image.tables.paths import Layout

COMPARED = ("scores", "stimuli", "trials")
"""The tables of every study that a comparison reads."""


def compared_tables(study: Study, table: str) -> list[str]:
    """Return the paths of a table of every study in the setting `studies`, study by study.

    A table of each subject has as many paths as subjects. The jobs of this study make its own tables; those
    of other studies must be there.

    Raises
    ------
    ConfigError
        Fewer than two studies, or one that has not run.
    """
    if len(study.studies) < 2:
        fix = 'name studies: --config studies="[demo, demo-cluster]"'
        raise ConfigError("studies", "at least two to compare", f"{len(study.studies)}", fix)
    return [path for name in study.studies for path in _paths(study, name, table)]


def can_compare(study: Study) -> bool:
    """Return whether `studies` names two or more studies whose tables are there or planned."""
    try:
        for table in COMPARED:
            compared_tables(study, table)
    except ConfigError:
        return False
    return True


def _paths(study: Study, name: str, table: str) -> Sequence[str]:
    pattern = Layout(name).path(table)
    if name == study.study:
        of_subjects = [pattern.replace("{subject}", subject) for subject in study.subjects]
        return of_subjects if "{subject}" in pattern else [pattern]
    found = sorted(map(str, Path().glob(pattern.replace("{subject}", "*"))))
    if not found:
        fix = f"run `snakemake evaluate` with the config of {name}, or correct the name"
        raise ConfigError("studies", f"the {table} of {name}", f"no file {pattern}", fix)
    return found
