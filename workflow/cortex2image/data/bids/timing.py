"""When the volumes of a recording were taken: its header and its JSON sidecars, which must agree."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cortex2image.data.volumes import BoldHeader
from cortex2image.errors import DataError
from cortex2image.given_files import read_json

FASTEST_S, SLOWEST_S = 0.05, 30.0  # repetition times; outside are slips of unit, such as 2000 for 2000 ms
TOLERANCE = 1e-3  # of a repetition time: numbers are rounded, and 0.1 % is half a second in ten minutes
LATEST_START = 10  # repetition times; StartTime beyond is no time of a first volume
HUGE = 1e9  # beyond any time in seconds; NaN and infinity, which Python's JSON knows, are no times either
KEYS = ("RepetitionTime", "StartTime", "SliceTimingCorrected", "SliceTiming", "VolumeTiming")
WRITE_TR = "write RepetitionTime in seconds into the JSON file beside the recording"


@dataclass(frozen=True)
class Timing:
    """Timing of a recording.

    Attributes
    ----------
    tr : float
        Repetition time in seconds.
    slice_time_reference : float
        Seconds after a volume's onset that its samples stand for.
    source : str
        What says the repetition time, for errors.
    """

    tr: float
    slice_time_reference: float
    source: str


@dataclass(frozen=True)
class _Fact:
    value: Any
    path: Path


def read_timing(bold: Path, header: BoldHeader, sidecars: Sequence[Path]) -> Timing:
    """Return the timing of a recording. BIDS 1.9, "Magnetic Resonance Imaging", "Timing Parameters".

    Parameters
    ----------
    bold : path of the recording
    header : what its NIfTI header says
    sidecars : paths of JSON files; later ones overrule earlier ones

    Raises
    ------
    DataError
        A sidecar is no JSON object in UTF-8, or states a fact twice; the repetition time is missing,
        implausible, or not the same in header and sidecars; slices or the first volume have times that the
        repetition time does not allow; volumes have times of their own (VolumeTiming).
    """
    contents = [(path, _read_facts(path)) for path in sidecars]
    facts = {key: _Fact(value, path) for path, content in contents for key, value in content.items()}
    _check_regular(facts)
    _check_raw(bold, contents)
    tr, source = _repetition_time(bold, header, facts.get("RepetitionTime"))
    _check_slices(facts.get("SliceTiming"), tr, source)
    return Timing(tr, _reference(facts, tr, source), source)


def _read_facts(path: Path) -> dict[str, Any]:
    """Return what one sidecar says of the timing."""
    expected, fix = "a JSON object in UTF-8", "write the file anew, as text in UTF-8"
    try:
        content = read_json(path, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise DataError(
            path, expected, f"bytes that are no UTF-8, first at byte {error.start}", fix
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(path, expected, str(error), f"{fix}; RepetitionTime is in seconds") from None
    if not isinstance(content, dict):
        raise DataError(path, expected, f"a JSON {type(content).__name__}", fix)
    for key in ("RepetitionTime", "StartTime"):
        if key in content:
            _number(key, _Fact(content[key], path))
    return {key: content[key] for key in KEYS if key in content}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; raise ValueError if it states one of the facts twice."""
    for key in KEYS:
        if sum(name == key for name, _ in pairs) > 1:
            raise ValueError(f"{key} is there twice")
    return dict(pairs)


def _number(key: str, fact: _Fact) -> float:
    # JSON knows true and false, which Python takes for 1 and 0.
    number = isinstance(fact.value, int | float) and not isinstance(fact.value, bool)
    if not number or not abs(fact.value) < HUGE:
        found, fix = json.dumps(fact.value)[:80], f"write {key} as a number of seconds"
        raise DataError(fact.path, f"{key} as a number of seconds", found, fix)
    return float(fact.value)


def _check_regular(facts: Mapping[str, _Fact]) -> None:
    if "VolumeTiming" in facts:
        fix = "this model takes volumes at equal steps; leave out the recording, or resample it"
        path = facts["VolumeTiming"].path
        raise DataError(path, "a RepetitionTime for all volumes", "VolumeTiming, times of their own", fix)


