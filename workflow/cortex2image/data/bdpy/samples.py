"""What each row of a bdpy file shows: picture, session, run, and whether it trains or tests."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.data.bdpy.files import Metadata, read_label
from cortex2image.data.picture_table import picture_name
from cortex2image.errors import DataError

# Numbers in the column DataType of Generic Object Decoding.
DATA_TYPES = {1: "train", 2: "test", 3: "imagery"}
IDENTITY_COLUMNS = ("stimulus_name", "stimulus_id")
IMAGE_DIGITS = 6


@dataclass(frozen=True)
class Sample:
    """One row of the table that shows a picture."""

    row: int
    split: str
    session: int
    run: int
    stimulus: str


def read_samples_of(metadata: Metadata, split: str | None) -> tuple[list[Sample], list[str]]:
    """Return the rows of a file that show a picture.

    Parameters
    ----------
    metadata : Metadata
    split : ``train`` or ``test``; None if the column DataType says which

    Returns
    -------
    samples : list of Sample, in the order of the rows
    problems : list of str
        One line for each kind of rows that are left out, with their number.

    Raises
    ------
    DataError
        A column is missing, or holds values other than it should.
    """
    kinds = np.full(metadata.samples, split) if split else _kinds(metadata)
    numbers, key = _identity(metadata)
    shown = np.isfinite(numbers) & (kinds != "imagery")
    rows = np.flatnonzero(shown)
    session, run = (_whole(metadata, key_, rows) for key_ in ("Session", "Run"))
    samples = [
        Sample(int(row), str(kinds[row]), s, r, _name(metadata, key, float(numbers[row])))
        for row, s, r in zip(rows, session, run, strict=True)
    ]
    return samples, _left_out(metadata.path.name, kinds, numbers)


def stimulus_of(number: float, where: object) -> str:
    """Return the picture that a number stands for: 1518878.005958 is ``n01518878_5958``.

    The whole part is the WordNet id, the six decimals are the number of the image.

    Raises
    ------
    DataError
        The number is not made like that.
    """
    wordnet = int(number)
    image = (number - wordnet) * 10**IMAGE_DIGITS
    if wordnet < 1 or wordnet >= 10**8 or abs(image - round(image)) > 0.01 or round(image) < 1:
        expected, fix = "a WordNet id with six decimals of an image number", "give a file with names in /vmap"
        raise DataError(where, expected, repr(number), fix)
    return f"n{wordnet:08d}_{round(image)}"


def _kinds(metadata: Metadata) -> np.ndarray:
    numbers = read_label(metadata, "DataType")
    known = ", ".join(f"{number} ({kind})" for number, kind in DATA_TYPES.items())
    fix = "give a file that says what is training and what is test"
    if numbers is None:
        raise DataError(metadata.path, f"a column DataType with {known}", "no such column", fix)
    strange = sorted({float(n) for n in numbers} - set(map(float, DATA_TYPES)))
    if strange:
        raise DataError(metadata.path, f"DataType {known}", f"{strange[0]:g}", fix)
    return np.array([DATA_TYPES[int(number)] for number in numbers])


def _identity(metadata: Metadata) -> tuple[np.ndarray, str]:
    for key in IDENTITY_COLUMNS:
        numbers = read_label(metadata, key)
        if numbers is not None:
            return numbers, key
    expected = f"a column {' or '.join(IDENTITY_COLUMNS)}"
    raise DataError(metadata.path, expected, "none", "give a file that says which picture was shown")


def _name(metadata: Metadata, key: str, number: float) -> str:
    names = metadata.names.get(key)
    if names is None:
        return stimulus_of(number, metadata.path)
    if number not in names:
        fix = "copy or download the file again"
        raise DataError(metadata.path, f"a name in /vmap/{key} for every number", f"none for {number!r}", fix)
    return picture_name(names[number])


def _whole(metadata: Metadata, key: str, rows: np.ndarray) -> list[int]:
    """Return the numbers of a column in `rows`; 1 for every row if there is no such column."""
    numbers = read_label(metadata, key)
    if numbers is None:
        return [1] * len(rows)
    values = numbers[rows]
    if not (np.isfinite(values).all() and (values == np.rint(values)).all() and (values >= 0).all()):
        found = f"{values[~(values >= 0) | (values != np.rint(values))][0]:g}"
        raise DataError(metadata.path, f"whole numbers in the column {key}", found, "correct the file")
    return [int(value) for value in values]


def _left_out(file: str, kinds: Sequence[str] | np.ndarray, numbers: np.ndarray) -> list[str]:
    imagery = int(np.sum(np.asarray(kinds) == "imagery"))
    unnamed = int(np.sum(~np.isfinite(numbers) & (np.asarray(kinds) != "imagery")))
    reasons = Counter({"imagery": imagery, "rows without a picture": unnamed})
    return [f"{file}: {count} {reason} left out" for reason, count in reasons.items() if count]
