"""What Snakemake gives to functions of a rule: the wildcards of a job."""

from collections.abc import Callable
from typing import Any

Wildcards = Any
"""An object whose attributes are the values of a job's wildcards, e.g. `wildcards.subject`."""
OfJob = Callable[[Wildcards], Any]
"""An input, a parameter or a need of a job, as a function of its wildcards."""
