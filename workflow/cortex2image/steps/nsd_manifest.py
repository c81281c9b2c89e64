"""List the files of NSD that a study needs, with their sizes, and which of them are missing.

Prints the list, missing files first, and writes it as a tab-separated table.
"""

import argparse
from collections.abc import Sequence

from cortex2image.data.nsd.manifest_options import add_manifest_options, listed_files
from cortex2image.data.nsd.manifest_report import as_text, as_tsv
from cortex2image.errors import run_step
from cortex2image.files import atomic


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_manifest_options(parser)
    parser.add_argument("--table", required=True, help="TSV to write")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Print and write the manifest."""
    args = parse_args(argv)
    files = listed_files(args)
    with atomic(args.table) as temporary:
        temporary.write_text(as_tsv(files))
    print(as_text(files))


if __name__ == "__main__":
    run_step(main)
