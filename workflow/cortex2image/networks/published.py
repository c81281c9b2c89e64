"""Which published file the weights of a judge were converted from.

Networks of one architecture have tensors of the same names and shapes however they were trained, as the two
versions of EfficientNet's weights, so that only the SHA-256 of the file tells them apart.
"""

from pathlib import Path

from safetensors import SafetensorError, safe_open

from cortex2image.errors import ModelSetError
from cortex2image.files import sha256
from cortex2image.networks.origins import WeightsOrigin
from cortex2image.networks.registry import ModelSet
from cortex2image.progress import say

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