def _check_raw(bold: Path, contents: Iterable[tuple[Path, Mapping[str, Any]]]) -> None:
    """Raise if the run's raw sidecar and the one of its derivative state different repetition times."""
    stated = [(path, content["RepetitionTime"]) for path, content in contents if "RepetitionTime" in content]
    raw = [fact for fact in stated if fact[0].parent not in bold.parents]
    own = [fact for fact in stated if fact[0].parent in bold.parents]
    if raw and own:
        first, last = raw[-1][1], own[-1][1]
        if not _alike(first, last):
            found = f"{last:g} s, but {first:g} s in {raw[-1][0]}"
            fix = "find out which of the two is right and correct the other"
            raise DataError(own[-1][0], "one RepetitionTime", found, fix)


def _repetition_time(bold: Path, header: BoldHeader, stated: _Fact | None) -> tuple[float, str]:
    """Return the repetition time in seconds, and what says so."""
    of_header = f"the header of the recording says {header.tr:g} s" if header.tr else "the header says none"
    if stated is None:
        if not header.tr:
            found = "none, neither in the header nor in a JSON file"
            raise DataError(bold, "a repetition time", found, WRITE_TR)
        _check_plausible(bold, header.tr, "in the header; no JSON file states RepetitionTime")
        return header.tr, "the header of the recording alone"
    tr = float(stated.value)
    _check_plausible(stated.path, tr, f"as RepetitionTime; {of_header}")
    # A header with the right number under another unit (2000 s for 2000 ms) contradicts nothing.
    if header.tr and not any(_alike(header.tr * unit, tr) for unit in (1, 1e-3, 1e3, 1e-6, 1e6)):
        found = f"{header.tr:g} s in the header, RepetitionTime {tr:g} s in {stated.path}"
        fix = "find out which of the two is right and correct the other; the header may be a placeholder"
        raise DataError(bold, "one repetition time", found, fix)
    return tr, f"RepetitionTime of {stated.path}"


def _alike(first: float, second: float) -> bool:
    return math.isclose(first, second, rel_tol=TOLERANCE)


def _check_plausible(where: Path, tr: float, words: str) -> None:
    if not FASTEST_S <= tr <= SLOWEST_S:
        expected = f"a repetition time of {FASTEST_S:g} to {SLOWEST_S:g} s"
        fix = f"{WRITE_TR}; milliseconds are thousandths of it"
        raise DataError(where, expected, f"{tr:g} s {words}", fix)


def _check_slices(stated: _Fact | None, tr: float, source: str) -> None:
    """Raise if a slice was taken after its volume had ended: one of the two times is wrong."""
    if stated is None:
        return
    times = stated.value if isinstance(stated.value, list) else [stated.value]
    seconds = [_number("SliceTiming", _Fact(time, stated.path)) for time in times]
    if seconds and not 0 <= min(seconds) <= max(seconds) <= tr * (1 + TOLERANCE):
        found = f"{min(seconds):g} to {max(seconds):g}"
        fix = "correct SliceTiming (seconds, not milliseconds) or the repetition time"
        raise DataError(stated.path, f"SliceTiming within 0 to {tr:g} s, from {source}", found, fix)


def _reference(facts: Mapping[str, _Fact], tr: float, source: str) -> float:
    """Return the time within a volume that its samples stand for."""
    corrected = facts.get("SliceTimingCorrected")
    if corrected is not None and corrected.value not in (True, False):
        found = json.dumps(corrected.value)[:80]
        raise DataError(corrected.path, "SliceTimingCorrected true or false", found, "write true or false")
    start = facts.get("StartTime")
    if start is None:
        return 0.5 * tr if corrected and corrected.value else 0.0
    seconds = float(start.value)
    if abs(seconds) > LATEST_START * tr:
        fix = "write StartTime in seconds, not milliseconds"
        raise DataError(
            start.path, f"StartTime near 0 for volumes of {tr:g} s, from {source}", f"{seconds:g} s", fix
        )
    return seconds
