"""Files of model sets from the network: each whole or not there, a broken transfer resumed.

Repositories of the hub are asked for by revision, and nothing but the length of what arrives is compared: the
first copy is trusted. Published weights are compared with what their authors say of their SHA-256.
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


def fetch_repository(origin: HubOrigin, folder: Path, endpoint: str | None = None) -> None:
    """Fetch those files of a repository of the hub that the folder of a model set lacks.

    Parameters
    ----------
    origin : HubOrigin
    folder : Path
        Of the model set.
    endpoint : str, optional
        Address of the hub, where it is not the public one.

    Raises
    ------
    DataError
        A file cannot be fetched: no network, no such revision, or a repository whose terms ask for a login.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HTTPError as TransportError  # of the client this version uses

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
    """Fetch one file over HTTP into `path`; what a broken transfer left beside it is not fetched again.

    Parameters
    ----------
    url : str
    path : Path
    sha256_prefix : str
        First digits of its SHA-256; "" where nobody gave them.

    Raises
    ------
    DataError
        The network or the server fails, the transfer breaks off, or the file is another one.
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
    """Append to `partial` what it lacks; a server that sends everything again replaces it."""
    start = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except HTTPError as error:
        if not start or error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        _check_range(rf"bytes \*/{start}", error, partial)
        return  # There is nothing after what is here.
    with answer:
        resumed = answer.status == HTTPStatus.PARTIAL_CONTENT
        if resumed:
            _check_range(rf"bytes {start}-\d+/.+", answer, partial)
        _read(answer, url, partial, "ab" if resumed else "wb")


def _check_range(pattern: str, answer: Any, partial: Path) -> None:
    """Throw what is here away if the answer is about other bytes than those that it lacks."""
    found = answer.headers.get("Content-Range", "")
    if not re.fullmatch(pattern, found):
        partial.unlink(missing_ok=True)
        raise ConnectionError(f"asked for the rest, the server says '{found}': the next attempt starts over")


def _read(answer: Any, url: str, partial: Path, mode: str) -> None:
    """Write an answer to `partial`; its length may be unknown."""
    expected, got = answer.length, 0
    total = None if expected is None else -(-expected // CHUNK)
    with partial.open(mode) as file:
        for chunk in track(iter(lambda: answer.read(CHUNK), b""), f"{url}, MB", total):
            got += file.write(chunk)
    if expected is not None and got < expected:
        raise ConnectionError(f"the transfer broke off after {got} of {expected} bytes")


DIGEST = "published_sha256"
"""Key of the metadata under which a converted file says the SHA-256 of the published one."""


def check_published(origin: WeightsOrigin, published: Path) -> None:
    """Check a published file, wherever it came from, against the digits its author gave.

    Raises
    ------
    ModelSetError
        It is another file. It stays where it is.
    """
    _check(origin, sha256(published), published, f"put the file of {origin.url} there, or delete this one")


def check_converted(model_set: ModelSet) -> None:
    """Check that weights of judges were converted from the files that the set names, by their own account.

    Of a file that gives none, converted elsewhere, nothing can be checked: standard error says so.

    Raises
    ------
    ModelSetError
        A file was converted from another one, or cannot be read.
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
