"""Jobs behind an input whose age does not matter (`ancient`) run again for reasons of their own.

Snakemake (9.27 and before, https://github.com/snakemake/snakemake/issues/4166) looks for reasons only in jobs
that come after no job that is to run, since the others run anyway. It forgets that a job whose input is
ancient does not. If two settings change at once, one of a job and one of a job behind it that takes its
output as ancient, the second job would be left out of the run, and what follows would mix old and new.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Dependants = Mapping[Any, set[Any]]


class Triggering(Mapping[Any, Dependants]):
    """The jobs that depend on each job, without those that take all of its files as ancient.

    Parameters
    ----------
    depending : mapping of a job to the jobs that depend on it, each with the files that it takes
    """

    def __init__(self, depending: Mapping[Any, Dependants]):
        self.depending = depending

    def __getitem__(self, job: Any) -> Dependants:
        return {
            other: files
            for other, files in self.depending[job].items()
            if not all(file.is_ancient for file in files)
        }

    def __iter__(self) -> Iterator[Any]:
        return iter(self.depending)

    def __len__(self) -> int:
        return len(self.depending)


def look_behind_ancient(dag: Any) -> None:
    """Let a class of graphs of jobs, that of Snakemake, look for reasons behind ancient inputs too.

    Once is enough, and a second time changes nothing.
    """
    plain = dag.update_needrun
    if getattr(plain, "looks_behind_ancient", False):
        return

    async def update_needrun(self: Any, *args: Any, **options: Any) -> None:
        self.bfs = lambda direction, *jobs, **more: dag.bfs(self, Triggering(direction), *jobs, **more)
        try:
            await plain(self, *args, **options)
        finally:
            del self.bfs

    update_needrun.looks_behind_ancient = True  # type: ignore[attr-defined]
    dag.update_needrun = update_needrun
