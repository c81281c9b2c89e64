"""Fetch the files that the folder of a model set lacks, and list all files with their checksums.

Reads the registry of model sets. Writes files of the hub's repositories unchanged, published weights of
judges as safetensors, and ``SHA256SUMS`` last. Existing files stay; after a broken transfer, run the step
again. Without a network, put published weights by hand into the folder ``published`` of the model set: they
are checked like fetched weights, and not deleted.

Files of the hub are identified by their revision alone, and the published weights of SwAV and DreamSim by
their address alone: the first copy is trusted, and ``SHA256SUMS`` shows later changes.
"""

from collections.abc import Sequence
from pathlib import Path

from cortex2image.errors import ConfigError, run_step
from cortex2image.judges.pretrained_weights import convert
from cortex2image.networks.checksums import record
from cortex2image.networks.fetch import check_converted, check_published, fetch_file, fetch_repository
from cortex2image.networks.origins import WeightsOrigin
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


def main(argv: Sequence[str] | None = None, endpoint: str | None = None) -> None:
    """Fetch the model set; `endpoint` is the address of a hub other than the public one."""
    _, study = COMMAND.parse(argv)
    chosen = model_set(study.models.set, study.models.folder)
    if not chosen.fetched:
        fix = "name one of the full-size sets, or leave it: there is nothing to fetch"
        raise ConfigError("models/set", "a set that is fetched", f"{chosen.name}, which is shipped", fix)
    for repository in chosen.hub:
        fetch_repository(repository, chosen.folder, endpoint)
    for weights in chosen.weights:
        fetch_weights(weights, chosen.folder)
    check_converted(chosen)
    record(chosen)
    say(f"model set {chosen.name}: {len(chosen.files)} files in {chosen.folder}")


def fetch_weights(origin: WeightsOrigin, folder: Path) -> None:
    """Put one judge's weights into the folder as safetensors; fetched published files are then deleted."""
    target, published = folder / origin.path, folder / origin.published
    if target.is_file():
        return
    fetched = [_fetched(origin.url, published, origin.sha256_prefix)]
    check_published(origin, published)
    adapter = folder / origin.published_adapter if origin.adapter else None
    if adapter:
        fetched.append(_fetched(origin.adapter, adapter, ""))
    convert(origin.name, published, target, adapter)
    for path in filter(None, fetched):
        path.unlink()


def _fetched(url: str, path: Path, sha256_prefix: str) -> Path | None:
    """Fetch a file and return its path; None if it was put there by hand, so that it is not deleted."""
    if path.is_file():
        return None
    fetch_file(url, path, sha256_prefix)
    return path


if __name__ == "__main__":
    run_step(main)
