"""One page with the pictures, scores and maps of a study.

Reads the tables, pictures and maps below ``results/{study}``, and ``provenance.json``. Draws the figures.
Writes ``report/index.html``, which holds everything it shows, and one contact sheet per subject.
"""

import argparse
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from PIL import Image

from cortex2image.errors import DataError, run_step
from cortex2image.files import atomic
from cortex2image.plots.gallery import contact_sheet, thumbnail, webp
from cortex2image.progress import track
from cortex2image.report.gallery_section import Gallery, galleries, picture_paths
from cortex2image.report.page import render, webp_uri
from cortex2image.report.sections import page_context
from cortex2image.report.study import Recordings, Study, VoxelMap
from cortex2image.tables.contract import Contract
from cortex2image.tables.contracts import (
    DECODED_SCORES,
    ENCODING_SCORES,
    RECONSTRUCTIONS,
    SCORES,
    STIMULI,
    TRIALS,
    VOXELS,
)

MAP = "{subject}/maps/{model}.nii.gz"


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="report", description=__doc__)
    parser.add_argument("--results", required=True, type=Path, help="folder of the study")
    parser.add_argument("--subjects", nargs="+", required=True)
    parser.add_argument("--spaces", nargs="*", default=[], help="decoded feature spaces")
    parser.add_argument("--methods", nargs="*", default=[], help="reconstruction methods")
    parser.add_argument("--models", nargs="*", default=[], help="encoding models")
    parser.add_argument("--provenance", required=True, type=Path)
    parser.add_argument("--templates", required=True, type=Path, help="folder of the page's templates")
    parser.add_argument("--page", required=True, type=Path, help="the contact sheets are written beside it")
    return parser.parse_args(argv)


def read_study(args: argparse.Namespace) -> Study:
    """Read every table and map the page shows; pictures are read when they are shown."""
    root = args.results
    spaces = itertools.product(args.subjects, args.spaces)
    methods = itertools.product(args.subjects, args.methods)
    models = itertools.product(args.subjects, args.models)
    return Study(
        subjects=tuple(args.subjects),
        spaces=tuple(args.spaces),
        methods=tuple(args.methods),
        models=tuple(args.models),
        stimuli=_frame(STIMULI, root),
        scores=_frame(SCORES, root),
        encoding_scores=_frame(ENCODING_SCORES, root),
        decoded={(s, x): _frame(DECODED_SCORES, root, subject=s, space=x) for s, x in spaces},
        reconstructions={(s, m): _frame(RECONSTRUCTIONS, root, subject=s, method=m) for s, m in methods},
        maps={(s, m): read_map(root / MAP.format(subject=s, model=m)) for s, m in models},
        recordings={s: read_recordings(root, s) for s in args.subjects},
        provenance=json.loads(args.provenance.read_text()),
    )


def read_recordings(root: Path, subject: str) -> Recordings:
    """Return what the metadata of a subject's trials and voxels say about its recordings.

    Raises
    ------
    DataError
        They say nothing: the page would hide what was left out.
    """
    trials, voxels = (_metadata(contract, root, subject) for contract in (TRIALS, VOXELS))
    left_out = [*json.loads(trials[b"left_out"]), *json.loads(voxels[b"left_out"])]
    return Recordings(int(trials[b"runs"]), tuple(left_out))


def _metadata(contract: Contract, root: Path, subject: str) -> dict[bytes, bytes]:
    path = root / contract.path.format(subject=subject)
    facts = contract.read_keys(path).schema.metadata
    if b"left_out" not in facts:
        fix = "delete the table and run the workflow again"
        raise DataError(path, "left_out in the metadata", "no such entry", fix)
    return facts


def read_map(path: Path) -> VoxelMap:
    """Read a map and turn its axes to right, anterior, superior."""
    try:
        image = nib.as_closest_canonical(nib.load(path))
        volume = np.asarray(image.dataobj, dtype=np.float32)
    except (OSError, EOFError, nib.filebasedimages.ImageFileError) as error:
        fix = "delete the file and run the workflow again"
        raise DataError(path, "a readable NIfTI map", str(error), fix) from None
    x, y, z = image.header.get_zooms()[:3]
    return VoxelMap(volume, (float(x), float(y), float(z)))


def read_thumbnail(path: str) -> Image.Image:
    """Read a picture and shrink it to the size at which the page shows it."""
    try:
        with Image.open(path) as image:
            return thumbnail(np.asarray(image.convert("RGB")))
    except OSError as error:
        fix = "delete the table that names it and run the workflow again"
        raise DataError(path, "a readable picture", str(error), fix) from None


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
    args = parse_args(argv)
    study = read_study(args)
    shown = galleries(study)
    pictures = {path: read_thumbnail(path) for path in track(picture_paths(shown), "read pictures")}
    uris = {path: webp_uri(webp(picture)) for path, picture in pictures.items()}
    page = render(args.templates, page_context(study, shown, uris))
    for subject in args.subjects:
        write_sheet(subject, shown, pictures, args.page.with_name(f"gallery-{subject}.png"))
    with atomic(args.page) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _frame(contract: Contract, root: Path, **labels: str) -> pd.DataFrame:
    return contract.read(root / contract.path.format(**labels)).to_pandas()


if __name__ == "__main__":
    run_step(main)
