"""What the files of NSD hold, as far as their heads say: counts of trials, names of datasets, and grids.

No beta and no picture is read, so that files which do not belong together are found before the first job.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cortex2image.data.nsd.design import load_design
from cortex2image.data.nsd.facts import HEMISPHERES, TRIALS_PER_SESSION
from cortex2image.data.nsd.layout import DEFAULT_BETAS, DEFAULT_SPACE, Layout, subject_number
from cortex2image.data.nsd.manifest import Needed, study_manifest
from cortex2image.data.nsd.stimuli import check_pictures, check_stim_info, load_stim_info
from cortex2image.data.nsd.surfaces import stored_shape
from cortex2image.data.nsd.trials import check_responses, count_sessions, load_responses
from cortex2image.data.nsd.volumes import NIFTI, betas_shape
from cortex2image.data.paths import root_folder
from cortex2image.data.whole_files import odd_grids, whole_shape
from cortex2image.errors import DataError
from cortex2image.study.settings import Study

SHOWN = 6
Reads = Callable[[Path], tuple[int, ...]]


@dataclass(frozen=True)
class Choice:
    """What a study takes of a copy of NSD: see :func:`cortex2image.data.nsd.manifest.needed`."""

    layout: Layout
    sessions: int | None = None
    atlas: str | None = None
    mask: str = "brain"
    ncsnr: bool = False


def shared_faults(choice: Choice, subjects: Sequence[str]) -> list[DataError]:
    """Return what is wrong with the tables and pictures that all subjects share; missing files are none.

    The captions are not opened: they are the largest of these files that has to be read as a whole.
    """
    layout = choice.layout
    tests: list[tuple[Path, Callable[[Path], object]]] = [
        (layout.design(), load_design),
        (layout.stim_info(), lambda path: _check_pictures_of(layout, path, subjects)),
        (layout.stimuli(), check_pictures),
    ]
    return [error for path, test in tests if path.is_file() for error in _errors(path, test)]


def subject_faults(choice: Choice, subject: str) -> list[DataError]:
    """Return what is wrong with the files of one subject that exist: trials, names of datasets, grids."""
    layout = choice.layout
    responses = layout.responses(subject)
    if responses.is_file() and layout.design().is_file():
        wrong = list(_errors(responses, lambda path: _check_trials_of(layout, path, subject)))
        if wrong:
            return wrong  # the number of sessions is not known
    return [error for readers in _grids(choice, subject) for error in _grid_faults(readers)]


def _grid_faults(readers: Mapping[Path, Reads]) -> list[DataError]:
    shapes: dict[Path, tuple[int, ...]] = {}
    faults: list[DataError] = []
    for path, read in readers.items():
        if path.is_file():
            try:
                shapes[path] = read(path)
            except DataError as error:
                faults.append(error)
    return [*faults, *odd_grids(shapes)]


def container_notes(layout: Layout, subject: str, sessions: int) -> list[str]:
    """Return a line on sessions whose betas lie there in several files, saying which of them are read."""
    kinds: Counter[tuple[str, ...]] = Counter()
    for number in range(1, sessions + 1):
        there = [files[0] for files in layout.session_candidates(subject, number) if files[0].is_file()]
        if len(there) > 1:
            kinds[tuple(file.name.partition(".")[2] for file in there)] += 1
    return [
        f"{subject}: {count} of {sessions} sessions are there in several files; .{read} is read, "
        f"{' and '.join(f'.{name}' for name in others)} not"
        for (read, *others), count in kinds.items()
    ]


def check_contents(choice: Choice, subject: str, sharing: Sequence[str] = ()) -> None:
    """Test the files of a subject, and with them what all subjects share if `sharing` names these subjects.

    Raises
    ------
    DataError
        Files hold something else than they should, or do not belong together; the error names them.
    """
    faults = [*(shared_faults(choice, sharing) if sharing else []), *subject_faults(choice, subject)]
    if len(faults) == 1:
        raise faults[0]
    if faults:
        lines = [f"{fault.where}: {fault.found}, expected {fault.expected}" for fault in faults[:SHOWN]]
        more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        found = "\n            ".join([f"{len(faults)} that do not", *lines, *more])
        fix = f"{faults[0].fix}; all of them are listed by: snakemake --cores 1 nsd_manifest --configfile ..."
        raise DataError(choice.layout.root, "files of NSD that belong together", found, fix)


def examined_manifest(study: Study) -> tuple[list[Needed], list[str]]:
    """Return every file that a study reads, with its fault if it has one, and notes on containers."""
    dataset = study.dataset
    layout = Layout(root_folder(dataset), dataset.space or DEFAULT_SPACE, dataset.betas or DEFAULT_BETAS)
    released = study.standardise.ncsnr_from == "released"
    choice = Choice(layout, dataset.sessions, dataset.rois.atlas, dataset.mask, released)
    faults = shared_faults(choice, study.subjects)
    notes = []
    for subject in study.subjects:
        faults += subject_faults(choice, subject)
        notes += container_notes(layout, subject, count_sessions(layout, subject, dataset.sessions))
    words = {Path(fault.where): f"{fault.found}; expected {fault.expected}; {fault.fix}" for fault in faults}
    return [
        replace(file, fault=words.get(layout.root / file.key, "")) for file in study_manifest(study)
    ], notes


def _errors(path: Path, test: Callable[[Path], object]) -> Iterator[DataError]:
    try:
        test(path)
    except DataError as error:
        yield error


def _check_pictures_of(layout: Layout, path: Path, subjects: Sequence[str]) -> None:
    """Test the table of pictures against the design, for all trials that were planned for a subject."""
    numbers = tuple(map(subject_number, subjects))
    info = load_stim_info(path, numbers)
    if layout.design().is_file():
        design = load_design(layout.design())
        for number, subject in zip(numbers, subjects, strict=True):
            check_stim_info(path, info, design, number, count_sessions(layout, subject, None))


def _check_trials_of(layout: Layout, path: Path, subject: str) -> None:
    responses = load_responses(path)
    check_responses(path, responses, load_design(layout.design()), subject_number(subject))


def _grids(choice: Choice, subject: str) -> list[dict[Path, Reads]]:
    """Return the files that must share a grid, each with the function that reads it; a surface has two."""
    layout, atlas = choice.layout, choice.atlas
    numbers = range(1, count_sessions(layout, subject, choice.sessions) + 1)
    betas = [layout.session_files(subject, number) for number in numbers]
    if layout.is_surface:
        return [_surface_grid(choice, subject, side, [files[side] for files in betas]) for side in (0, 1)]
    single = [layout.brainmask(subject)] if choice.mask == "brain" else []
    if atlas:
        single += [layout.atlas(subject, atlas)]
        single += [layout.hemisphere_atlas(subject, side, atlas) for side in HEMISPHERES]
    single += layout.ncsnr(subject) if choice.ncsnr else ()
    single += [layout.valid(subject, number) for number in numbers]
    return [{**dict.fromkeys(single, _volume_grid), **{files[0]: _betas_grid for files in betas}}]


def _surface_grid(choice: Choice, subject: str, side: int, betas: Sequence[Path]) -> dict[Path, Reads]:
    layout, single = choice.layout, []
    if choice.atlas:
        single.append(layout.hemisphere_atlas(subject, HEMISPHERES[side], choice.atlas))
    if choice.ncsnr:
        single.append(layout.ncsnr(subject)[side])
    return {**dict.fromkeys(single, _surface_labels), **dict.fromkeys(betas, _surface_betas)}


def _volume_grid(path: Path) -> tuple[int, ...]:
    shape = whole_shape(path)
    # load_volume takes a fourth axis of one volume as none.
    grid = shape[:3] if len(shape) == 4 and shape[3] == 1 else shape
    if len(grid) != 3:
        raise DataError(path, "a 3-D volume", f"shape {shape}", "give one volume")
    return grid


def _betas_grid(path: Path) -> tuple[int, ...]:
    if not path.name.endswith(NIFTI):
        return betas_shape(path)
    return _of_session(path, whole_shape(path))


def _surface_labels(path: Path) -> tuple[int, ...]:
    shape = stored_shape(path)
    if shape[1:] not in ((1, 1), ()):
        raise DataError(path, "one value per vertex", f"shape {shape}", "download the file again")
    return shape[:1]


def _surface_betas(path: Path) -> tuple[int, ...]:
    return _of_session(path, stored_shape(path))[:1]


def _of_session(path: Path, shape: tuple[int, ...]) -> tuple[int, ...]:
    if len(shape) != 4 or shape[3] != TRIALS_PER_SESSION:
        expected = f"{TRIALS_PER_SESSION} trials, as in every session of NSD"
        raise DataError(path, expected, f"shape {shape}", "download the file again")
    return shape[:3]
