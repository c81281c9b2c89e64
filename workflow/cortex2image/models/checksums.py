"""The files of a model set are the ones its author listed, byte for byte."""

import os
from pathlib import Path

from cortex2image.errors import ModelSetError
from cortex2image.files import sha256
from cortex2image.models.registry import ModelSet

SUMS = "SHA256SUMS"
# A file of these kinds decides what a network computes; the pickled ones must not even lie around.
LOADABLE = {".safetensors", ".json", ".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack"}
FIX = "restore the folder of the model set from the repository, or make it again (target train_miniature)"


def sums_file(model_set: ModelSet, start: str | Path = ".") -> str:
    """Return the path of the list of checksums, relative to `start`: the input by which rules know a set."""
    return os.path.relpath(model_set.folder / SUMS, start)


def model_hash(model_set: ModelSet) -> str:
    """Return the SHA-256 of the list of checksums, which stands for every file of the set."""
    return sha256(_existing(model_set.folder / SUMS))


def verify(folder: Path) -> None:
    """Compare every file of `folder` with its `SHA256SUMS` (the format of ``sha256sum``).

    Raises
    ------
    ModelSetError
        The list is missing or malformed, a listed file is missing or altered, or a weight or configuration
        file is not listed.
    """
    listed = _listed(_existing(folder / SUMS))
    for name, expected in listed.items():
        found = sha256(_existing(folder / name))
        if found != expected:
            raise ModelSetError(folder / name, f"SHA-256 {expected}", f"SHA-256 {found}", FIX)
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.suffix in LOADABLE}
    surplus = sorted(present - set(listed))
    if surplus:
        raise ModelSetError(folder, f"only files that {SUMS} lists", f"also {', '.join(surplus[:5])}", FIX)


def _listed(path: Path) -> dict[str, str]:
    lines = [line.split(maxsplit=1) for line in path.read_text().splitlines() if line.strip()]
    if not lines or any(len(parts) != 2 or len(parts[0]) != 64 for parts in lines):
        raise ModelSetError(path, "lines of a SHA-256 and a file name", "another text", FIX)
    return {name.lstrip("*").removeprefix("./"): digest for digest, name in lines}


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ModelSetError(path, "a file of the model set", "no such file", FIX)
    return path
