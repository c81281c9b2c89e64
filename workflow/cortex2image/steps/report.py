"""Write one page with the pictures, scores and maps of a study.

Reads the tables, pictures and figures below ``results/{study}``, and ``provenance.json``. Writes
``report/index.html``, which needs no other file, and one contact sheet per subject.
"""

import argparse
import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from PIL import Image

from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.files import atomic
from cortex2image.pictures import read_picture
from cortex2image.plots.gallery import contact_sheet, thumbnail, webp
from cortex2image.progress import track
from cortex2image.report.encoding_section import DrawnFigure
from cortex2image.report.gallery_section import Gallery, galleries, picture_paths
from cortex2image.report.novelty_section import NoveltyTables
from cortex2image.report.page import render, webp_uri
from cortex2image.report.sections import page_context
from cortex2image.report.study import Recordings, StudyResults
from cortex2image.study.command import Command
from cortex2image.study.encoding_figures import encoding_figures
from cortex2image.study.run_methods import method_names
from cortex2image.study.settings import Study
from cortex2image.tables.contract import Contract
from cortex2image.tables.novelty import NOVELTY, NOVELTY_SCORES, SPAN
from cortex2image.tables.recordings import STIMULI, TRIALS, VOXELS
from cortex2image.tables.results import DECODED_SCORES, ENCODING_SCORES, RECONSTRUCTIONS
from cortex2image.tables.scores import COMPARISONS, SCORES

READS = (
    "subjects",
    "decode/rois",
    "reconstruct/methods",
    "reconstruct/bottleneck",
    "reconstruct/external",
    "reconstruct/steps",
    "reconstruct/strength",
    "encode",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    inputs=("stimuli", "scores", "comparisons", "encoding_scores", "provenance"),
    # After the templates, one file per subject, or per subject and space, method or figure: all files of
    # the first subject come first.
    lists=(
        "templates",
        "trials",
        "voxels",
        "decoded_scores",
        "reconstructions",
        "figures",
        "significant_figures",
        "region_figures",
        "figure_tables",
        # Folders of sheets, one per subject.
        "picture_sheets",
    ),
    # One sheet per subject, if the study draws series. Where pictures are known, one table on the nearest
    # training pictures, one of scores by nearness, and one span of features per subject.
    optional_lists=("series", "novelty", "novelty_scores", "span"),
    outputs=("page",),
    output_lists=("sheets",),
)


def read_study(args: argparse.Namespace, study: Study) -> StudyResults:
    """Read every table and figure that the page shows; pictures are read later."""
    subjects, spaces = study.subjects, tuple(study.decode.rois)
    methods = method_names(study.reconstruct)
    figures = encoding_figures(study.encode, study.reconstruct)
    decoded = by_pair(subjects, spaces, args.decoded_scores, "--decoded-scores")
    drawn = by_pair(subjects, methods, args.reconstructions, "--reconstructions")
    trials = by_pair(subjects, ("trials",), args.trials, "--trials")
    voxels = by_pair(subjects, ("voxels",), args.voxels, "--voxels")
    return StudyResults(
        subjects=subjects,
        spaces=spaces,
        methods=methods,
        models=study.encode.models,
        stimuli=STIMULI.read(args.stimuli).to_pandas(),
        scores=SCORES.read(args.scores).to_pandas(),
        comparisons=COMPARISONS.read(args.comparisons).to_pandas(),
        encoding_scores=ENCODING_SCORES.read(args.encoding_scores).to_pandas(),
        decoded={pair: DECODED_SCORES.read(path).to_pandas() for pair, path in decoded.items()},
        reconstructions={pair: RECONSTRUCTIONS.read(path).to_pandas() for pair, path in drawn.items()},
        figures=figures,
        drawn=read_figures(args, subjects, [figure.name for figure in figures]),
        recordings={s: read_recordings(trials[s, "trials"], voxels[s, "voxels"]) for s in subjects},
        provenance=json.loads(Path(args.provenance).read_text()),
        sheets=links_to_sheets(args, subjects),
        novelty=read_novelty(args, subjects),
    )


def read_novelty(args: argparse.Namespace, subjects: Sequence[str]) -> NoveltyTables | None:
    """Return the tables on how new test stimuli are, None in a study without."""
    if not args.novelty:
        return None
    nearest = NOVELTY.read(args.novelty[0])
    spans = by_pair(subjects, ("span",), args.span, "--span")
    return NoveltyTables(
        nearest.to_pandas(),
        NOVELTY_SCORES.read(args.novelty_scores[0]).to_pandas(),
        {subject: SPAN.read(path).to_pandas() for (subject, _), path in spans.items()},
        tuple(json.loads(nearest.schema.metadata[b"duplicates"])),
    )


