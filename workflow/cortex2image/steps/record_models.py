"""List the files of a model set that were put into place by hand, with their checksums.

Reads the folder of a full-size model set. Writes its ``SHA256SUMS``. Files in an earlier list must be
unchanged. Weights of judges that record their origin must come from the published files that the set names.
All other files are listed as found, on trust.
"""

from collections.abc import Sequence

from cortex2image.errors import ConfigError, run_step
from cortex2image.networks.checksums import check_files, record
from cortex2image.networks.fetch import check_converted
from cortex2image.networks.registry import model_set
from cortex2image.progress import say
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = ("models/set", "models/folder")
COMMAND = Command(
    __doc__,
    Study,
    READS,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Record the model set."""
    _, study = COMMAND.parse(argv)
    chosen = model_set(study.models.set, study.models.folder)
    if not chosen.fetched:
        fix = "nothing is to be recorded: the list of a shipped set is part of the project"
        raise ConfigError("models/set", "a set that is fetched", f"{chosen.name}, which is shipped", fix)
    check_files(chosen)
    check_converted(chosen)
    record(chosen)
    say(f"model set {chosen.name}: recorded in {chosen.folder}")


if __name__ == "__main__":
    run_step(main)
