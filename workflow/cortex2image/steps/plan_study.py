"""Plan a study: its jobs, hours, memory and disk, before anything runs and before its data are there.

Prints, and writes the jobs as a table: of each rule the number of jobs, GPUs and memory of one. Hours follow
from measured rates, each named with its place in docs/benchmarks.md; those of a GPU are counted.
"""

from collections.abc import Sequence

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.planning.jobs import Jobs
from cortex2image.planning.study_plan import as_text, as_tsv, study_plan
from cortex2image.sources import ROOT
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = ("everything",)
COMMAND = Command(__doc__, Study, READS, outputs=("table",))


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    plan = study_plan(Jobs(study, ROOT.parent / "config" / "miniature.yaml"))
    with atomic(args.table) as temporary:
        temporary.write_text(as_tsv(plan))
    print(as_text(plan))


if __name__ == "__main__":
    run_step(main)
