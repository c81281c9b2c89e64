"""One page on pictures made elsewhere: scores, the pictures beside what was seen, and what judged them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.networks.pixels import square
from cortex2image.pictures import read_picture
from cortex2image.plots.gallery import thumbnail, webp
from cortex2image.report.page import render, webp_uri
from cortex2image.scoring.matching import Matched
from cortex2image.sources import ROOT, installed_version, package_version

TEMPLATES = ROOT / "report"
PAGE = "folder.html.j2"
SHOWN = 1200
"""Most pictures on the page, so that it stays below about 5 MB."""
WIDTH, MARGIN = 220, 6
"""Width of the drawing of a score, and its empty margin at each side, in pixels."""
PACKAGES = ("lpips", "numpy", "pillow", "scikit-image", "scipy", "torch", "torchvision", "transformers")


@dataclass(frozen=True)
class Facts:
    """What the scores were made with.

    Attributes
    ----------
    model_set, model_hash : str
        The model set whose networks judged, and the SHA-256 of its list of checksums.
    versions : mapping
        What each metric depends on and the versions of packages, see
        :func:`cortex2image.metrics.versions.version_facts`.
    metrics : tuple of str
        What `evaluate/metrics` chose.
    permutations, seed : int
        Of the null.
    size : int
        Side in pixels at which pictures were compared.
    """

    model_set: str
    model_hash: str
    versions: Mapping[str, str]
    metrics: tuple[str, ...]
    permutations: int
    seed: int
    size: int

    def as_metadata(self) -> dict[str, str]:
        """Return the facts as they stand in the metadata of tables, as in those of a study."""
        facts = asdict(self) | {"chosen": " ".join(self.metrics)}
        apart = ("metrics", "versions")
        return {name: str(value) for name, value in facts.items() if name not in apart} | dict(self.versions)


def folder_page(
    name: str,
    matched: Matched,
    scores: pd.DataFrame,
    facts: Facts,
    warnings: Sequence[str],
    templates: str | Path = TEMPLATES,
) -> str:
    """Return the page as HTML that needs no other file.

    Parameters
    ----------
    name : str
        What the pictures are called.
    matched : Matched
        Files of the pictures, which are read again for the page.
    scores : table `scores`
    facts : Facts
    warnings : sequence of str
    templates : path of the folder that holds ``folder.html.j2``
    """
    rows = max(1, SHOWN // (1 + len(matched.samples)))
    context = {
        "name": name,
        "sources": [Path(source).name or source for source in matched.sources],
        "stimuli": len(matched.stimuli),
        "samples": matched.samples,
        "warnings": warnings,
        "scores": [_score(row) for row in scores.to_dict("records")],
        "pictures": [_pictures(matched, place) for place in range(min(rows, len(matched.stimuli)))],
        "facts": facts,
        "width": WIDTH,
        "version": package_version(ROOT.parent),
        "packages": {package: installed_version(package) for package in PACKAGES},
    }
    return render(templates, context, PAGE)


def _score(row: Mapping[Any, Any]) -> dict[str, object]:
    """Return what the page shows of a row of scores."""
    metric = metric_facts(row["metric"])
    return {**row, "facts": metric, "drawn": _places(row)}


def _places(row: Mapping[Any, Any]) -> dict[str, float]:
    """Return the places in pixels of a score, its interval, and two standard deviations around its null."""
    values = {
        "value": row["value"],
        "low": row["ci_low"],
        "high": row["ci_high"],
        "null_low": row["null_mean"] - 2 * row["null_sd"],
        "null_high": row["null_mean"] + 2 * row["null_sd"],
    }
    first, last = min(values.values()), max(values.values())
    scale = (WIDTH - 2 * MARGIN) / ((last - first) or 1.0)
    return {place: round(MARGIN + (value - first) * scale, 1) for place, value in values.items()}


def _pictures(matched: Matched, place: int) -> dict[str, object]:
    """Return the pictures of a stimulus: what was seen, as it was compared, and every sample."""
    files = [matched.originals[place], *matched.reconstructions[place]]
    shown = [read_picture(file) for file in files]
    seen = square(shown[0], min(shown[0].shape[:2]))
    uris = [webp_uri(webp(thumbnail(picture))) for picture in (seen, *shown[1:])]
    return {"stimulus": matched.stimuli[place], "category": matched.categories[place], "uris": uris}
