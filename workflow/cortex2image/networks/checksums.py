"""Checksums of model sets: every file is present and byte for byte as listed in `SHA256SUMS`.

The folder of a shipped set holds the listed files and nothing else. The folder of a fetched set may hold
more, since repositories offer many variants of the same weights: only files that diffusers and transformers
would read are listed and compared.
"""

import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from cortex2image.errors import ModelSetError
from cortex2image.files import atomic, sha256
from cortex2image.networks.registry import ModelSet
from cortex2image.progress import track

SUMS = "SHA256SUMS"
# Reading a pickle can run any code, so a shipped set may not contain one.
PICKLED = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"}
# Any other file can change what a network computes: weights, settings, the merges of a tokenizer.
NEVER_READ = {".md"}
# Snakemake writes an empty file of this name into a folder that is the output of a rule.
TIMESTAMP = ".snakemake_timestamp"
# Suffixes of the files that the libraries read when they are asked for safetensors.
SETTINGS, WEIGHTS = {".json", ".txt"}, ".safetensors"
FIX = "restore the folder of the model set from the repository, or make it again (target train_miniature)"
RECORD_FIX = (
    f"if the change was meant, delete {SUMS} and run `snakemake --cores 1 record_models`; if not, delete the "
    "file and run `snakemake --cores 1 download_models`"
)
FETCH_FIX = (
    "run `snakemake --cores 1 download_models` with this config, here or on a machine with a network whose "
    "folder you copy; or put the files there, published weights as they are, and run it without a network; "
    "or set models/folder to a folder that holds them"
)


def sums_file(model_set: ModelSet, start: str | Path = ".") -> str:
    """Return the path of `SHA256SUMS` relative to `start`; rules take it as input in place of the set."""
    return os.path.relpath(model_set.folder / SUMS, start)


def model_hash(model_set: ModelSet) -> str:
    """Return the SHA-256 of `SHA256SUMS`, which changes with any file of the set."""
    return sha256(_existing(model_set.folder / SUMS, RECORD_FIX if model_set.fetched else FIX))


def folder_hash(model_set: ModelSet, folder: str) -> str:
    """Return the SHA-256 of the weights in a folder of a set, as `SHA256SUMS` lists it.

    For a folder with one safetensors file it is what ``sha256sum`` prints for that file. For any other it is
    the SHA-256 of the lines of `SHA256SUMS` on the files of the folder.

    Raises
    ------
    ModelSetError
        `SHA256SUMS` is missing or malformed, or lists no file of the folder.
    """
    fix = RECORD_FIX if model_set.fetched else FIX
    sums = _existing(model_set.folder / SUMS, fix)
    listed = _listed(sums, fix)
    names = _within((folder,), listed)
    if not names:
        raise ModelSetError(sums, f"files in the folder {folder}", "none", fix)
    weights = [name for name in names if PurePosixPath(name).suffix == WEIGHTS]
    if len(weights) == 1:
        return listed[weights[0]]
    lines = "".join(f"{listed[name]}  {name}\n" for name in names)
    return hashlib.sha256(lines.encode()).hexdigest()


def check_present(model_set: ModelSet) -> None:
    """Raise ModelSetError if the `SHA256SUMS` of a set or a file of a fetched set is missing."""
    sums = model_set.folder / SUMS
    if not model_set.fetched:
        _existing(sums, f"correct models/folder, or {FIX}")
        return
    check_files(model_set)
    if not sums.is_file():
        fix = "run `snakemake --cores 1 record_models` with this config, once: it writes them"
        raise ModelSetError(sums, "the SHA-256 of every file of the model set", "no such file", fix)


def check_files(model_set: ModelSet) -> None:
    """Raise ModelSetError if files of a fetched set are missing; the message names the origin of each."""
    missing = {name for name in model_set.files if not (model_set.folder / name).is_file()}
    if missing:
        expected = f"the {len(model_set.files)} files of model set {model_set.name}"
        found = "\n".join([f"{len(missing)} missing:", *_by_origin(model_set, missing)])
        raise ModelSetError(model_set.folder, expected, found, FETCH_FIX)


def verify(model_set: ModelSet, parts: Iterable[str] | None = None) -> None:
    """Compare the files of a model set with its `SHA256SUMS` (the format of ``sha256sum``).

    Parameters
    ----------
    model_set : ModelSet
    parts : iterable of str, optional
        Folders of the set that are about to be read. Only these are compared in a fetched set, whose files
        are large. A shipped set is always compared as a whole.

    Raises
    ------
    ModelSetError
        `SHA256SUMS` is missing or malformed, a listed file is missing or altered, or a file that could be
        read is not listed. In a shipped set, any file except Markdown counts as one that could be read, and
        pickles are refused even if they are listed.
    """
    folder = model_set.folder
    if model_set.fetched:
        check_present(model_set)
        names, fix = readable_files(model_set), RECORD_FIX
    else:
        _refuse_pickles(folder)
        names, fix, parts = _all_files(folder), FIX, None
    listed = _listed(_existing(folder / SUMS, fix), fix)
    for name in _within(parts, listed):
        _compare(_existing(folder / name, fix), listed[name], fix)
    _refuse_unlisted(folder, _within(parts, names), set(listed), fix)


