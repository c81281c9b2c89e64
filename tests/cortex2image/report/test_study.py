"""Tables as pages read them: one subject is not all subjects."""

from pathlib import Path

import numpy as np
import pytest
from tests.support import report_study

from cortex2image.report.study import StudyResults
from cortex2image.tables.folder import StudyFolder

METHODS = ("z", "c")


def written(root: Path) -> StudyResults:
    rng = np.random.default_rng(0)
    report_study.write_scores(root, rng, METHODS)
    report_study.write_comparisons(root, rng, METHODS)
    report_study.write_provenance(root, report_study.config_of(METHODS, METHODS, "bids", {}))
    return StudyResults(StudyFolder(root))


def test_scores_of_one_subject_are_not_called_those_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The step writes rows of all subjects also where there is one.
    monkeypatch.setattr(report_study, "SUBJECTS", ("sub-01",))
    study = written(tmp_path)
    assert set(study.folder.table("scores")["subject"]) == {"sub-01", "all"}
    assert set(study.scores["subject"]) == set(study.comparisons["subject"]) == {"sub-01"}


def test_scores_of_several_subjects_keep_those_of_all(tmp_path: Path) -> None:
    study = written(tmp_path)
    assert set(study.scores["subject"]) == set(study.comparisons["subject"]) == {"sub-01", "sub-02", "all"}
