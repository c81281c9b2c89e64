"""Fetch the files of model sets over the network, and check which published file weights come from.

A file is complete or absent, and an interrupted transfer is resumed. Files of the Hugging Face hub are
requested by revision and compared in length only: the first copy is trusted. Published weights are compared
with the SHA-256 that their authors give: networks of one architecture have tensors of the same names and
shapes however they were trained (the two versions of EfficientNet, for example), so only the SHA-256 tells
them apart.
"""

import os
import re
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from safetensors import SafetensorError, safe_open

from cortex2image.errors import DataError, ModelSetError
from cortex2image.files import sha256
from cortex2image.networks.origins import HubOrigin, WeightsOrigin
from cortex2image.networks.registry import ModelSet
from cortex2image.progress import say, track

CHUNK = 2**20
TIMEOUT_S = 60
FIX = "run the same command again: it goes on where it stopped; or fetch the file elsewhere and put it there"
DIGEST = "published_sha256"
"""Metadata key of a converted file that holds the SHA-256 of the published file."""


def fetch_repository(origin: HubOrigin, folder: Path, endpoint: str | None = None) -> None:
    """Fetch the files of a hub repository that are missing in the folder of a model set.

    Parameters
    ----------
    origin : HubOrigin
        Without a revision nothing is fetched; :func:`cortex2image.networks.checksums.record` names its files.
    folder : Path
        Folder of the model set.
    endpoint : str, optional
        Address of the hub; the public one by default.

    Raises
    ------
    DataError
        A file cannot be fetched: no network, no such revision, or a repository that requires a login.
    """
    if not origin.revision:
        return
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HTTPError as TransportError  # type: ignore[attr-defined]  # of its client

    for file, path in zip(origin.files, origin.paths, strict=True):
        if (folder / path).is_file():
            continue
        say(f"{origin.repository}: {file}")
        place: dict[str, Any] = {"local_dir": folder / origin.folder, "endpoint": endpoint}
        try:
            hf_hub_download(origin.repository, file, revision=origin.revision, **place)
        except (OSError, TransportError) as error:
            where = f"{origin.repository} on the hub, {file}"
            raise DataError(where, f"revision {origin.revision}", str(error), FIX) from error


def fetch_file(url: str, path: Path, sha256_prefix: str) -> None:
    """Fetch one file over HTTP to `path`, resuming an interrupted transfer from the ``.part`` file beside it.

    Parameters
    ----------
    url : str
    path : Path
    sha256_prefix : str
        First digits of the SHA-256 of the file; "" if unknown.

    Raises
    ------
    DataError
        The network or the server fails, the transfer is interrupted, or the file has another SHA-256.
    """
    partial = path.with_name(f"{path.name}.part")
    partial.parent.mkdir(parents=True, exist_ok=True)
    try:
        _complete(url, partial)
    except (OSError, HTTPException) as error:
        raise DataError(path, f"the file of {url}", f"{type(error).__name__}: {error}", FIX) from error
    found = sha256(partial)
    if not found.startswith(sha256_prefix):
        partial.unlink()
        raise DataError(path, f"a file whose SHA-256 begins with {sha256_prefix}", found, FIX)
    os.replace(partial, path)


def _complete(url: str, partial: Path) -> None:
    """Append the missing rest of a file to `partial`, or replace it if the server sends the whole file."""
    start = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except HTTPError as error:
        if not start or error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        _check_range(rf"bytes \*/{start}", error, partial)
        return  # `partial` already holds the whole file.
    with answer:
        resumed = answer.status == HTTPStatus.PARTIAL_CONTENT
        if resumed:
            _check_range(rf"bytes {start}-\d+/.+", answer, partial)
        _read(answer, url, partial, "ab" if resumed else "wb")


def _check_range(pattern: str, answer: Any, partial: Path) -> None:
    """Delete `partial` and raise ConnectionError if the answer holds other bytes than its missing rest."""
    found = answer.headers.get("Content-Range", "")
    if not re.fullmatch(pattern, found):
        partial.unlink(missing_ok=True)
        raise ConnectionError(f"asked for the rest, the server says '{found}': the next attempt starts over")


def _read(answer: Any, url: str, partial: Path, mode: str) -> None:
    """Write the body of an answer, of known or unknown length, to `partial`."""
    expected, got = answer.length, 0
    total = None if expected is None else -(-expected // CHUNK)
    with partial.open(mode) as file:
        for chunk in track(iter(lambda: answer.read(CHUNK), b""), f"{url}, MB", total):
            got += file.write(chunk)
    if expected is not None and got < expected:
        raise ConnectionError(f"the transfer broke off after {got} of {expected} bytes")


def check_published(origin: WeightsOrigin, published: Path) -> None:
    """Check a published file, fetched or put there by hand, against the SHA-256 digits of its author.

    Raises
    ------
    ModelSetError
        The file has another SHA-256. It is not deleted.
    """
    _check(origin, sha256(published), published, f"put the file of {origin.url} there, or delete this one")


def check_converted(model_set: ModelSet) -> None:
    """Check that the weights of judges were converted from the published files that the set names.

    The SHA-256 of the published file is read from the metadata of the converted one. A file without it was
    converted elsewhere and cannot be checked; standard error says so.

    Raises
    ------
    ModelSetError
        A file was converted from another published file, or cannot be read.
    """
    for origin in model_set.weights:
        path = model_set.folder / origin.path
        digest = _recorded(path)
        if digest is None:
            say(f"warning: {path} does not say which file it was converted from; taken for {origin.url}")
        else:
            _check(origin, digest, path, "delete it and run `snakemake --cores 1 download_models`")


def _check(origin: WeightsOrigin, digest: str, where: Path, fix: str) -> None:
    if not digest.startswith(origin.sha256_prefix):
        expected = f"weights of {origin.url}, a file whose SHA-256 begins with {origin.sha256_prefix}"
        raise ModelSetError(where, expected, f"those of a file with SHA-256 {digest}", fix)


def _recorded(path: Path) -> str | None:
    try:
        with safe_open(path, framework="numpy") as file:
            metadata: dict[str, str] = file.metadata() or {}
    except (OSError, SafetensorError) as error:
        fix = "delete it and run `snakemake --cores 1 download_models`"
        raise ModelSetError(path, "a safetensors file", str(error), fix) from None
    return metadata.get(DIGEST)
