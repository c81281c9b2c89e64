"""What the page of the brain shows of test stimuli: a small picture, words, and the category."""

from collections.abc import Sequence

import pandas as pd

from cortex2image.pictures import read_picture
from cortex2image.plots.gallery import thumbnail, webp
from cortex2image.progress import track
from cortex2image.report.page import webp_uri
from cortex2image.report.study import StudyResults

SIDE, QUALITY, CHUNK = 96, 80, 64
"""Pictures: their longer side in pixels, quality of the compression, and number in a script."""
FIX = "delete the table that names it and run the workflow again"


def shown_stimuli(stimuli: pd.DataFrame) -> pd.DataFrame:
    """Return the test stimuli by name; in a cross-validated study, which tests all, every stimulus."""
    tested = stimuli[stimuli["split"] == "test"]
    return (tested if len(tested) else stimuli).sort_values("stimulus_id").reset_index(drop=True)


def stimulus_data(study: StudyResults) -> dict[str, object]:
    """Return the data of the test stimuli: ``brain/stimuli``, and chunks of pictures, ``brain/pictures/N``.

    ``brain/stimuli`` has of each stimulus its name, the first caption, the category (or null), and whether
    there is a picture.
    """
    stimuli = shown_stimuli(study.stimuli)
    with_picture = stimuli["image_path"].notna()
    rows = zip(stimuli["stimulus_id"], stimuli["captions"], stimuli["category"], with_picture, strict=True)
    listed = [
        [str(name), str(captions[0]), None if pd.isna(category) else str(category), bool(picture)]
        for name, captions, category, picture in rows
    ]
    data: dict[str, object] = {"brain/stimuli": {"chunk": CHUNK, "stimuli": listed}}
    if with_picture.any():
        paths = stimuli["image_path"].where(with_picture, None).tolist()
        data |= {f"brain/pictures/{i}": chunk for i, chunk in enumerate(_chunks(paths))}
    return data


def _chunks(paths: Sequence[str | None]) -> list[list[str | None]]:
    uris = [_uri(path) for path in track(list(paths), "pictures of the page of the brain")]
    return [uris[i : i + CHUNK] for i in range(0, len(uris), CHUNK)]


def _uri(path: str | None) -> str | None:
    if path is None:
        return None
    return webp_uri(webp(thumbnail(read_picture(path, FIX), SIDE), QUALITY))