def links_to_sheets(args: argparse.Namespace, subjects: Sequence[str]) -> dict[str, list[str]]:
    """Return the sheets of each subject, as links from the page."""
    folders = by_pair(subjects, ("sheets",), args.picture_sheets, "--picture-sheets")
    sheets = {subject: sorted(Path(folder).glob("*.png")) for (subject, _), folder in folders.items()}
    if args.series:
        series = by_pair(subjects, ("series",), args.series, "--series")
        sheets = {subject: [*own, Path(series[subject, "series"])] for subject, own in sheets.items()}
    page = Path(args.page).parent
    return {subject: [os.path.relpath(path, page) for path in own] for subject, own in sheets.items()}


def by_pair(
    subjects: Sequence[str], names: Sequence[str], paths: Sequence[str], option: str
) -> dict[tuple[str, str], str]:
    """Return the file of each (subject, name).

    Raises
    ------
    ConfigError
        The number of files is not the number of pairs.
    """
    pairs = list(itertools.product(subjects, names))
    if len(pairs) != len(paths):
        expected = f"{len(pairs)} files: of {', '.join(subjects)} and {', '.join(names)}"
        raise ConfigError(option, expected, f"{len(paths)}", "name one file per subject and item, in order")
    return dict(zip(pairs, paths, strict=True))


def read_recordings(trials: str, voxels: str) -> Recordings:
    """Return what the metadata of a subject's trials and voxels say about its recordings.

    Raises
    ------
    DataError
        The metadata lack `left_out`: the page would hide what was left out.
    """
    of_trials, of_voxels = _metadata(TRIALS, trials), _metadata(VOXELS, voxels)
    left_out = [*json.loads(of_trials[b"left_out"]), *json.loads(of_voxels[b"left_out"])]
    return Recordings(int(of_trials[b"runs"]), tuple(left_out))


def _metadata(contract: Contract, path: str) -> dict[bytes, bytes]:
    facts: dict[bytes, bytes] = contract.read_keys(path).schema.metadata
    if b"left_out" not in facts:
        fix = "delete the table and run the workflow again"
        raise DataError(path, "left_out in the metadata", "no such entry", fix)
    return facts


def read_figures(
    args: argparse.Namespace, subjects: Sequence[str], names: Sequence[str]
) -> dict[tuple[str, str], DrawnFigure]:
    """Read the files of every figure of encoding models."""
    options = ("figures", "significant-figures", "region-figures", "figure-tables")
    given = (getattr(args, option.replace("-", "_")) for option in options)
    files = [by_pair(subjects, names, paths, f"--{o}") for o, paths in zip(options, given, strict=True)]
    return {pair: read_figure(*(of_kind[pair] for of_kind in files)) for pair in files[0]}


def read_figure(every: str, significant: str, regions: str, numbers: str) -> DrawnFigure:
    """Read the files of one figure.

    Raises
    ------
    DataError
        A file is missing or damaged.
    """
    for path in (every, significant, regions, numbers):
        if not Path(path).is_file():
            raise DataError(path, "a file of a figure", "no such file", "run the workflow again")
    try:
        with Image.open(every) as picture:
            canvas = str(picture.info["Canvas"])
        table = pd.read_csv(numbers, keep_default_na=False, na_values=[""])
    except (OSError, KeyError, ValueError) as error:
        fix = "delete the figures of this subject and run the workflow again"
        raise DataError(every, "a figure of this workflow with its table", repr(error), fix) from None
    return DrawnFigure(canvas, table, *(Path(path).read_bytes() for path in (every, significant, regions)))


def read_thumbnail(path: str) -> Image.Image:
    """Read a picture and shrink it to the size at which the page shows it."""
    return thumbnail(read_picture(path, "delete the table that names it and run the workflow again"))


def write_sheet(subject: str, shown: Sequence[Gallery], pictures: dict[str, Image.Image], path: Path) -> None:
    """Write all pictures of one subject as one PNG file."""
    own = [gallery for gallery in shown if gallery["subject"] == subject]
    rows = [
        (row["label"], [pictures[tile["path"]] for group in row["groups"] for tile in group])
        for gallery in own
        for row in (*gallery["rows"], *gallery["rest"])
    ]
    headings = own[0]["headings"] if own else []
    columns = [heading["name"] for heading in headings for _ in range(heading["width"])]
    with atomic(path) as temporary:
        temporary.write_bytes(contact_sheet(rows, columns))


def main(argv: Sequence[str] | None = None) -> None:
    """Write the page and the contact sheets."""
    args, study = COMMAND.parse(argv)
    sheets = by_pair(study.subjects, ("contact sheet",), args.sheets, "--sheets")
    results = read_study(args, study)
    shown = galleries(results)
    pictures = {path: read_thumbnail(path) for path in track(picture_paths(shown), "read pictures")}
    uris = {path: webp_uri(webp(picture)) for path, picture in pictures.items()}
    page = render(Path(args.templates[0]).parent, page_context(results, shown, uris))
    for (subject, _), sheet in sheets.items():
        write_sheet(subject, shown, pictures, Path(sheet))
    with atomic(args.page) as temporary:
        temporary.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    run_step(main)
