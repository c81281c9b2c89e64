"""A figure of the report: a drawing with the table behind it and the command that made it."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

FILE_NAME = re.compile(r"[\w.+-]+")


@dataclass(frozen=True)
class Figure:
    """A drawing that the page shows, and what a reader can ask of it.

    Attributes
    ----------
    name : str
        Name of its files below ``report/figures``, without suffix.
    svg : bytes
    alt : str
        What it shows, for those who cannot see it.
    table : DataFrame
        The numbers that are drawn, as rows that a spreadsheet can open.
    target : str
        File of the study that the numbers come from, which Snakemake can make again.
    """

    name: str
    svg: bytes
    alt: str
    table: pd.DataFrame
    target: str

    def __post_init__(self) -> None:
        if not FILE_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no file name: letters, digits and . + - _ only")

    @property
    def drawing(self) -> str:
        """Return the link to the drawing."""
        return f"figures/{self.name}.svg"

    @property
    def data(self) -> str:
        """Return the link to the table."""
        return f"figures/{self.name}.csv"

    @property
    def command(self) -> str:
        """Return the command that makes the numbers again; options such as --configfile are the user's."""
        return f"snakemake --cores all {shlex.quote(self.target)}"

    def write(self, folder: Path) -> None:
        """Write drawing and table into a folder."""
        (folder / f"{self.name}.svg").write_bytes(self.svg)
        self.table.to_csv(folder / f"{self.name}.csv", index=False)
