"""Which steps read a file of a data set, by reader: as their rules say, and as steps that see no other file.

A step that read a file its rule does not name would not run again when that file changes. The simulated study
and that of NSD run so in tests/end_to_end.
"""

from collections import defaultdict
from fnmatch import fnmatch

import numpy as np
import pytest
import yaml
from tests.support.alone import run_alone
from tests.support.bdpy_files import some_content, write_bdpy, write_pictures
from tests.support.bold5000_tree import write_bold5000
from tests.support.categories_study import categories_study
from tests.support.configs import change, shipped
from tests.support.haxby_tree import write_haxby
from tests.support.nsd_tree import write_nsd_tree
from tests.support.planned import jobs_of
from tests.support.snakemake import copied, run_program

from cortex2image.study.readers import READERS
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS

# The step `stimuli` reads what was shown; its rule says that the age of these files does not matter. That of
# pictures and captions does.
OF_SCANS = {"trials", "single_trial_betas"}
OF_RECORDINGS = OF_SCANS | {"stimuli"}
OF_BETAS = {"stimuli", "trials", "prepared_betas"}
TABLE = {"*/stimuli.tsv": {"stimuli"}}
OF_NSD = {
    "*/nsd_expdesign.mat": OF_BETAS,
    "*/responses.tsv": OF_BETAS,
    "*/nsd_stim_info_merged.csv": {"stimuli"},
    "*/nsd_stimuli.hdf5": {"stimuli"},
    "*/captions_*.json": {"stimuli"},
    "*": OF_BETAS - {"stimuli"},
}


def write_categories(root):
    return categories_study(root) | {"glm": {"confounds": ["trans_x"]}}


def write_haxby_study(root):
    write_haxby(root / "data")
    return shipped("haxby")


def write_bold5000_study(root):
    write_bold5000(root / "data")
    return shipped("bold5000")


def write_kamitani_study(root):
    train, test = [f"n0151887{k}_{100 + k}" for k in range(6)], ["n02051845_7", "n03626115_19498"]
    shown = [*train, *test, *test]
    numbers = {"DataType": [1] * 6 + [2] * 4, "Session": [1] * 10, "Run": [2, 2, 1, 1, 1, 1, 1, 1, 2, 2]}
    (root / "data").mkdir()
    write_bdpy(root / "data" / "Subject1.h5", some_content(shown, **numbers), old=True)
    write_pictures(root / "data", set(shown))
    config = change(shipped("kamitani"), "dataset/rois", {"labels": {"V1": 1, "LOC": 5}})
    return change(config, "decode/rois", {"z": ["V1"], "c": ["LOC"]})


def write_nsd_study(root):
    write_nsd_tree(root / "data", ["sub-01"], [1], train=40, shared=20, side=16)
    config = change(shipped("nsd"), "dataset/sessions", 1)
    config["dataset"]["rois"] = {"atlas": "streams", "labels": {"early": 1, "ventral": 5, "parietal": 7}}
    config["evaluate"]["brain"] = {"regions": []}
    config["encode"]["grid"] = {"noise_levels": [], "steps": [], "layers": []}
    return config | {"models": {"set": "miniature"}}


STUDIES = {
    "bids_categories": (write_categories, {"*_events.tsv": OF_RECORDINGS, "*/fmriprep/*": OF_SCANS}),
    "haxby2001": (write_haxby_study, {"*/labels.txt": OF_RECORDINGS, "*.nii.gz": OF_SCANS}),
    "bold5000": (write_bold5000_study, {"*.nii.gz": OF_BETAS, "*.npy": OF_BETAS, "*.txt": OF_BETAS} | TABLE),
    "bdpy": (write_kamitani_study, {"*.h5": OF_BETAS} | TABLE),
    "nsd": (write_nsd_study, OF_NSD),
}
"""By reader, what writes a study of it, and the steps of each kind of file."""


@pytest.fixture
def study(tmp_path):
    """Return a function that writes the study of a reader in a copy of the repository, and returns that."""

    def write(reader):
        root = copied(tmp_path / "cortex2image")
        config = STUDIES[reader][0](root)
        config["dataset"]["root"] = "data"
        config["subjects"] = config["subjects"][:1]
        (root / "mine.yaml").write_text(yaml.safe_dump(config))
        return root

    return write


PREPROCESS = "preprocess", "--configfile", "mine.yaml"


def succeeded(done):
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_every_reader_is_tried():
    """That of BIDS reads the simulated study, which runs in tests/end_to_end."""
    assert {*STUDIES, "bids", "simulated"} == {*READERS}


@pytest.mark.parametrize("reader", STUDIES)
def test_every_file_of_a_data_set_is_an_input_of_the_steps_that_read_it(study, reader):
    root = study(reader)
    readers = defaultdict(set)
    plan = "--cores", "1", "--dry-run", "--forceall", "--quiet", "host"
    for job in jobs_of(succeeded(run_program("snakemake", *PREPROCESS, *plan, cwd=root))):
        for path in job.inputs:
            if path.startswith("data/"):
                readers[path].add(job.rule)
    kinds = STUDIES[reader][1]
    for path, rules in readers.items():
        expected = next(steps for pattern, steps in kinds.items() if fnmatch(path, pattern))
        assert rules == expected, path
    assert all(any(fnmatch(path, pattern) for path in readers) for pattern in kinds)


@pytest.mark.parametrize("reader", [name for name in STUDIES if name != "nsd"])
def test_steps_that_see_the_files_of_their_rules_alone_preprocess_a_study(study, reader):
    root = study(reader)
    succeeded(run_alone(root, "data", *PREPROCESS))
    (subject,) = (path.parent for path in root.glob("results/*/*/betas.parquet"))
    betas, voxels = (table.read(subject / table.path.rsplit("/", 1)[-1]) for table in (BETAS, VOXELS))
    split = np.array(TRIALS.read(subject / "trials.parquet")["split"].to_pylist())
    values = matrix(betas, "beta")
    assert values.shape == (len(split), voxels.num_rows)
    if "test" in split:  # else every fold of a cross-validated study is standardised for itself
        np.testing.assert_allclose(values[split == "train"].mean(axis=0), 0, atol=1e-5)
