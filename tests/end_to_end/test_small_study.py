"""A small study through the whole workflow: what it leaves, and what it runs again after a change."""

import json
import re
import shutil
import zipfile

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from cortex2image.tables import contracts
from cortex2image.tables.columns import matrix
from cortex2image.tables.learning_curve import LEARNING_CURVE
from cortex2image.tables.ratings import PREFERENCE_SCORES, PREFERENCES, RATERS
from cortex2image.tables.regions import ATTRIBUTION, LESIONED, PREFERENCE, REGION_ENCODER, SYNTHESIS
from cortex2image.tables.results import SERIES
from cortex2image.tables.studies import STUDIES

# One study serves all these tests: with several test processes they belong to one.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clone")]
SUBJECTS = ("sub-01", "sub-02")
PREPROCESSING = {
    "simulate_stimuli",
    "simulate_subject",
    "stimuli",
    "trials",
    "single_trial_betas",
    "standardise",
}


@pytest.fixture
def results(clone):
    return clone.root / "results" / "small"


# Tables of targets that are no part of a whole run.
OF_TARGETS = (
    STUDIES,
    LEARNING_CURVE,
    LESIONED,
    ATTRIBUTION,
    PREFERENCE,
    REGION_ENCODER,
    SERIES,
    SYNTHESIS,
    PREFERENCES,
    PREFERENCE_SCORES,
    RATERS,
)
ASKED_FOR = {contract.name for contract in OF_TARGETS}


def test_every_promised_table_keeps_its_contract(results):
    owned = {contract.name: [] for contract in contracts.CONTRACTS if contract.name not in ASKED_FOR}
    for path in results.rglob("*.parquet"):
        if contract := _owner(path.relative_to(results).as_posix()):
            contract.read(path)
            owned[contract.name].append(path)
    assert [name for name, paths in owned.items() if not paths] == []


def _owner(path):
    """Return the contract of a path: of those that match, the one that spells most of it."""
    literal = {c: re.sub(r"\{\w+\}", "", c.path) for c in contracts.CONTRACTS}
    matching = [
        c for c in contracts.CONTRACTS if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(c.path)), path)
    ]
    return max(matching, key=lambda c: len(literal[c]), default=None)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_pictures_are_where_their_table_says(clone, results, subject):
    ran = {path.stem for path in (results / subject / "reconstructions").glob("*.parquet")}
    assert ran == {"z", "c", "zc", "ceiling", "shuffled", "no_brain", "nearest_train"}
    for method in ran:
        samples = 1 if method in ("z", "nearest_train") else 2
        table = contracts.RECONSTRUCTIONS.read(results / subject / "reconstructions" / f"{method}.parquet")
        assert table.num_rows == 16 * samples
        for path in table.column("image_path").to_pylist():
            picture = np.asarray(Image.open(clone.root / path))
            assert picture.dtype == np.uint8
            assert picture.shape == (64, 64, 3)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_maps_lie_on_the_subjects_own_grid(results, subject):
    bold = next((results / "simulated").glob(f"bids/derivatives/fmriprep/{subject}/**/*_bold.nii.gz"))
    voxels = contracts.VOXELS.read(results / subject / "voxels.parquet")
    for model in ("z", "c", "zc"):
        volume = nib.load(results / subject / "maps" / f"{model}.nii.gz")
        assert volume.shape == nib.load(bold).shape[:3]
        np.testing.assert_allclose(volume.affine, nib.load(bold).affine, atol=1e-5)
        assert np.isfinite(volume.get_fdata()).sum() == voxels.num_rows


def test_betas_are_standardised_with_training_trials_only(results):
    trials = contracts.TRIALS.read(results / "sub-01" / "trials.parquet")
    betas = matrix(contracts.BETAS.read(results / "sub-01" / "betas.parquet"), "beta")
    session, split = (np.array(trials.column(c).to_pylist()) for c in ("session", "split"))
    for name in set(session):
        train = betas[(session == name) & (split == "train")]
        moving = train.std(axis=0) > 0
        np.testing.assert_allclose(train[:, moving].mean(axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(train[:, moving].std(axis=0), 1, atol=0.05)


def test_the_report_opens_from_disk_and_names_no_other_place(clone, results):
    page = (results / "report" / "index.html").read_text()
    assert not re.search(r"""(?:src|<link[^>]*href)=["'](?:https?:)?//""", page)
    assert str(clone.root) not in page
    for subject in SUBJECTS:
        assert subject in page


def test_provenance_states_config_versions_and_models(clone, results):
    facts = json.loads((results / "provenance.json").read_text())
    assert facts["config"]["reconstruct"]["steps"] == 4
    text = json.dumps(facts)
    for name in ("torch", "diffusers", "snakemake", "sha256"):
        assert name in text
    assert str(clone.root) not in text


def test_the_archive_of_snakemake_has_the_results_with_captions(clone):
    done = clone.snakemake("--report", "archive.zip")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    with zipfile.ZipFile(clone.root / "archive.zip") as archive:
        page = archive.read("archive/report.html").decode()
        names = [name.rpartition("/")[2] for name in archive.namelist()]
    assert {"scores.csv", "provenance.json", "zc.nii.gz", "spaces.png", "spaces-regions.svg"} <= set(names)
    text = re.sub(r"(\\n|\s)+", " ", page)
    for words in (
        "not how much",  # of p, in the caption of scores
        "it need not",  # of maps
        "what it usually does",  # of sheets
        "Pictures come from a generator",  # of the whole
    ):
        assert words in text
    assert not re.search(r"""(?:src|<link[^>]*href)=["'](?:https?:)?//""", page)


def test_nothing_is_left_to_do(clone):
    assert clone.planned() == set()


def test_an_edited_events_file_runs_that_subject_and_the_joins(clone, results):
    events = sorted((results / "simulated" / "bids").glob("sub-01/**/*_events.tsv"))[0]
    before = events.read_text()
    lines = before.splitlines()
    fields = lines[1].split("\t")
    events.write_text(
        "\n".join([lines[0], "\t".join([f"{float(fields[0]) + 0.25:.3f}", *fields[1:]]), *lines[2:], ""])
    )
    try:
        planned = clone.planned()
    finally:
        events.write_text(before)
    assert ("trials", "subject=sub-01") in planned
    # Nulls are permuted within sets of stimuli that the same subjects saw: trials of all subjects decide.
    others = {rule for rule, wildcards in planned if "sub-02" in wildcards}
    assert others == {
        "evaluate_images",
        "brain_consistency",
        "identify_stimuli",
        "picture_sheets",
        "thumbnails",
    }
    assert not {"simulate_stimuli", "simulate_subject", "stimuli", "extract_features"} & {
        rule for rule, _ in planned
    }
    assert {"scores", "encoding_scores", "report"} <= {rule for rule, _ in planned}


def test_a_comment_in_ridge_runs_decoding_and_encoding_and_what_follows(clone):
    source = clone.root / "workflow" / "cortex2image" / "ridge" / "estimator.py"
    before = source.read_text()
    source.write_text(before + "\n# a remark\n")
    try:
        rules = {rule for rule, _ in clone.planned()}
    finally:
        source.write_text(before)
    assert {
        "decode_features",
        "encode_voxels",
        "reconstruct_images",
        "evaluate_images",
        "scores",
        "report",
    } <= rules
    assert not (PREPROCESSING | {"extract_features"}) & rules


def test_the_clone_may_move(clone):
    moved = clone.root.with_name("elsewhere")
    shutil.move(clone.root, moved)
    try:
        assert type(clone)(moved).planned() == set()
    finally:
        shutil.move(moved, clone.root)
