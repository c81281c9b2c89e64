"""List the files of NSD that a study needs, with their sizes, and which are missing or hold something else.

Prints the list, missing and wrong files first, and writes it as a tab-separated table.
"""

from collections.abc import Sequence

from cortex2image.data.nsd.contents import examined_manifest
from cortex2image.data.nsd.manifest_report import as_text, as_tsv
from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = ("subjects", "dataset/@source", "dataset/mask", "dataset/rois", "standardise/ncsnr_from")
COMMAND = Command(__doc__, Study, READS, outputs=("table",))


def main(argv: Sequence[str] | None = None) -> None:
    """Print and write the manifest."""
    args, study = COMMAND.parse(argv)
    files, notes = examined_manifest(study)
    with atomic(args.table) as temporary:
        temporary.write_text(as_tsv(files))
    print("\n".join([as_text(files), *notes]))


if __name__ == "__main__":
    run_step(main)
