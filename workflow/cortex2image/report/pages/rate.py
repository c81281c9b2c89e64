"""The page `rate`: blind choices by people, of which picture is nearer to what was seen."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cortex2image.pictures import read_picture
from cortex2image.plots.gallery import thumbnail, webp
from cortex2image.progress import track
from cortex2image.rating.pictures import RatedPicture, hidden_name, rated_pictures
from cortex2image.rating.trials import DESIGNS, Trial, rounds
from cortex2image.report.rating_section import rating_section
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.study.methods import described
from cortex2image.study.rating_checks import rated_methods

SIDE = 256
"""Longer side of the pictures in pixels; smaller ones are not enlarged."""
FIX = "delete the table that names it and run the workflow again"


def content(study: StudyResults) -> Content:
    """Return the content of the page."""
    shown = pictures(study)
    trials = {design: rounds(study.settings.seed, design, shown) for design in DESIGNS} if shown else {}
    return Content(
        {
            "can_rate": bool(shown),
            "rated_stimuli": len({one.stimulus for one in shown}),
            "rated_methods": list(rated_methods(study.settings)),
            "rated_controls": any(map(is_control, rated_methods(study.settings))),
            "trial_counts": {design: sum(map(len, found)) for design, found in trials.items()},
            **rating_section(study),
        },
        data={"rating": rating_data(study, trials)} if shown else {},
    )


def is_control(method: str) -> bool:
    """Return whether a method is a control; methods that a study adds are none."""
    known = described(method)
    return known is not None and known.control


def pictures(study: StudyResults) -> list[RatedPicture]:
    """Return the pictures that people rate; none where it is not known which picture was seen."""
    if not study.with_images:
        return []
    methods = rated_methods(study.settings)
    tables = {(s, m): study.reconstructions[s, m] for s in study.subjects for m in methods}
    return rated_pictures(study.settings.seed, study.settings.evaluate.rating.stimuli, tables)


def rating_data(study: StudyResults, trials: Mapping[str, Sequence[Sequence[Trial]]]) -> dict[str, object]:
    """Return what the script of the page needs; it holds no name of a method."""
    seed = study.settings.seed
    found = [trial for of_design in trials.values() for members in of_design for trial in members]
    stimuli = {name: i for i, name in enumerate(sorted({trial.stimulus for trial in found}))}
    subjects = {name: i for i, name in enumerate(study.subjects)}
    return {
        "study": study.name,
        "version": study.provenance["version"],
        # As text, since JavaScript has no whole numbers above 2**53.
        "seed": str(seed),
        "subjects": list(subjects),
        "stimuli": list(stimuli),
        "seen": [seen_name(seed, stimulus) for stimulus in stimuli],
        "designs": {
            design: [
                [[subjects[t.subject], stimuli[t.stimulus], *t.pair] for t in members]
                for members in of_design
            ]
            for design, of_design in trials.items()
        },
    }


def seen_name(seed: int, stimulus: str) -> str:
    """Return the name of the picture file of a stimulus."""
    return hidden_name(seed, "seen", stimulus)


def write_rated(study: StudyResults, folder: Path) -> None:
    """Write the pictures that people rate, and the stimuli, as small WebP files."""
    shown = pictures(study)
    files = {one.name: one.path for one in shown}
    paths = dict(zip(study.stimuli["stimulus_id"], study.stimuli["image_path"], strict=True))
    files |= {seen_name(study.settings.seed, one.stimulus): paths[one.stimulus] for one in shown}
    for name, path in track(files.items(), "write pictures to rate", total=len(files)):
        (folder / f"{name}.webp").write_bytes(webp(thumbnail(read_picture(path, FIX), SIDE), quality=90))
