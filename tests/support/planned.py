"""The jobs of a dry run as Snakemake prints them: what each reads and writes, and what follows from what."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

BLOCK = re.compile(r"^(?:local)?rule (\w+):$", re.MULTILINE)

# Inputs whose age does not matter, as their rules say: `ancient`. Endings of their paths, by rule.
AGELESS = {"gram_features": "/trials.parquet", "stimuli": "_events.tsv"}


@dataclass(frozen=True)
class Job:
    """A planned job: its rule, the values of its wildcards as text, and its files."""

    rule: str
    wildcards: str
    inputs: frozenset[str]
    outputs: frozenset[str]

    def reads(self, paths: Iterable[str]) -> bool:
        """Whether the job reads one of these paths, and runs again when it changes."""
        ageless = AGELESS.get(self.rule)
        return any(path in self.inputs and not (ageless and path.endswith(ageless)) for path in paths)

    @property
    def name(self) -> tuple[str, str]:
        return self.rule, self.wildcards


def jobs_of(said: str) -> list[Job]:
    """Return the jobs that a dry run printed, localrules without outputs left out."""
    parts = BLOCK.split(said)[1:]
    jobs = [_job(rule, text) for rule, text in zip(parts[::2], parts[1::2], strict=True)]
    return [job for job in jobs if job.outputs]


def _job(rule: str, text: str) -> Job:
    def of(name: str) -> str:
        line = re.search(rf"^    {name}: (.*)$", text, re.MULTILINE)
        return line[1] if line else ""

    inputs, outputs = (frozenset(of(name).split(", ")) - {""} for name in ("input", "output"))
    return Job(rule, of("wildcards"), inputs, outputs)


def following(jobs: Iterable[Job], first: Callable[[Job], bool]) -> set[tuple[str, str]]:
    """Return the names of the first jobs, and of all that read in turn what these write."""
    every = list(jobs)
    found = [job for job in every if first(job)]
    for job in found:  # which grows
        found += [other for other in every if other.reads(job.outputs) and other not in found]
    return {job.name for job in found}
