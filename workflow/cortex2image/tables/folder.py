"""The results of one study as a folder: its tables and files by name, read and checked."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from cortex2image.errors import DataError
from cortex2image.given_files import read_json
from cortex2image.tables.contracts import CONTRACTS
from cortex2image.tables.paths import path_in_study

BY_NAME = {contract.name: contract for contract in CONTRACTS}
RUN = "run the workflow, or name this file as a target of snakemake"


class StudyFolder:
    """Tables and files of one study, by the names that :mod:`cortex2image.tables.paths` knows.

    Parameters
    ----------
    root : path of the folder, such as ``results/demo``
    files : collection of paths, or None
        Files and folders that may be opened: what a rule declares as its input, so that nothing is read that
        does not run the rule again. None: every file that is there.
    """

    def __init__(self, root: str | Path, files: Collection[str | Path] | None = None):
        self.root = Path(root)
        self._declared = None if files is None else {Path(file) for file in files}

    def path(self, name: str, **wildcards: str) -> Path:
        """Return the path of a table or another file, there or not.

        Raises
        ------
        ValueError
            An unknown name, or a wildcard that the path does not have.
        """
        return self.root / path_in_study(name, **wildcards)

    def has(self, name: str, **wildcards: str) -> bool:
        """Return whether a table or file may be opened: declared, or, if nothing is declared, there."""
        path = self.path(name, **wildcards)
        return path.exists() if self._declared is None else self._may_open(path)

    def open(self, name: str, **wildcards: str) -> Path:
        """Return the path of a table or file that is there.

        Raises
        ------
        DataError
            It is missing, or not among the files that may be opened.
        """
        path = self.path(name, **wildcards)
        if self._declared is not None and not self._may_open(path):
            raise DataError(path, "a declared input", "a file that was not declared", "add it to the rule")
        if not path.exists():
            raise DataError(path, f"the {name} of this study", "no such file", RUN)
        return path

    def table(self, name: str, **wildcards: str) -> pd.DataFrame:
        """Return a table, checked against its contract.

        Raises
        ------
        DataError, ContractError
            The table is missing, damaged, or of another contract or version.
        """
        return self.arrow(name, **wildcards).to_pandas()

    def arrow(self, name: str, **wildcards: str) -> pa.Table:
        """Return a table as :meth:`table` does, for Arrow, with its metadata."""
        return BY_NAME[name].read(self.open(name, **wildcards))

    def facts(self, name: str, **wildcards: str) -> dict[str, str]:
        """Return the metadata of a table: texts by name."""
        metadata = BY_NAME[name].read_schema(self.open(name, **wildcards)).metadata or {}
        return {key.decode(): value.decode() for key, value in metadata.items()}

    def json(self, name: str, **wildcards: str) -> Any:
        """Return what a JSON file holds.

        Raises
        ------
        DataError
            The file is missing, or no JSON.
        """
        path = self.open(name, **wildcards)
        try:
            return read_json(path)
        except ValueError as error:
            raise DataError(path, "a JSON file", str(error), f"delete it and {RUN}") from None

    def files(self, ending: str) -> list[Path]:
        """Return the files of the study with this ending that may be opened, sorted; copies are left out."""
        found = self.root.rglob(f"*{ending}") if self._declared is None else self._declared
        copies = self.path("report_downloads")
        return sorted(p for p in found if p.name.endswith(ending) and p.is_file() and copies not in p.parents)

    def _may_open(self, path: Path) -> bool:
        """Return whether a path is declared, or lies in a declared folder."""
        assert self._declared is not None
        return not self._declared.isdisjoint((path, *path.parents))
