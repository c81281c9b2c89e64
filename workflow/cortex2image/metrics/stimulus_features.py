"""Features of the stimuli by the judges of a study, computed once and mapped from disk by every evaluation.

A folder holds ``{judge}-{layer}.npy``, float32 (stimuli, width) in C order, with the checksums of its rows
beside it, and ``features.json``: the stimuli in this order with a digest of their pictures, the size of
these, and of each judge what its features depend on, the widths of its layers and the fingerprint of the
reference picture. It appears whole or not at all.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cortex2image.errors import DataError
from cortex2image.files import whole_folder
from cortex2image.judges.judge import Judge
from cortex2image.metrics.similarity import Rows
from cortex2image.metrics.versions import Facts, package_versions
from cortex2image.row_files import RowFile, require_whole_rows
from cortex2image.stats.fingerprints import fingerprint

DESCRIPTION = "features.json"
RERUN = "delete this folder and run the workflow again, which makes it anew"


@dataclass(frozen=True)
class Judged:
    """A judge, the layers that are read, and what its features depend on beside the pictures."""

    judge: Judge
    layers: tuple[str, ...]
    facts: Facts


def write_stimulus_features(
    folder: str | Path,
    stimuli: Sequence[str],
    pictures: Iterable[np.ndarray],
    judges: Sequence[Judged],
    reference: np.ndarray,
    model_set: str,
) -> None:
    """Compute and write the features of all stimuli, batch by batch.

    Parameters
    ----------
    folder : path
    stimuli : n ids
    pictures : iterable of (batch, size, size, 3) uint8 arrays
        Pictures of the stimuli in their order, at the size of the reconstructions.
    judges : sequence of Judged
    reference : (size, size, 3) uint8 array
        The reference picture, whose fingerprint is taken.
    model_set : str
        Name of the set that the judges belong to.

    Raises
    ------
    DataError
        A feature is NaN or infinite.
    """
    with whole_folder(Path(folder)) as temporary:
        with ExitStack() as stack:
            store = _Store(temporary, len(stimuli), stack)
            digests: list[str] = []
            for batch in pictures:
                digests += map(picture_digest, batch)
                for judged in judges:
                    for layer, rows in judged.judge.features(batch, judged.layers).items():
                        store.append(judged.judge.name, layer, rows)
        description = {
            "model_set": model_set,
            "size": len(reference),
            "stimuli": dict(zip(stimuli, digests, strict=True)),
            "judges": {j.judge.name: _described(j, store.widths[j.judge.name], reference) for j in judges},
            "packages": package_versions(),
        }
        (temporary / DESCRIPTION).write_text(json.dumps(description, indent=1))


def picture_digest(picture: np.ndarray) -> str:
    """Return 32 hexadecimal digits that tell a picture from any other."""
    return hashlib.blake2b(picture.tobytes(), digest_size=16).hexdigest()


class _Store:
    """Files of features in the making, one of each judge and layer."""

    def __init__(self, folder: Path, stimuli: int, stack: ExitStack):
        self._folder, self._stimuli, self._stack = folder, stimuli, stack
        self._files: dict[tuple[str, str], RowFile] = {}
        self.widths: dict[str, dict[str, int]] = {}

    def append(self, judge: str, layer: str, rows: np.ndarray) -> None:
        if not np.isfinite(rows).all():
            fix = "look for a stimulus that is no ordinary picture, or for weights that are damaged"
            raise DataError(f"features of stimuli, {judge} {layer}", "finite numbers", "NaN or Inf", fix)
        if (judge, layer) not in self._files:
            self._begin(judge, layer, rows.shape[1])
        self._files[judge, layer].append(rows)

    def _begin(self, judge: str, layer: str, width: int) -> None:
        file = RowFile(_layer_file(self._folder, judge, layer), self._stimuli, width, "<f4")
        self._files[judge, layer] = self._stack.enter_context(file)
        self.widths.setdefault(judge, {})[layer] = width


def _layer_file(folder: Path, judge: str, layer: str) -> Path:
    return folder / f"{judge}-{layer}.npy"


def _described(judged: Judged, widths: Mapping[str, int], reference: np.ndarray) -> dict[str, object]:
    seen = judged.judge.features(np.stack([reference]), judged.layers)
    return {
        "facts": judged.facts,
        "layers": dict(widths),
        "reference": {layer: fingerprint(features[0]) for layer, features in seen.items()},
    }


@dataclass(frozen=True)
class StimulusFeatures:
    """The folder, opened: see :func:`write_stimulus_features`.

    Attributes
    ----------
    folder : Path
    model_set : str
    size : int
        Side of the pictures in pixels.
    digests : dict of stimulus to digest of its picture, in the order of the rows
    judges : dict of judge to its entry: `facts`, `layers` with their widths, `reference`
    packages : dict of versions
    """

    folder: Path
    model_set: str
    size: int
    digests: dict[str, str]
    judges: dict[str, Any]
    packages: dict[str, str]

    def rows(self, judge: str, layer: str, which: np.ndarray | None = None) -> Rows:
        """Map the features of a layer, of all stimuli or some of them, after these are read and checked.

        Raises
        ------
        DataError
            The file is missing, damaged, cut short, or has another shape than `features.json` says.
        """
        path, expected = _layer_file(self.folder, judge, layer), self._shape(judge, layer)
        where = f"float32 features of {expected[0]} stimuli x {expected[1]} units"
        try:
            features = np.load(path, mmap_mode="r")
        except (OSError, ValueError, EOFError) as error:
            raise DataError(path, where, str(error), RERUN) from None
        if features.shape != expected or features.dtype != np.float32:
            raise DataError(path, where, f"{features.dtype} of shape {features.shape}", RERUN)
        require_whole_rows(path, features, RERUN, which)
        return Rows(features, which)

    def _shape(self, judge: str, layer: str) -> tuple[int, int]:
        layers = self.judges.get(judge, {}).get("layers", {})
        if layer not in layers:
            found = ", ".join(
                f"{name} {one}" for name, entry in self.judges.items() for one in entry["layers"]
            )
            raise DataError(self.folder, f"features by {judge} {layer}", found, RERUN)
        return len(self.digests), layers[layer]


def open_stimulus_features(folder: str | Path) -> StimulusFeatures:
    """Open the features of the stimuli of a study, and read none of them.

    Raises
    ------
    DataError
        The folder has no readable ``features.json``.
    """
    path = Path(folder) / DESCRIPTION
    try:
        found = json.loads(path.read_text())
        entries = (found[key] for key in ("model_set", "size", "stimuli", "judges", "packages"))
        return StimulusFeatures(Path(folder), *entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(path, "what the features of the stimuli are", str(error), RERUN) from None


SeenFeatures = Mapping[str, Mapping[str, Rows]]
"""Features of the originals by judge and layer, one row for each original."""


def features_of(
    stored: StimulusFeatures,
    stimuli: Sequence[str],
    pictures: np.ndarray,
    judges: Mapping[str, Sequence[str]],
    facts: Callable[[str], Facts],
) -> SeenFeatures:
    """Return the features of chosen stimuli, after a check that they are those of these pictures and judges.

    Parameters
    ----------
    stored : StimulusFeatures
    stimuli : n ids
    pictures : (n, size, size, 3) uint8 array
        Their pictures as they are compared with reconstructions.
    judges : mapping of judge to the layers that are needed
    facts : function of a judge
        What its features depend on now, see :func:`cortex2image.metrics.versions.judge_facts`.

    Raises
    ------
    DataError
        The features are of another size, of other stimuli or pictures, or of other weights or inputs.
    """
    if stored.size != pictures.shape[1]:
        expected, found = (f"features of pictures of {size} px" for size in (pictures.shape[1], stored.size))
        raise DataError(stored.folder, expected, found, RERUN)
    for judge in judges:
        _check_facts(stored, judge, facts(judge))
    which = _rows_of(stored, stimuli, pictures)
    return {
        judge: {layer: stored.rows(judge, layer, which) for layer in layers}
        for judge, layers in judges.items()
    }


def _check_facts(stored: StimulusFeatures, judge: str, now: Facts) -> None:
    then = stored.judges.get(judge, {}).get("facts", {})
    differ = sorted(key for key in {*now, *then} if now.get(key) != then.get(key))
    if differ:
        expected, found = (", ".join(f"{key} {some.get(key)}" for key in differ) for some in (now, then))
        raise DataError(f"{stored.folder}, judge {judge}", expected, found, RERUN)


def _rows_of(stored: StimulusFeatures, stimuli: Sequence[str], pictures: np.ndarray) -> np.ndarray:
    position = {stimulus: row for row, stimulus in enumerate(stored.digests)}
    missing = [stimulus for stimulus in stimuli if stimulus not in position]
    if missing:
        found = f"{len(missing)} missing, first {missing[0]}"
        raise DataError(stored.folder, f"features of {len(stimuli)} stimuli", found, RERUN)
    changed = [
        stimulus
        for stimulus, picture in zip(stimuli, pictures, strict=True)
        if stored.digests[stimulus] != picture_digest(picture)
    ]
    if changed:
        found = f"{len(changed)} with another picture, first {changed[0]}"
        raise DataError(stored.folder, "features of the pictures that were seen", found, RERUN)
    return np.array([position[stimulus] for stimulus in stimuli])
