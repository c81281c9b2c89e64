"""Encoders and decoders against the tables that the steps wrote for the same study."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from tests.support.brain_subject import NAMES, TESTED, random_pictures
from tests.support.notebook_study import means_of_test_trials

import cortex2image
from cortex2image.errors import ConfigError, DataError
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS, TRIALS
from cortex2image.tables.results import DECODED, FEATURES

pytestmark = [
    pytest.mark.filterwarnings("ignore:ridge alpha"),
    pytest.mark.xdist_group("notebook"),
]


@pytest.fixture(scope="module")
def measured(written):
    """Mean responses to the test stimuli, in the order of TESTED."""
    trials = TRIALS.read(written.brain.paths["trials"]).to_pandas()
    betas = matrix(BETAS.read(written.brain.paths["betas"]), "beta")
    return means_of_test_trials(trials, betas, TESTED)


def correlations(a, b):
    return np.array([np.corrcoef(x, y)[0, 1] for x, y in zip(a.T, b.T, strict=True)])


def test_an_encoder_scores_as_the_step_did_voxel_by_voxel(study, written, measured):
    encoder = study.encoder("sub-01")
    predicted = encoder.predict(list(written.brain.pictures))
    table = study.table("encoding", subject="sub-01", model="z")
    np.testing.assert_allclose(correlations(predicted, measured), table["r"], atol=2e-4)
    np.testing.assert_allclose(encoder.alpha, table["alpha"])
    planted = correlations(predicted, written.brain.responses)
    assert planted[written.brain.members("early")].mean() > 0.6


def test_files_and_arrays_of_a_picture_predict_the_same(study, written, tmp_path):
    from PIL import Image

    encoder, pictures = study.encoder("sub-01"), written.brain.pictures[:3]
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path, picture in zip(paths, pictures, strict=True):
        Image.fromarray(picture).save(path)
    np.testing.assert_allclose(encoder.predict(paths), encoder.predict(pictures), rtol=1e-5, atol=1e-5)


def test_an_encoder_of_c_takes_captions(study):
    encoder = study.encoder("sub-01", "c")
    stored = FEATURES.read(study.results.folder.path("features", space="c"))
    np.testing.assert_allclose(encoder.features(NAMES[:3]), matrix(stored, "feature")[:3], atol=1e-4)
    both = encoder.predict([[NAMES[0], NAMES[1]], [NAMES[0]], NAMES[1]])
    np.testing.assert_allclose(both[0], both[1:].mean(axis=0), atol=1e-3)  # the mean over captions


def test_a_decoder_decodes_what_the_step_decoded(study, measured):
    for space in ("z", "c"):
        decoder = study.decoder("sub-01", space)
        table = DECODED.read(study.results.folder.path("decoded", subject="sub-01", space=space))
        assert table["stimulus_id"].to_pylist() == TESTED
        stored = matrix(table, "feature")
        np.testing.assert_allclose(decoder.predict(measured), stored, rtol=1e-3, atol=1e-3 * stored.std())
        np.testing.assert_array_equal(decoder.predict(measured), decoder.predict(measured[:, decoder.voxels]))


def test_spaces_that_need_more_than_a_picture_are_refused(study):
    with pytest.raises(ConfigError, match="did you mean 'z'"):
        study.encoder("sub-01", "zc")
    with pytest.raises(ConfigError, match=r"decoded space(.|\n)*one of z, c"):
        study.decoder("sub-01", "zc")
    with pytest.raises(DataError, match=r"features(.|\n)*no such file"):
        study.encoder("sub-01", "e")


def test_what_is_no_list_of_pictures_is_refused(study, rng):
    encoder = study.encoder("sub-01")
    for shown, message in (("a.png", "a single str"), ([], "at least one"), ([np.zeros((4, 4))], "float64")):
        with pytest.raises(DataError, match=message):
            encoder.predict(shown)
    with pytest.raises(DataError, match="2 ids, one per picture"):
        encoder.predict(random_pictures(2, rng), stimuli=["a"])
    with pytest.raises(DataError, match=r"\(k, 180\) betas"):
        study.decoder("sub-01", "z").predict(np.zeros((2, 3)))


def test_other_weights_than_those_of_the_study_are_refused(written, tmp_path):
    root = tmp_path / "results" / "demo"
    shutil.copytree(written.root, root)
    facts = json.loads((root / "provenance.json").read_text())
    facts["models"]["sha256"] = "0" * 64
    (root / "provenance.json").write_text(json.dumps(facts))
    encoder = cortex2image.open_study(root).encoder("sub-01")
    with pytest.raises(DataError, match=r"SHA256SUMS of hash 0000"):
        encoder.predict(written.brain.pictures[:1])


def test_samples_of_the_posterior_follow_from_the_stimulus_or_from_the_picture(study, written, tmp_path):
    encoder = study.encoder("sub-01")
    settings = replace(encoder.study, features=replace(encoder.study.features, latent="sample"))
    sampled, picture = replace(encoder, study=settings), written.brain.pictures[0]
    np.testing.assert_array_equal(*sampled.features([picture, picture]))
    first, second = sampled.features([picture, picture], stimuli=["one", "two"])
    assert (first != second).any()
    np.testing.assert_array_equal(first, sampled.features([picture], stimuli=["one"])[0])


def test_a_cross_validated_study_is_refused(written, tmp_path):
    root = tmp_path / "results" / "demo"
    shutil.copytree(written.root, root)
    rows = TRIALS.read(root / "sub-01" / "trials.parquet").to_pydict()
    rows |= {"split": ["train"] * len(rows["split"]), "fold": [n % 2 for n in range(len(rows["fold"]))]}
    TRIALS.write(rows, root / "sub-01" / "trials.parquet")
    folded = cortex2image.open_study(root)
    for model in (lambda: folded.encoder("sub-01"), lambda: folded.decoder("sub-01", "z")):
        with pytest.raises(ConfigError, match="each fold has a model of its own"):
            model()
