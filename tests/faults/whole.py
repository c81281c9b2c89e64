"""Are all files under final names whole, and are those of two runs of a study the same?"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from cortex2image.files import LEFTOVER
from cortex2image.tables.footer import require_whole_footer

# Provenance, logs and benchmarks tell when and how long; reports and figures are made of the tables.
COMPARED = (".parquet", ".png", ".npy", ".csv", ".gz", ".tsv")


def final_files(results: Path) -> Iterator[Path]:
    """Yield every file that bears its final name, as do all folders that it lies in."""
    for path in sorted(results.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(results).parts)
        if path.is_file() and not hidden:
            yield path


def leftovers(results: Path) -> list[str]:
    """Return what stands under temporary names."""
    return [str(path.relative_to(results)) for path in results.rglob(".*") if LEFTOVER.fullmatch(path.name)]


def require_whole(results: Path) -> int:
    """Read every final file to its end, and return how many there are; raise an error at a partial one."""
    count = 0
    for path in final_files(results):
        try:
            READERS.get(path.suffix, Path.read_bytes)(path)
        except FileNotFoundError:
            continue  # an orphan replaced the folder in this moment
        except Exception as error:
            raise AssertionError(f"{path} is not whole: {error}") from error
        count += 1
    return count


def _parquet(path: Path) -> object:
    require_whole_footer(path)
    return pq.read_table(path, page_checksum_verification=True)


def _picture(path: Path) -> object:
    with Image.open(path) as picture:
        picture.verify()
    with Image.open(path) as picture:
        return picture.convert("RGB")


READERS = {
    ".parquet": _parquet,
    ".png": _picture,
    ".json": lambda path: json.loads(path.read_text()),
    ".npy": np.load,
    ".npz": lambda path: dict(np.load(path)),
    ".gz": lambda path: gzip.decompress(path.read_bytes()),
}


def differences(results: Path, expected: Path) -> list[str]:
    """Return the tables and pictures of one run that another lacks, has too many, or has otherwise."""
    here, there = (
        {str(path.relative_to(root)): path for path in final_files(root) if path.suffix in COMPARED}
        for root in (results, expected)
    )
    apart = [f"{name} is in one of them only" for name in sorted(here.keys() ^ there.keys())]
    same = sorted(here.keys() & there.keys())
    return apart + [f"{name} differs" for name in same if not _equal(here[name], there[name])]


def _equal(first: Path, second: Path) -> bool:
    return first.read_bytes() == second.read_bytes()
