"""Every picture of a study read once before it is used: a bad one is refused, and equal ones are said."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping

from cortex2image.pictures import read_picture
from cortex2image.progress import track


def picture_digests(paths: Mapping[str, str]) -> dict[str, str]:
    """Read every picture, and return a digest of its pixels by stimulus_id.

    Parameters
    ----------
    paths : mapping of stimulus_id to the file of its picture

    Raises
    ------
    DataError
        A file is no picture that can be read for certain, see :func:`cortex2image.pictures.read_picture`.
    """
    digests = {}
    for name, path in track(paths.items(), "read every picture", total=len(paths)):
        pixels = read_picture(path)
        shown = repr(pixels.shape).encode() + pixels.tobytes()
        digests[name] = hashlib.blake2b(shown, digest_size=16).hexdigest()
    return digests


def digest_of_all(digests: Mapping[str, str]) -> str:
    """Return one digest of the digests of pictures, whatever their order."""
    return hashlib.blake2b(json.dumps(sorted(digests.items())).encode(), digest_size=16).hexdigest()


def alike_pictures(digests: Mapping[str, str]) -> list[str]:
    """Return in words which stimuli show one and the same picture; nothing if all pictures differ.

    If all are alike, as placeholders are, no score of pictures means anything. A test picture that is a
    training picture too is known to the decoder.

    Parameters
    ----------
    digests : mapping of stimulus_id to what :func:`picture_digests` returns for its picture
    """
    names: dict[str, list[str]] = defaultdict(list)
    for name, digest in digests.items():
        names[digest].append(name)
    twins = [same for same in names.values() if len(same) > 1]
    if not twins:
        return []
    if len(names) == 1:
        advice = "if they stand for categories, use the reader bids_categories"
        return [
            f"all {len(digests)} pictures are alike: nothing can be told from scores of pictures; {advice}"
        ]
    first = f"first {twins[0][0]} and {twins[0][1]}"
    return [f"{sum(map(len, twins))} stimuli share their picture with another one, {first}"]
