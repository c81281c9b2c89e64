"""Features that somebody else's decoder predicted for the test stimuli of a subject, read from a file.

Either a Parquet table with the columns ``stimulus_id`` and ``feature``, or a ``.npy`` array with the
identities in a text file beside it. Everything is checked here: the file comes from outside the workflow.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cortex2image.errors import DataError
from cortex2image.given_arrays import open_array
from cortex2image.given_files import read_bytes
from cortex2image.networks.registry import ModelSet
from cortex2image.reconstruction.inputs import FeatureTable
from cortex2image.study.methods import ids_file
from cortex2image.tables.measured import largest_column

COLUMNS = ("stimulus_id", "feature")
MOST_VALUES = 2**24  # that a table may hold whatever is expected; a small file can claim any number
DESCRIBED = "docs/own-decoder.md describes the file"


def read_predictions(path: str, space: str, models: ModelSet, split: Mapping[str, str]) -> FeatureTable:
    """Return the predictions of another decoder, sorted by stimulus.

    Parameters
    ----------
    path : str
        A Parquet table, or a ``.npy`` array, (n, d) or (n, *shape of one stimulus), with a file of the same
        stem that ends in ``.txt`` and has one stimulus per line.
    space : "z" or "c"
        z: scaled latents, (channels, height, width) flattened in C order. c: text states, (tokens, width).
    models : ModelSet
        The features must have its shapes.
    split : mapping of stimulus to "train" or "test"
        Of the subject. Without a test stimulus, as under cross-validation, every stimulus is predicted.

    Raises
    ------
    DataError
        The file is missing, damaged or of another form; stimuli are missing, unknown, repeated, or were shown
        in training; features have another width, are no numbers, or are not finite.
    """
    shape = models.latent_shape if space == "z" else (models.text_length, models.text_width)
    most = max(MOST_VALUES, len(split) * math.prod(shape))
    stimuli, values = _read_array(path) if path.endswith(".npy") else _read_table(path, most)
    _check_stimuli(stimuli, split, path)
    features = _flat(values, space, shape, models.name, path)
    _check_finite(features, stimuli, path)
    order = sorted(range(len(stimuli)), key=stimuli.__getitem__)
    return FeatureTable([stimuli[row] for row in order], features[order], path)


def _read_table(path: str, most: int) -> tuple[list[str], np.ndarray]:
    """Return identities and features of a Parquet table of at most `most` values; nothing else is read."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            _require_columns(file.schema_arrow.names, path)
            if (inside := largest_column(path, COLUMNS)) > most:
                raise DataError(path, f"at most {most} values", f"{inside} values", DESCRIBED)
            table = file.read(list(COLUMNS)).combine_chunks()
            table.validate(full=True)
    except DataError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        found = " ".join(str(error).split()) or repr(error)
        raise DataError(path, "a Parquet table", found, DESCRIBED) from None
    stimuli, features = (table.column(name) for name in COLUMNS)
    if not (pa.types.is_string(stimuli.type) or pa.types.is_large_string(stimuli.type)) or stimuli.null_count:
        fix = "write identities as texts, spelt as in trials.parquet"
        found = f"{stimuli.type}, {stimuli.null_count} of them missing"
        raise DataError(f"{path}, column stimulus_id", "texts", found, fix)
    return stimuli.to_pylist(), _rows_of_lists(features, f"{path}, column feature")


def _require_columns(names: list[str], path: str) -> None:
    missing = [name for name in COLUMNS if names.count(name) != 1]
    if missing:
        expected = f"the columns {' and '.join(COLUMNS)}, once each"
        raise DataError(path, expected, ", ".join(names) or "no columns", DESCRIBED)


def _rows_of_lists(column: pa.ChunkedArray, where: str) -> np.ndarray:
    """Return a column of lists of numbers as an (n, d) array of their type."""
    kind = column.type
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    if not any(of_kind(kind) for of_kind in lists):
        raise DataError(where, "lists of numbers, one per stimulus", str(kind), DESCRIBED)
    widths = pc.unique(pc.list_value_length(column)).to_pylist()
    flat = pc.list_flatten(column)
    missing = column.null_count or flat.null_count
    if missing or len(widths) > 1:
        found = "missing values" if missing else f"lists of {len(widths)} lengths"
        raise DataError(where, "lists of one length without missing values", found, DESCRIBED)
    values: np.ndarray = flat.to_numpy()
    return values.reshape(len(column), *widths)


def _read_array(path: str) -> tuple[list[str], np.ndarray]:
    """Return the identities in the text file beside an array, and the array."""
    try:
        values = open_array(path)
    except (OSError, ValueError) as error:
        raise DataError(path, "an array that numpy.save wrote", str(error), DESCRIBED) from None
    beside = ids_file(path)
    try:
        stimuli = [line.strip() for line in read_bytes(beside).decode().rstrip().splitlines()]
    except (OSError, ValueError) as error:
        raise DataError(beside, f"the stimuli of {path}, one per line", str(error), DESCRIBED) from None
    if values.ndim < 2 or len(values) != len(stimuli):
        expected = f"an array of {len(stimuli)} rows, one for each line of {beside}"
        raise DataError(path, expected, f"shape {values.shape}", DESCRIBED)
    return stimuli, np.array(values)


def _check_stimuli(stimuli: Sequence[str], split: Mapping[str, str], path: str) -> None:
    tested = {stimulus for stimulus, part in split.items() if part == "test"} or set(split)
    given = set(stimuli)
    trained = sorted(stimulus for stimulus in given - tested if stimulus in split)
    if trained:
        expected = "no training stimulus: a decoder knows those that it was fitted to"
        found, fix = f"{len(trained)} training stimuli, first {trained[0]}", "predict the test stimuli alone"
        raise DataError(path, expected, found, fix)
    twice = sorted(stimulus for stimulus, count in Counter(stimuli).items() if count > 1)
    faults = {"unknown": sorted(given - tested), "missing": sorted(tested - given), "given twice": twice}
    found = "; ".join(f"{len(names)} {fault}, first {names[0]!r}" for fault, names in faults.items() if names)
    if found:
        expected = f"each of the {len(tested)} test stimuli of the subject once"
        raise DataError(
            path, expected, found, "spell identities as trials.parquet does, and predict them all"
        )


def _flat(values: np.ndarray, space: str, shape: tuple[int, ...], models: str, path: str) -> np.ndarray:
    """Return predictions as float32 (n, d) after a check of their type and shape."""
    if values.dtype.kind not in "fiu":
        raise DataError(path, "real numbers", f"values of type {values.dtype}", "save an array of numbers")
    width = math.prod(shape)
    if values.shape[1:] not in ((width,), shape):
        expected = f"{width} values per stimulus, or {' x '.join(map(str, shape))}, the {space} of {models}"
        fix = f"predict the features of this model set, as features/{space}.parquet has them"
        raise DataError(path, expected, f"shape {values.shape}", fix)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused
        return np.ascontiguousarray(values.reshape(len(values), width), dtype=np.float32)


def _check_finite(features: np.ndarray, stimuli: Sequence[str], path: str) -> None:
    bad = np.flatnonzero(~np.isfinite(features).all(axis=1))
    if len(bad):
        found = f"NaN or infinity for {len(bad)} stimuli, first {stimuli[bad[0]]}"
        raise DataError(
            path, "finite numbers that float32 can hold", found, "find out where the decoder fails"
        )
