"""Files of choices that people saved on the page `rate`, read and checked."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from cortex2image.errors import DataError
from cortex2image.given_files import is_text, read_json, shown
from cortex2image.rating.agreement import EVERYBODY
from cortex2image.rating.pictures import RatedPicture
from cortex2image.rating.trials import DESIGNS, METHODS

FORMAT, FORMAT_VERSION = "cortex2image-ratings", 1
WRONG = "wrong"
"""Rival of a method where the other picture is one of another stimulus."""
SIDES = ("left", "right", "none")
SAVED = "a file that the page `rate` saved"
SAVE_ANEW = "save it anew from the page, or take it out of the folder"


def read_choices(
    files: Sequence[str | Path], study: str, seed: int, pictures: Iterable[RatedPicture]
) -> pd.DataFrame:
    """Return every choice of every file.

    Parameters
    ----------
    files : paths of JSON files
    study, seed : name and seed of the study that the files must belong to
    pictures : every picture that may have been rated

    Returns
    -------
    DataFrame
        A row per choice: rater, design, subject, stimulus, method, rival, side (left, right or none), seconds
        and value: 1 if the method's picture was chosen, 0 if the rival's, 0.5 if neither. Of the design
        `identification` the method's picture is the right one, and the rival is `wrong`.

    Raises
    ------
    DataError
        There is no file, or one is no whole file of the page, belongs to another study or to other pictures,
        repeats a person or a trial, or holds a value that the page does not write.
    """
    if not files:
        raise DataError("ratings", "files that people saved on the page `rate`", "none", "name their folder")
    known = {picture.name: picture for picture in pictures}
    found: list[dict[str, object]] = []
    first: dict[tuple[str, str], str] = {}
    for file in sorted(map(str, files)):
        rating = _read(file, study, seed)
        person = (rating["design"], rating["rater"])
        if person in first:
            fix = "keep the later file of the two; if they are two people, give one another name"
            raise DataError(file, "one file per person and design", f"'{person[1]}' in {first[person]}", fix)
        first[person] = file
        found += _trials(file, rating, known)
    if not found:
        raise DataError(
            ", ".join(first.values()), "choices", "no trial in any file", "rate some pictures first"
        )
    return pd.DataFrame(found)


def _read(file: str, study: str, seed: int) -> dict[str, Any]:
    """Return what a file holds, after its head was checked."""
    rating = _parsed(file)
    if not isinstance(rating, dict) or rating.get("format") != FORMAT:
        raise DataError(file, SAVED, "something else", SAVE_ANEW)
    if rating.get("format_version") != FORMAT_VERSION:
        found = f"version {shown(rating.get('format_version'))}"
        raise DataError(
            file, f"version {FORMAT_VERSION} of the format", found, "rate with the present report"
        )
    if (rating.get("study"), str(rating.get("seed"))) != (study, str(seed)):
        found = f"study {rating.get('study')}, seed {rating.get('seed')}"
        fix = "take it out of the folder, or run with the config of that study"
        raise DataError(file, f"study {study}, seed {seed}", found, fix)
    if rating.get("design") not in DESIGNS:
        raise DataError(file, f"a design among {', '.join(DESIGNS)}", shown(rating.get("design")), SAVE_ANEW)
    rater = rating.get("rater")
    if not is_text(rater) or not rater.strip() or rater == EVERYBODY:
        expected = f"the name of a person, other than '{EVERYBODY}'"
        raise DataError(file, expected, shown(rater), "write a name at `rater` in the file")
    if not isinstance(rating.get("trials"), list):
        raise DataError(file, f"{SAVED}, whole", "no list of trials", SAVE_ANEW)
    return rating


def _parsed(file: str) -> Any:
    def refuse(name: str) -> NoReturn:
        raise DataError(file, "numbers", name, SAVE_ANEW)

    try:
        return read_json(file, parse_constant=refuse)
    except FileNotFoundError:
        raise DataError(file, SAVED, "no such file", "correct the path") from None
    except DataError:
        raise
    except (OSError, ValueError) as error:
        raise DataError(file, f"{SAVED}, whole", f"no JSON: {error}", SAVE_ANEW) from None


def _trials(
    file: str, rating: Mapping[str, Any], known: Mapping[str, RatedPicture]
) -> list[dict[str, object]]:
    rows, seen = [], set()
    for number, trial in enumerate(rating["trials"], start=1):
        where = f"{file}, trial {number}"
        _check_values(where, trial)
        pair = [_picture(where, trial, side, known) for side in ("left", "right")]
        row = _compared(where, rating["design"], trial, *pair)
        asked = tuple(sorted((trial["left"], trial["right"]))), trial["stimulus"]
        if asked in seen:
            raise DataError(where, "every trial once", "the same two pictures again", SAVE_ANEW)
        seen.add(asked)
        rows.append({"rater": rating["rater"], "design": rating["design"], **row})
    return rows


def _check_values(where: str, trial: Any) -> None:
    names = ("subject", "stimulus", "left", "right")
    if not isinstance(trial, dict) or not all(isinstance(trial.get(name), str) for name in names):
        raise DataError(where, f"texts at {', '.join(names)}", shown(trial), SAVE_ANEW)
    if trial.get("choice") not in SIDES:
        raise DataError(where, f"a choice among {', '.join(SIDES)}", shown(trial.get("choice")), SAVE_ANEW)
    seconds = trial.get("seconds")
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not (number and 0 <= (seconds or 0) <= sys.float_info.max):
        raise DataError(where, "seconds from 0", shown(seconds), SAVE_ANEW)


def _picture(
    where: str, trial: Mapping[str, Any], side: str, known: Mapping[str, RatedPicture]
) -> RatedPicture:
    if trial[side] not in known:
        expected = "pictures that the study now has, by the methods of evaluate/rating"
        fix = (
            "rate the pictures of the present report: these were drawn anew, or their method or stimulus is "
            "no longer rated"
        )
        raise DataError(where, expected, f"an unknown picture, {trial[side]}", fix)
    return known[trial[side]]


def _compared(
    where: str, design: str, trial: Mapping[str, Any], left: RatedPicture, right: RatedPicture
) -> dict[str, object]:
    """Return what was compared, and which of it was chosen, after a test that the design has such a trial."""
    subject, stimulus = trial["subject"], trial["stimulus"]
    right_one = [picture.stimulus == stimulus for picture in (left, right)]
    same_method, subjects = left.method == right.method, {subject, left.subject, right.subject}
    if design == METHODS:
        fits = all(right_one) and not same_method
        first_is_left, rival = left.method < right.method, max(left.method, right.method)
    else:
        fits = sum(right_one) == 1 and same_method
        first_is_left, rival = right_one[0], WRONG
    if not fits or len(subjects) > 1:
        found = (
            f"{left.subject} {left.method} {left.stimulus}, {right.subject} {right.method} {right.stimulus}"
        )
        raise DataError(where, f"two pictures of a trial of {design} by {stimulus}", found, SAVE_ANEW)
    side = trial["choice"]
    value = 0.5 if side == "none" else float((side == "left") == first_is_left)
    return {
        "subject": subject,
        "stimulus": stimulus,
        "method": left.method if first_is_left else right.method,
        "rival": rival,
        "side": side,
        "seconds": float(trial["seconds"]),
        "value": value,
    }
