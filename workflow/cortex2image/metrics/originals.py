"""The stimuli that can be reconstructed, and the pictures of stimuli, as stimuli.parquet lists them."""

from collections.abc import Sequence

from cortex2image.errors import DataError
from cortex2image.tables.recordings import STIMULI


def held_out_stimuli(table: str, cross_validate: str) -> list[str]:
    """Return the stimuli that can be reconstructed, sorted: in a cross-validated study, all of them.

    Parameters
    ----------
    table : path of stimuli.parquet
    cross_validate : setting `dataset/cross_validate`

    Raises
    ------
    DataError
        There are none.
    """
    rows = STIMULI.read(table).to_pydict()
    tested = [
        stimulus
        for stimulus, split in zip(rows["stimulus_id"], rows["split"], strict=True)
        if split == "test" or cross_validate != "none"
    ]
    if not tested:
        fix = "mark the stimuli that are held out in the data set, or set dataset/cross_validate"
        raise DataError(f"{table}, column split", "at least one test stimulus", "none", fix)
    return sorted(tested)


def original_paths(stimuli: Sequence[str], table: str) -> list[str]:
    """Return the picture of each stimulus.

    Raises
    ------
    DataError
        A stimulus is not in the table, or has no picture there.
    """
    rows = STIMULI.read(table).to_pydict()
    known = dict(zip(rows["stimulus_id"], rows["image_path"], strict=True))
    without = [stimulus for stimulus in stimuli if known.get(stimulus) is None]
    if without:
        found = f"{len(without)} without, first {without[0]}"
        fix = (
            "score studies that know categories only with the steps identify_categories, categorise_pictures"
        )
        raise DataError(table, "a picture of every reconstructed stimulus", found, fix)
    return [known[stimulus] for stimulus in stimuli]
