"""List the files of a model set that were put into place by hand, with their checksums.

Reads the folder of a full-size model set. Writes its ``SHA256SUMS``; files that an earlier list names must be
as they were, and weights of judges must come from the published files that the set names, as far as they say
what they come from. All else is listed as it is found, on trust.
"""

import argparse
from collections.abc import Sequence

from cortex2image.errors import ConfigError, run_step
from cortex2image.networks.checksums import check_files, record
from cortex2image.networks.fetch import check_converted
from cortex2image.networks.options import add_model_options, chosen_model_set
from cortex2image.progress import say


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_model_options(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Record the model set."""
    chosen = chosen_model_set(parse_args(argv))
    if not chosen.fetched:
        fix = "nothing is to be recorded: the list of a shipped set is part of the project"
        raise ConfigError("models: set", "a set that is fetched", f"{chosen.name}, which is shipped", fix)
    check_files(chosen)
    check_converted(chosen)
    record(chosen)
    say(f"model set {chosen.name}: recorded in {chosen.folder}")


if __name__ == "__main__":
    run_step(main)
