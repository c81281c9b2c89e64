"""Which files of a fetched model set are not there, and where each of them comes from."""

from cortex2image.errors import ModelSetError
from cortex2image.networks.registry import ModelSet

SUMS = "SHA256SUMS"
FETCH_FIX = (
    "run `snakemake --cores 1 download_models` with this config, here or on a machine with a network whose "
    "folder you copy; or put the files there, published weights as they are, and run it without a network; "
    "or set models/folder to a folder that holds them"
)


def check_present(model_set: ModelSet) -> None:
    """Raise ModelSetError unless every file of a fetched set is there, and their list of checksums."""
    if not model_set.fetched:
        return
    check_files(model_set)
    sums = model_set.folder / SUMS
    if not sums.is_file():
        fix = "run `snakemake --cores 1 record_models` with this config, once: it writes them"
        raise ModelSetError(sums, "the SHA-256 of every file of the model set", "no such file", fix)


def check_files(model_set: ModelSet) -> None:
    """Raise ModelSetError, which says where each comes from, if files of a fetched set are missing."""
    missing = {name for name in model_set.files if not (model_set.folder / name).is_file()}
    if missing:
        expected = f"the {len(model_set.files)} files of model set {model_set.name}"
        found = "\n".join([f"{len(missing)} missing:", *_by_origin(model_set, missing)])
        raise ModelSetError(model_set.folder, expected, found, FETCH_FIX)


def _by_origin(model_set: ModelSet, missing: set[str]) -> list[str]:
    lines = []
    for origin in model_set.hub:
        paths = [path for path in origin.paths if path in missing]
        if paths:
            lines += [f"    of {origin.repository} on the hub, revision {origin.revision}:"]
            lines += [f"      {path}" for path in paths]
    for file in model_set.weights:
        if file.path in missing:
            lines += [f"    {file.path}, converted from {file.published}, which is", f"      {file.url}"]
    return lines