def record(model_set: ModelSet) -> None:
    """Write `SHA256SUMS` of a fetched set, with every file that the libraries could read.

    Files in an existing `SHA256SUMS` must still match it; new files are added.

    Raises
    ------
    ModelSetError
        A file of the set is missing, or a listed one is missing or altered.
    """
    folder = model_set.folder
    check_files(model_set)
    known = _listed(folder / SUMS, RECORD_FIX) if (folder / SUMS).is_file() else {}
    for name, digest in known.items():
        _compare(_existing(folder / name, RECORD_FIX), digest, RECORD_FIX)
    names = track(sorted(readable_files(model_set)), f"checksums of {model_set.name}")
    lines = [f"{_digest(folder / name)}  {name}\n" for name in names]
    with atomic(folder / SUMS) as temporary:
        temporary.write_text("".join(lines))


def readable_files(model_set: ModelSet) -> set[str]:
    """Return the files in the folders of a fetched set that diffusers and transformers could read.

    These libraries read settings and safetensors files without a variant. They never read variants such as
    ``model.fp16.safetensors``, pickles, or folders outside the set such as the one of a safety checker.
    """
    folders = {PurePosixPath(name).parent for name in model_set.files}
    here = [path for folder in folders for path in (model_set.folder / folder).glob("*") if path.is_file()]
    return {path.relative_to(model_set.folder).as_posix() for path in here if _could_be_read(path)}


def _by_origin(model_set: ModelSet, missing: set[str]) -> list[str]:
    lines = []
    for origin in model_set.hub:
        paths = [path for path in origin.paths if path in missing]
        if paths:
            known = f"revision {origin.revision}" if origin.revision else "to be put there by hand"
            lines += [f"    of {origin.repository} on the hub, {known}:"]
            lines += [f"      {path}" for path in paths]
    for file in model_set.weights:
        if file.path in missing:
            lines += [f"    {file.path}, converted from {file.published}, which is", f"      {file.url}"]
            if file.adapter:
                lines += [f"    and {file.published_adapter}, which is", f"      {file.adapter}"]
    return lines


def _could_be_read(path: Path) -> bool:
    return path.suffix in SETTINGS or (path.suffix == WEIGHTS and "." not in path.stem)


def _within(parts: Iterable[str] | None, names: Iterable[str]) -> list[str]:
    """Return the names of files inside one of the folders `parts`, or all names if `parts` is None."""
    folders = None if parts is None else list(parts)
    return [
        name
        for name in sorted(names)
        if folders is None or any(PurePosixPath(name).is_relative_to(folder) for folder in folders)
    ]


def _all_files(folder: Path) -> set[str]:
    files = [p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() not in NEVER_READ]
    return {path.relative_to(folder).as_posix() for path in files if path.name != TIMESTAMP} - {SUMS}


def _refuse_pickles(folder: Path) -> None:
    pickled = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICKLED)
    if pickled:
        raise ModelSetError(
            pickled[0],
            "weights as safetensors only",
            "a pickle, which can run any code when it is read",
            f"delete it, and any line of {SUMS} that lists it; take the weights from a source of safetensors",
        )


def _refuse_unlisted(folder: Path, names: Iterable[str], listed: set[str], fix: str) -> None:
    surplus = [name for name in names if name not in listed]
    if surplus:
        way = f"delete what does not belong to the model set, or {fix}"
        raise ModelSetError(folder, f"only files that {SUMS} lists", f"also {', '.join(surplus[:5])}", way)


def _listed(path: Path, fix: str) -> dict[str, str]:
    lines = [line.split(maxsplit=1) for line in path.read_text().splitlines() if line.strip()]
    if not lines or any(len(parts) != 2 or len(parts[0]) != 64 for parts in lines):
        raise ModelSetError(path, "lines of a SHA-256 and a file name", "another text", fix)
    return {name.lstrip("*").removeprefix("./"): digest for digest, name in lines}


def _existing(path: Path, fix: str) -> Path:
    if not path.is_file():
        expected = (
            "the SHA-256 of every file of the model set" if path.name == SUMS else f"a file that {SUMS} lists"
        )
        raise ModelSetError(path, expected, "no such file", fix)
    return path


def _compare(path: Path, expected: str, fix: str) -> None:
    found = _digest(path)
    if found != expected:
        raise ModelSetError(path, f"SHA-256 {expected}", f"SHA-256 {found}", fix)


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, computed once per process as long as the file does not change."""
    state = path.stat()
    return _digest_of(path, (state.st_size, state.st_mtime_ns, state.st_ctime_ns))


@cache
def _digest_of(path: Path, _state: tuple[int, int, int]) -> str:
    return sha256(path)
