"""Lines of the axes of the diffusion process, and that every number of them is that of the table."""

import json

import numpy as np
import pytest
from tests.support.report_study import (
    ROIS,
    SUBJECTS,
    config_of,
    figures_of,
    write_encoding,
    write_provenance,
)

from cortex2image.report.diffusion_axes import axis_figure, chart_data, series_of
from cortex2image.report.study import StudyResults
from cortex2image.study.encoding_figures import shown_models
from cortex2image.tables.folder import StudyFolder

GRID = {
    "grid": {"noise_levels": [0.5, 0.8], "steps": [2, 4], "steps_at": [0.5, 0.8], "layers": ["down0", "mid"]}
}
MODELS = ("z", "c", "zc")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    root = tmp_path_factory.mktemp("axes")
    write_encoding(root, np.random.default_rng(0), shown_models(figures_of(MODELS, GRID)))
    write_provenance(root, config_of(("z",), MODELS, "bids", GRID))
    return StudyResults(StudyFolder(root))


def test_lines_of_each_axis() -> None:
    lines = {figure.name: series_of(figure) for figure in figures_of(MODELS, GRID)[1:]}
    assert [(one.title, one.points) for one in lines["noise"]] == [
        ("after all steps", (("0.5", "zc-n0.5"), ("0.8", "zc")))
    ]
    assert [one.title for one in lines["steps"]] == ["from noise 0.5", "from noise 0.8"]
    assert lines["steps"][1].points == (("2", "zc-n0.8-t2"), ("4", "zc-n0.8-t4"))
    assert len(lines["layers"]) == 4
    assert lines["layers"][0].points == (("down 0", "unet-down0-n0.5-t2"), ("middle", "unet-mid-n0.5-t2"))


def test_the_chart_holds_the_numbers_of_the_table(study: StudyResults) -> None:
    data = json.loads(json.dumps(chart_data(study, study.figures[1:]), allow_nan=False))
    assert [subject["name"] for subject in data["subjects"]] == ["all", *SUBJECTS]
    assert [region["name"] for region in data["regions"]] == ["all", *ROIS]
    for row in study.encoding_scores.itertuples():
        if row.model in ("z", "c"):
            continue
        shown = data["values"][row.subject][row.roi][row.model]
        exact = [row.mean_r, row.mean_r_low, row.mean_r_high, row.fraction_significant, row.voxels]
        assert shown == pytest.approx(exact, abs=5e-5)


def test_the_drawing_comes_with_its_numbers(study: StudyResults) -> None:
    figure = axis_figure(study, study.figures[1])
    scores = study.encoding_scores
    rows = figure.table.set_index(["model", "region"])
    pooled = scores[scores["subject"] == "all"].set_index(["model", "roi"])
    for key in rows.index:
        assert rows.loc[key, "mean_r"] == pooled.loc[key, "mean_r"]
        assert rows.loc[key, "low"] == pooled.loc[key, "mean_r_low"]
    assert len(rows) == 2 * 3
    assert "Mean r over noise levels by region, mean of 2 subjects;" in figure.alt
    assert "over layers of the U-Net by" in axis_figure(study, study.figures[3]).alt
    best = pooled.loc[[("zc-n0.5", "all"), ("zc", "all")], "mean_r"].max()
    assert f"largest is {best:.3f}" in figure.alt
    assert b"<svg" in figure.svg


def test_a_missing_interval_is_null_and_not_nan(study: StudyResults) -> None:
    scores = study.encoding_scores.copy()
    scores["mean_r_low"] = np.nan
    lacking = StudyResults(study.folder)
    lacking.__dict__["encoding_scores"] = scores
    data = chart_data(lacking, study.figures[1:])
    assert data["values"]["all"]["all"]["zc"][1] is None  # type: ignore[index]
    json.dumps(data, allow_nan=False)


def test_a_region_that_one_subject_alone_has_breaks_no_drawing(study: StudyResults) -> None:
    scores = study.encoding_scores
    partial = StudyResults(study.folder)
    partial.encoding_scores = scores[(scores["roi"] != "early") | (scores["subject"] == SUBJECTS[1])]
    figure = axis_figure(partial, study.figures[1])
    assert set(figure.table["region"]) == {"all", "ventral"}
    assert "early" in json.dumps(chart_data(partial, study.figures[1:])["regions"])
