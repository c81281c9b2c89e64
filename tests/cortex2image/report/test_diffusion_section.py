"""Pictures of targets beside the report: shown where they were made, and named where they were not."""

from pathlib import Path

import numpy as np
from tests.support.report_study import config_of, write_picture, write_provenance

from cortex2image.report.diffusion_section import EXTRAS, extra_pictures, losses, not_made
from cortex2image.report.study import StudyResults
from cortex2image.tables.folder import StudyFolder
from cortex2image.tables.regions import ATTRIBUTION


def study_at(root: Path) -> StudyResults:
    config = config_of(("z",), ("z",), "bids", {})
    write_provenance(root, config | {"attribute": {**config["attribute"], "regions": ["early"]}})
    return StudyResults(StudyFolder(root))


def write_attribution(root: Path, subject: str, region: str, scale: float) -> None:
    keys = [(r, s, k) for r in ("region", "random") for s in ("a", "b") for k in (0, 1)]
    change = [scale * (2 if r == "region" else 1) * (k + 1) * (1 if s == "a" else 3) for r, s, k in keys]
    data = {
        "removed": [r for r, _, _ in keys],
        "stimulus_id": [s for _, s, _ in keys],
        "sample": [0] * len(keys),
        "step": [k for _, _, k in keys],
        "timestep": [900] * len(keys),
        "change": change,
        "cosine": [None] * len(keys),
        "z_change": [None] * len(keys),
        "c_change": [None] * len(keys),
    }
    ATTRIBUTION.write(data, root / subject / "attribution" / f"{region}.parquet")


def test_pictures_that_were_made_are_shown_and_others_have_a_target(tmp_path: Path) -> None:
    write_picture(tmp_path / "sub-02" / "attribution" / "change.png", np.random.default_rng(0))
    shown, files = extra_pictures(study_at(tmp_path))
    links = {extra.name: dict(of) for extra, of in shown}
    place = "diffusion/attribution_chart-sub-02.png"
    assert links.pop("attribution_chart") == {"sub-02": f"downloads/{place}"}
    assert not any(links.values())
    assert list(files) == [place]
    assert files[place].read_bytes() == (tmp_path / "sub-02/attribution/change.png").read_bytes()
    missing = not_made(shown)
    assert list(missing) == ["series", "attribute", "prefer"]
    assert missing["attribute"] == ["Pictures without a region"]
    assert sum(map(len, missing.values())) == len(EXTRAS) - 1


def test_losses_are_means_at_the_last_step(tmp_path: Path) -> None:
    write_attribution(tmp_path, "sub-01", "early", 0.1)
    [loss] = losses(study_at(tmp_path))
    assert (loss.subject, loss.region) == ("sub-01", "early")
    np.testing.assert_allclose([loss.without, loss.at_random], [0.1 * 2 * 2 * 2, 0.1 * 2 * 2])


def test_without_the_target_nothing_is_lost(tmp_path: Path) -> None:
    assert losses(study_at(tmp_path)) == []
