"""Plan the passes of the sampler: what they cost, before any is made.

Prints, and writes as a table without the totals: for each noise level and part, the feature spaces, denoising
steps, passes of the U-Net with their multiplications and GPU hours, and the disk that they take.
"""

from collections.abc import Sequence

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.networks.registry import model_set
from cortex2image.planning.sampling_plan import as_text, as_tsv, sampling_plan
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = ("everything",)
COMMAND = Command(__doc__, Study, READS, outputs=("table",))


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    plan = sampling_plan(study, model_set(study.models.set, study.models.folder))
    with atomic(args.table) as temporary:
        temporary.write_text(as_tsv(plan))
    print(as_text(plan))


if __name__ == "__main__":
    run_step(main)
