"""Which of the recordings that fMRIPrep wrote a study takes: one per run, or a question to the user."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cortex2image.data.bids.entities import ABSENT, BidsFile, choice, differing
from cortex2image.data.subjects import plain_label
from cortex2image.errors import ConfigError, DataError

Kind = frozenset[tuple[str | None, str]]

PREPROCESSED = "preproc"
NIFTI = (".nii.gz", ".nii")
RUN_KEYS = ("acq", "ce", "rec", "dir", "run")
# Entities that say on which grid a recording lies, beside its space.
GRID_KEYS = ("cohort", "res", "den")
# Names of the recording's own grid in fMRIPrep's option --output-spaces.
NATIVE_SPACES = ("func", "bold", "run", "boldref", "sbref")


def of_kind(files: Iterable[BidsFile], kind: Kind, extensions: Sequence[str]) -> list[BidsFile]:
    """Return the files whose (desc, suffix) are among those of a kind."""
    return [f for f in files if (f.entities.get("desc"), f.suffix) in kind and f.extension in extensions]


@dataclass(frozen=True)
class Wanted:
    """What the config says about recordings: see :func:`cortex2image.data.bids.runs.find_runs`."""

    task: str | None
    space: str | None
    entities: Mapping[str, str]

    def recordings(self, files: Sequence[BidsFile], derivatives: Path) -> list[BidsFile]:
        """Return the recordings that the config asks for, at most one of each run.

        Raises
        ------
        ConfigError
            There are several tasks, grids or recordings of one run, and the config chooses none.
        DataError
            Two files of one name, but for padding or compression.
        """
        found = [f for f in of_kind(files, self._kind(), NIFTI) if self._takes(f)]
        # On request, fMRIPrep writes single echoes beside their combination, which is the one to use.
        combined = found if "echo" in self.entities else [f for f in found if "echo" not in f.entities]
        bolds = combined or found
        _check_one("task", sorted({f.spelled.get("task", "none") for f in bolds}), derivatives)
        _check_one("space", sorted({_grid(f) for f in bolds}), derivatives)
        _check_distinct(bolds)
        return bolds

    def may_accompany(self, file: BidsFile) -> bool:
        """Return whether a table could belong to a recording that is taken: nothing in its name differs."""
        chosen = {**self._labels(), **({"task": plain_label(self.task)} if self.task is not None else {})}
        named = {key: label for key, label in file.entities.items() if key in chosen}
        return all(label == chosen[key] for key, label in named.items())

    def not_taken(self, files: Sequence[BidsFile]) -> list[str]:
        """Return a line per kind of recording that only another desc, task or space would take."""
        there = of_kind(files, self._kind(), NIFTI)
        tasks = sorted({f.spelled["task"] for f in there if "task" in f.spelled and not self._of_task(f)})
        spaces = sorted({_grid(f) for f in there if not _in_space(f, self.space)})
        bolds = [f for f in files if f.suffix == "bold" and f.extension in NIFTI]
        asked = self.entities.get("desc", PREPROCESSED)
        descs = sorted({f.spelled.get("desc", ABSENT) for f in bolds} - {asked})
        return [
            *(f"recordings of task {t}: to take them, set dataset/task: {t}" for t in tasks),
            *(f"recordings of space {s}: to take them, set dataset/space: {s}" for s in spaces),
            *(
                f'recordings with desc-{d}: to take them, set dataset/entities: {{desc: "{d}"}}'
                for d in descs
            ),
        ]

    def _labels(self) -> dict[str, str]:
        return {key: plain_label(label) for key, label in self.entities.items() if key != "desc"}

    def _kind(self) -> Kind:
        desc = self.entities.get("desc", PREPROCESSED)
        if desc == PREPROCESSED:
            return frozenset({(desc, "bold"), (None, "bold_preproc")})  # the latter of fMRIPrep <= 1.1
        return frozenset({(None if desc == ABSENT else plain_label(desc), "bold")})

    def _takes(self, file: BidsFile) -> bool:
        chosen = (file.entities.get(key, ABSENT) == label for key, label in self._labels().items())
        return self._of_task(file) and _in_space(file, self.space) and all(chosen)

    def _of_task(self, file: BidsFile) -> bool:
        return self.task is None or file.entities.get("task") == plain_label(self.task)


def _in_space(file: BidsFile, space: str | None) -> bool:
    if space is None:
        return True
    if space in NATIVE_SPACES:
        return "space" not in file.entities
    name, *modifiers = space.split(":")
    wanted = {"space": name, **dict(modifier.split("-", 1) for modifier in modifiers if "-" in modifier)}
    return {key: plain_label(label) for key, label in wanted.items()}.items() <= file.entities.items()


def _grid(file: BidsFile) -> str:
    """Return the grid of a recording as the config names it, e.g. ``MNI152NLin2009cAsym:res-2``."""
    modifiers = [f"{key}-{file.spelled[key]}" for key in GRID_KEYS if key in file.spelled]
    return ":".join([file.spelled.get("space", "func"), *modifiers])


def _check_one(key: str, values: Sequence[str], derivatives: Path) -> None:
    if len(values) > 1:
        fix = f"choose one in the config, e.g. dataset/{key}: {values[-1]}"
        bare = [value for value in values if any(other.startswith(f"{value}:") for other in values)]
        if bare:
            added = next(other for other in values if other.startswith(f"{bare[0]}:")).split(":")[1]
            fix += f"; for {bare[0]} alone also dataset/entities: {{{added.split('-')[0]}: {ABSENT}}}"
        raise ConfigError(derivatives, f"recordings of one {key}", ", ".join(values), fix)


def _check_distinct(bolds: Iterable[BidsFile]) -> None:
    """Raise an error if two recordings are of one run."""
    seen: dict[tuple[str | None, ...], BidsFile] = {}
    for bold in bolds:
        first = seen.setdefault(tuple(bold.entities.get(key) for key in ("ses", *RUN_KEYS)), bold)
        if first is not bold:
            _refuse(first, bold, "one recording per run")


def check_shown_once(matched: Iterable[tuple[BidsFile, BidsFile]]) -> None:
    """Test that no events belong to several recordings of one run, which would count its trials twice.

    Recordings that differ in `rec` alone are always of one run. Those that differ in another entity are if
    their events, which name the subject, are the same file; events that hold for all subjects may well
    belong to several runs.

    Raises
    ------
    ConfigError
        Two recordings are of one run.
    """
    of_run: dict[tuple[object, ...], list[tuple[BidsFile, BidsFile]]] = defaultdict(list)
    for bold, event in matched:
        here = of_run[bold.entities.get("ses"), bold.entities.get("run"), event.path]
        for other, _ in here:
            if "sub" in event.entities or set(differing(other, bold)) == {"rec"}:
                _refuse(other, bold, f"one recording for the events {event.path.name}")
        here.append((bold, event))


def _refuse(one: BidsFile, other: BidsFile, expected: str) -> None:
    """Raise the error for two recordings of one run: a choice of the config, or two copies of one file."""
    error = ConfigError if differing(one, other) else DataError
    found = f"{one.path.name} and {other.path.name}"
    raise error(one.path.parent, expected, found, choice(one, other))
