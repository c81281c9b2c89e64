"""The files of a model set are the ones its author listed, byte for byte."""

import os
from pathlib import Path

from cortex2image.errors import ModelSetError
from cortex2image.files import sha256
from cortex2image.models.registry import ModelSet

SUMS = "SHA256SUMS"
# Reading a pickle runs what its author wrote into it, so none may even lie around.
PICKLED = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"}
# Every other file can decide what a network computes: weights, settings, the merges of a tokenizer.
NEVER_READ = {".md"}
# Snakemake marks a folder that a rule made with an empty file of this name.
TIMESTAMP = ".snakemake_timestamp"
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
        The list is missing or malformed, a listed file is missing or altered, a file other than Markdown is
        not listed, or there is a pickle, listed or not.
    """
    listed = _listed(_existing(folder / SUMS))
    _refuse_pickles(folder)
    for name, expected in listed.items():
        found = sha256(_existing(folder / name))
        if found != expected:
            raise ModelSetError(folder / name, f"SHA-256 {expected}", f"SHA-256 {found}", FIX)
    _refuse_unlisted(folder, set(listed))


def _refuse_pickles(folder: Path) -> None:
    pickled = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICKLED)
    if pickled:
        raise ModelSetError(
            pickled[0],
            "weights as safetensors only",
            "a pickle, which can run any code when it is read",
            f"delete it, and any line of {SUMS} that lists it; take the weights from a source of safetensors",
        )


def _refuse_unlisted(folder: Path, listed: set[str]) -> None:
    files = [p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() not in NEVER_READ]
    names = {path.relative_to(folder).as_posix() for path in files if path.name != TIMESTAMP}
    surplus = sorted(names - listed - {SUMS})
    if surplus:
        fix = f"delete what does not belong to the model set, or restore the {SUMS} that lists it"
        raise ModelSetError(folder, f"only files that {SUMS} lists", f"also {', '.join(surplus[:5])}", fix)


def _listed(path: Path) -> dict[str, str]:
    lines = [line.split(maxsplit=1) for line in path.read_text().splitlines() if line.strip()]
    if not lines or any(len(parts) != 2 or len(parts[0]) != 64 for parts in lines):
        raise ModelSetError(path, "lines of a SHA-256 and a file name", "another text", FIX)
    return {name.lstrip("*").removeprefix("./"): digest for digest, name in lines}


def _existing(path: Path) -> Path:
    if not path.is_file():
        expected = (
            "the SHA-256 of every file of the model set" if path.name == SUMS else f"a file that {SUMS} lists"
        )
        raise ModelSetError(path, expected, "no such file", FIX)
    return path
