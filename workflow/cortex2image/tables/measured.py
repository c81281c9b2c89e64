"""How many values a Parquet table from outside claims, told by a process of its own.

A table of a kilobyte may hold a thousand million equal values, so that it is measured before it is read.
pyarrow ends the whole process if what the footer says of a column contradicts itself; here only the
process that measures ends.
"""

import subprocess
import sys
from collections.abc import Sequence

_MEASURE = """
import sys
import pyarrow.parquet as pq
metadata, names = pq.read_metadata(sys.argv[1]), sys.argv[2:]
counts = dict.fromkeys(names, 0)
for group in map(metadata.row_group, range(metadata.num_row_groups)):
    for column in map(group.column, range(group.num_columns)):
        name = column.path_in_schema.partition(".")[0]
        counts[name] = counts.get(name, 0) + column.num_values
print(max(counts[name] for name in names))
"""


def largest_column(path: str, names: Sequence[str]) -> int:
    """Return the number of values in the longest of some columns, vectors counted value by value.

    Raises
    ------
    ValueError
        The file is no Parquet table, or is damaged.
    """
    done = subprocess.run([sys.executable, "-c", _MEASURE, path, *names], capture_output=True, text=True)
    if done.returncode:
        *_, said = done.stderr.strip().splitlines() or ["nothing is known of its columns"]
        raise ValueError(said.strip())
    return int(done.stdout)
