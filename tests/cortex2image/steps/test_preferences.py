import csv
from pathlib import Path

import pytest
from tests.support.rated import SEED, STUDY, as_saved, reconstruction_tables, save, side_of, some_trials
from tests.support.reconstructions import without_incident
from tests.support.studies import as_option

from cortex2image.errors import DataError
from cortex2image.rating.pictures import rated_pictures
from cortex2image.steps.preferences import main
from cortex2image.tables.ratings import PREFERENCE_SCORES, PREFERENCES, RATERS
from cortex2image.tables.results import RECONSTRUCTIONS

SUBJECTS, METHODS = ("sub-01", "sub-02"), ("c", "z", "zc")
OUTPUTS = {
    "preferences": "preferences.parquet",
    "preference-scores": "preference_scores.parquet",
    "raters": "raters.parquet",
    "csv": "preferences.csv",
}


@pytest.fixture
def study(tmp_path):
    """A study with pictures by three methods, and every picture that is rated."""
    root = tmp_path / "study"
    tables = reconstruction_tables(root / "pictures", SUBJECTS, METHODS, 8)
    for (subject, method), table in tables.items():
        data = table.to_dict("list") | {"seed": list(range(len(table)))} | without_incident(len(table))
        RECONSTRUCTIONS.write(data, root / subject / "reconstructions" / f"{method}.parquet")
    return root, rated_pictures(SEED, 5, tables)


def run(root: Path, ratings: list[Path], **changes: object) -> None:
    settings: dict[str, object] = {
        "study": STUDY,
        "seed": SEED,
        "subjects": list(SUBJECTS),
        "reconstruct": {"methods": list(METHODS), "bottleneck": [], "external": {}},
        "evaluate": {"rating": {"methods": [], "stimuli": 5}, "permutations": 500},
    }
    files = [str(path) for path in root.rglob("*.parquet")]
    outputs = [part for name, file in OUTPUTS.items() for part in (f"--{name}", str(root / file))]
    choices = ["--ratings", *map(str, ratings)]
    main([*as_option(**settings | changes), "--results", str(root), "--files", *files, *choices, *outputs])


def six_people(folder, pictures, design):
    """Return files of six people who always prefer zc, then c, or always know the right picture."""
    made = {one.name: one for one in pictures}
    rank = {method: place for place, method in enumerate(("zc", "c", "z"))}
    trials = some_trials(pictures, design)

    def chosen(trial):
        best = min(trial.pair, key=lambda n: (made[n].stimulus != trial.stimulus, rank[made[n].method]))
        return side_of(trial, best)

    return [
        save(folder, as_saved(trials, f"p{i}", design, [chosen(t) for t in trials]), f"{design}-{i}")
        for i in range(6)
    ]


def test_choices_of_six_people_become_scores(study, tmp_path):
    root, pictures = study
    files = [path for d in ("methods", "identification") for path in six_people(tmp_path / "r", pictures, d)]
    run(root, files)
    pairs = PREFERENCES.read(root / "preferences.parquet").to_pandas().set_index("design")
    between = pairs.loc["methods"].set_index(["subject", "method", "rival"])
    assert len(between) == 3 * 3
    assert between.loc[("all", "c", "z"), ["n", "raters", "stimuli", "share"]].tolist() == [60, 6, 5, 1.0]
    assert between.loc[("sub-01", "c", "zc"), "share"] == 0
    # Five stimuli of five: certain of these people and stimuli, not of others.
    assert 0.2 < between.loc[("all", "c", "z"), "share_low"] < 0.6
    assert between.loc[("all", "c", "z"), "share_high"] == 1
    right = pairs.loc["identification"]
    assert (right["share"] == 1).all()
    assert set(right["rival"]) == {"wrong"}
    scores = PREFERENCE_SCORES.read(root / "preference_scores.parquet").to_pandas()
    pooled = scores[scores["subject"] == "all"].set_index("method")["score"]
    assert pooled["zc"] > pooled["c"] > pooled["z"]
    people = RATERS.read(root / "raters.parquet").to_pandas()
    assert len(people) == 2 * 7
    assert people.loc[people["rater"] == "all", "agreement"].tolist() == [1, 1]
    with open(root / "preferences.csv", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(pairs)


def test_identification_alone_has_no_scores_of_methods(study, tmp_path):
    root, pictures = study
    run(root, six_people(tmp_path / "r", pictures, "identification"))
    assert PREFERENCE_SCORES.read(root / "preference_scores.parquet").num_rows == 0


def test_ratings_of_pictures_that_were_drawn_anew_are_refused(study, tmp_path):
    root, pictures = study
    files = six_people(tmp_path / "r", pictures, "methods")
    Path(pictures[0].path).write_bytes(Path(pictures[1].path).read_bytes())
    with pytest.raises(DataError, match="drawn anew"):
        run(root, files)
    assert not (root / "preferences.parquet").exists()


def test_ratings_of_another_study_are_refused(study, tmp_path):
    root, pictures = study
    with pytest.raises(DataError, match=r"study tiny, seed 7(.|\n)*run with the config of that study"):
        run(root, six_people(tmp_path / "r", pictures, "methods"), study="other")
