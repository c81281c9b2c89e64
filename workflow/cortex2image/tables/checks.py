"""Rules that every row of a table keeps, beside the types of its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from cortex2image.errors import ContractError


# Expressions have no truth value, so that rules cannot be compared.
@dataclass(frozen=True, eq=False)
class RowCheck:
    """A rule on the values of one row.

    Attributes
    ----------
    rule : str
        The rule in words.
    holds : pyarrow.compute.Expression
        True where a row keeps it. NaN keeps no comparison. A rule says nothing on rows whose values are null.
    fix : str
        What to do about a row that breaks it, as an instruction.
    """

    rule: str
    holds: pc.Expression
    fix: str

    def check(self, table: pa.Table, key: Sequence[str], source: str | Path) -> None:
        """Raise :class:`ContractError` with the key of the first row that breaks the rule."""
        broken = table.filter(~self.holds)
        if broken.num_rows:
            first = ", ".join(f"{name} {broken.column(name)[0]}" for name in key)
            found = f"{broken.num_rows} of {table.num_rows} rows break it, first {first}"
            raise ContractError(source, f"rows with {self.rule}", found, self.fix)


def between(low: str, value: str, high: str) -> pc.Expression:
    """Return whether `low` <= `value` <= `high`, names of columns."""
    return (pc.field(low) <= pc.field(value)) & (pc.field(value) <= pc.field(high))


def together(*names: str) -> pc.Expression:
    """Return whether columns are null in the same rows."""
    first, *others = (pc.field(name).is_null() for name in names)
    same = others[0] == first
    for other in others[1:]:
        same = same & (other == first)
    return same
