import pandas as pd

from cortex2image.report.sections import page_context
from cortex2image.report.study import Recordings, StudyResults

CONFIG = {
    "study": "real",
    "dataset": {"reader": "bids"},
    "models": {"set": "miniature"},
    "decode": {"rois": {"c": ["all"]}},
    "encode": {"fdr": 0.01},
}


def test_a_study_without_encoding_models_has_no_maps() -> None:
    scores = pd.DataFrame(columns=["subject", "method", "metric"])
    compared = pd.DataFrame(columns=["subject", "metric", "method_a", "method_b"])
    encoding = pd.DataFrame(columns=["subject", "model", "roi"])
    stimuli = pd.DataFrame(columns=["stimulus_id", "image_path"])
    recordings = {"sub-01": Recordings(runs=2, left_out=())}
    study = StudyResults(
        ("sub-01",),
        (),
        (),
        (),
        stimuli,
        scores,
        compared,
        encoding,
        {},
        {},
        (),
        {},
        recordings,
        {"config": CONFIG},
        {},
    )
    context = page_context(study, [], {})
    assert context["encoding_figures"] == []
    assert context["simulated"] is False
    assert context["fdr"] == 0.01
