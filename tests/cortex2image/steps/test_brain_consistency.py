"""Brain consistency of pictures whose worth is known, on voxels that respond to z of the tiny model set."""

import numpy as np
import pytest
from tests.support.brain_subject import TESTED, blended, write_brain_subject
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.steps import brain_consistency, scores
from cortex2image.steps.brain_consistency import main
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS
from cortex2image.tables.scores import SCORES

METHODS = ["ceiling", "zc", "shuffled"]
CONSISTENCY = "brain_consistency_z_early"
RIDGE = {"alphas": [1, 10, 100, 1000], "folds": 4, "max_memory_gb": 0.1}
pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.fixture
def subject(tmp_path, tiny_diffusion, tiny_model_set, monkeypatch):
    """A subject with copies of what was seen, blends of it with other pictures, and pictures of others."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    made, rng = write_brain_subject(tmp_path, tiny_diffusion), np.random.default_rng(1)
    made.write_method("ceiling", [made.pictures])
    made.write_method("zc", [blended(made.pictures, 0.3, rng) for _ in range(2)])
    made.write_method("shuffled", [np.roll(made.pictures, 1, axis=0)])
    return made


def options(subject, methods=METHODS, seed=1, **brain):
    tables = {"reconstructions": [str(subject.folder / f"{method}.parquet") for method in methods]}
    for name, end in (("evaluation", ""), ("nulls", "-nulls")):
        tables[name] = [str(subject.folder / f"brain-{method}{end}.parquet") for method in (*methods, "seen")]
    given = {"trials": "trials", "betas": "betas", "voxels": "voxels", "features": "features"}
    listed = {option: [subject.paths[name]] for option, name in given.items()} | tables
    listed |= {"everyone": [subject.paths["trials"]], "methods": methods, "subject": ["sub-01"]}
    settings = as_option(
        seed=seed,
        models={"set": "tiny"},
        ridge=RIDGE,
        standardise={"average_repeats": ["test"]},
        evaluate={"permutations": 200, "brain": {"spaces": ["z"], "regions": ["early", "silent"]} | brain},
    )
    return [*settings, *(part for name, paths in listed.items() for part in (f"--{name}", *paths))]


def values_of(subject, method, metric):
    table = EVALUATION.read(subject.folder / f"brain-{method}.parquet").to_pandas()
    return table[table["metric"] == metric].pivot_table("value", "stimulus_id", "sample")


def mean_of(subject, method, metric=CONSISTENCY):
    return values_of(subject, method, metric).to_numpy().mean()


def r_of_rows(a, b):
    return np.array([np.corrcoef(x, y)[0, 1] for x, y in zip(a, b, strict=True)])


def measured_of(subject):
    """Return the mean response to each test stimulus less that over training trials, (stimuli, voxels)."""
    trials = TRIALS.read(subject.paths["trials"]).to_pandas()
    betas = matrix(BETAS.read(subject.paths["betas"]), "beta")
    mean = betas[(trials["split"] == "train").to_numpy()].mean(axis=0)
    shown = trials["stimulus_id"].to_numpy()
    return np.array([betas[shown == name].mean(axis=0) for name in TESTED]) - mean


def test_the_picture_that_was_seen_comes_before_a_blend_and_that_before_pictures_of_others(subject):
    main(options(subject))
    for metric in (CONSISTENCY, "brain_identification_z_early"):
        seen, zc, shuffled = (mean_of(subject, method, metric) for method in ("seen", "zc", "shuffled"))
        assert seen > zc + 0.02
        assert zc > shuffled + 0.2
    # Voxels have mean responses of their own: with them, any picture would predict any response.
    assert abs(mean_of(subject, "shuffled")) < 0.15
    copied, seen = (values_of(subject, method, CONSISTENCY) for method in ("ceiling", "seen"))
    np.testing.assert_allclose(copied, seen, atol=1e-4)


def test_what_was_seen_is_as_consistent_as_the_planted_weights_allow(subject):
    """The planted response correlates best with the measured one, and the ceiling estimates how much."""
    main(options(subject))
    voxels = subject.members("early")
    best = r_of_rows(subject.responses[:, voxels], measured_of(subject)[:, voxels])
    seen = values_of(subject, "seen", CONSISTENCY).to_numpy()[:, 0]
    assert best.mean() - 0.1 < seen.mean() < best.mean()
    assert mean_of(subject, "seen", "brain_ceiling_early") == pytest.approx(best.mean(), abs=0.03)


def test_where_nothing_responds_nothing_is_consistent(subject):
    main(options(subject))
    metrics = "brain_consistency_z_silent", "brain_ceiling_silent"
    assert all(abs(mean_of(subject, "seen", metric)) < 0.25 for metric in metrics)
    assert abs(mean_of(subject, "seen", "brain_identification_z_silent") - 0.5) < 0.2


def test_every_metric_has_a_null_and_every_identification_rivals(subject):
    main(options(subject))
    table = EVALUATION.read(subject.folder / "brain-zc.parquet")
    facts = table.schema.metadata
    assert (facts[b"method"], facts[b"subject"], facts[b"voxels_early"]) == (b"zc", b"sub-01", b"60")
    rows = table.to_pandas()
    identified = rows["metric"].str.startswith("brain_identification")
    assert (rows["as_rival"].notna() == identified).all()
    assert set(rows["sample"]) == {0, 1}
    nulls = NULLS.read(subject.folder / "brain-zc-nulls.parquet").to_pandas()
    assert set(nulls["metric"]) == set(rows["metric"])
    assert (nulls.groupby("metric")["draw"].nunique() == 200).all()
    assert (nulls[nulls["metric"] == CONSISTENCY]["value"] < mean_of(subject, "zc")).mean() > 0.99


def test_scores_join_them_with_the_ceiling_of_the_method(subject):
    main(options(subject))
    tables = {"evaluation": "", "nulls": "-nulls"}
    given = [
        part
        for name, end in tables.items()
        for part in (
            f"--{name}",
            *(str(subject.folder / f"brain-{method}{end}.parquet") for method in ("zc", "ceiling", "seen")),
        )
    ]
    out = [str(subject.folder / name) for name in ("scores.parquet", "scores.csv", "comparisons.parquet")]
    given += ["--scores", out[0], "--csv", out[1], "--comparisons", out[2]]
    scores.main([*given, *as_option(reconstruct={"external": {}})])
    rows = {(row["method"], row["metric"]): row for row in SCORES.read(out[0]).to_pylist()}
    zc, seen = rows["zc", CONSISTENCY], rows["seen", CONSISTENCY]
    assert zc["p"] < 0.01
    assert zc["ci_low"] < zc["value"] < zc["ci_high"]
    assert zc["ceiling"] == pytest.approx(rows["ceiling", CONSISTENCY]["value"])
    assert seen["ceiling"] is None
    assert rows["zc", "brain_identification_z_early"]["ci_high"] <= 1
    assert rows["seen", "brain_ceiling_early"]["value"] > seen["value"]


def test_training_trials_may_select_voxels_and_others_may_not(subject):
    main(options(subject, min_noise_ceiling=0.3))
    table = EVALUATION.read(subject.folder / "brain-seen.parquet")
    assert table.schema.metadata[b"voxels_early"] == b"30"
    with pytest.raises(DataError, match=r"at least 3 voxels of early(.|\n)*0 of 60"):
        main(options(subject, min_noise_ceiling=0.6))
    voxels = VOXELS.read(subject.paths["voxels"])
    VOXELS.write(voxels.replace_schema_metadata({"ncsnr_from": "all"}), subject.paths["voxels"])
    with pytest.raises(ConfigError, match="test trials may not select"):
        main(options(subject, min_noise_ceiling=0.3))


def test_pictures_of_other_stimuli_are_refused_before_a_network_is_loaded(subject, monkeypatch):
    monkeypatch.delattr(brain_consistency, "load_diffusion")
    rows = RECONSTRUCTIONS.read(subject.folder / "zc.parquet").to_pandas()
    kept = rows[rows["stimulus_id"] != TESTED[0]]
    RECONSTRUCTIONS.write(kept.to_dict("list"), subject.folder / "zc.parquet")
    with pytest.raises(DataError, match=r"zc\.parquet(.|\n)*19 stimuli, 19 of them among these"):
        main(options(subject))
    assert not list(subject.folder.glob("brain-*"))


def test_folds_and_unknown_regions_and_missing_tables_are_refused(subject, tiny_diffusion, monkeypatch):
    monkeypatch.delattr(brain_consistency, "load_diffusion")
    with pytest.raises(ConfigError, match="cerebellum"):
        main(options(subject, regions=["cerebellum"]))
    with pytest.raises(ConfigError, match="0, 3, 4 and 4 tables"):
        main(options(subject, spaces=[]))
    write_brain_subject(subject.folder, tiny_diffusion, folds=True)
    with pytest.raises(ConfigError, match="cross-validated"):
        main(options(subject))
    assert not list(subject.folder.glob("brain-*"))
