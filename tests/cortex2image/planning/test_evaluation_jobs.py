"""Jobs that score: tables of every evaluation, and pictures made elsewhere."""

import pytest
from tests.support.configs import change, shipped
from tests.support.elsewhere import IDS, write_files, write_stimuli
from tests.support.jobs import NONE, jobs

from cortex2image.study.brain_checks import brain_spaces


def test_scores_without_pictures_are_also_those_of_decoded_features():
    pictures, categories = jobs(), jobs(shipped("haxby"))
    drawn = pictures.study.reconstruct.methods
    assert pictures.evaluation.evaluated("nulls") == [
        *pictures.paths.of_all("nulls", method=drawn),
        *pictures.paths.of_all("brain_nulls", method=(*drawn, "seen")),
        *pictures.paths.of_all("features_nulls", space=["z", "c"]),
    ]
    methods, spaces = categories.study.reconstruct.methods, list(categories.study.decode.rois)
    assert categories.evaluation.evaluated("evaluation") == [
        *categories.paths.of_all("decoded_evaluation", space=spaces),
        *categories.paths.of_all("category_evaluation", method=methods),
    ]


def test_pictures_are_compared_with_the_brain_where_they_are_known_and_models_are_one():
    config = change(shipped(), "evaluate/brain", {"spaces": []})
    assert brain_spaces(jobs().study) == ("z",)
    for without in (config, shipped("haxby")):
        assert brain_spaces(jobs(without).study) == ()
        assert not any("brain-" in path for path in jobs(without).evaluation.evaluated("evaluation"))


def test_pictures_made_elsewhere_and_their_stimuli_are_inputs_of_their_scores(tmp_path, rng, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_stimuli(tmp_path / "seen", rng)
    write_files(tmp_path / "results" / "demo" / "own", [f"{name}.png" for name in IDS], rng)
    write_files(tmp_path / "{odd}", [f"{name}.png" for name in IDS], rng)
    seen = [f"seen/{name}.png" for name in IDS]
    states = set()
    for pictures, name, listed in (
        ("results/demo/own", "own", seen),  # the study's own results are no inputs
        ("{odd}", "odd", seen),  # Snakemake would take {odd} for a wildcard
        ("seen", "seen", seen),
    ):
        planned = jobs(change(change(shipped(), "pictures", pictures), "stimuli", "seen"))
        assert planned.evaluation.scored == name
        assert planned.evaluation.scored_pictures(NONE) == listed
        states.add(planned.evaluation.scored_state(NONE))
    assert len(states) == 3


def test_without_pictures_made_elsewhere_their_scores_end_the_plan():
    assert jobs().evaluation.scored == "unnamed"
    with pytest.raises(SystemExit, match="pictures and stimuli"):
        jobs().evaluation.scored_pictures(NONE)


def test_learning_curves_are_those_of_subjects_with_one_split():
    curves = [f"results/demo/{subject}/learning_curve.parquet" for subject in ("sub-01", "sub-02")]
    assert jobs().evaluation.learning_curves(NONE) == curves
    with pytest.raises(SystemExit, match=r"ConfigError: (.|\n)*cross_validate"):
        jobs(shipped("haxby")).evaluation.learning_curves(NONE)


def test_studies_that_have_not_run_and_choices_that_are_not_there_end_the_plan():
    with pytest.raises(SystemExit, match="ConfigError: studies"):
        jobs().evaluation.compared("scores")(NONE)
    with pytest.raises(SystemExit, match="ConfigError: ratings"):
        jobs().evaluation.ratings(NONE)


def test_people_compare_pictures_of_every_subject_by_the_chosen_methods():
    study = jobs(change(shipped(), "evaluate/rating", {"methods": ["c", "zc"]}))
    assert study.evaluation.rated("reconstructions") == [
        f"results/demo/{subject}/reconstructions/{method}.parquet"
        for subject in ("sub-01", "sub-02")
        for method in ("c", "zc")
    ]
