"""Facts of metrics of what is seen: the class a classifier finds in a picture, the decoded caption."""

from dataclasses import replace

from cortex2image.metrics.judge_titles import CAPTION_READERS, judge_title
from cortex2image.metrics.metric import Metric


def class_name(judge: str, ways: int, top: int) -> str:
    """Return the metric name of n-way top-k classification by a judge; `ways` is n, `top` is k."""
    return f"class_{ways}way_top{top}_{judge}"


def classification(judge: str, ways: int, top: int, compared: str) -> Metric:
    """Return the facts of n-way top-k classification by a judge."""
    return Metric(
        name=class_name(judge, ways, top),
        title=f"{ways}-way top-{top} classification, {judge_title(judge)}",
        kind="classification",
        version="1",
        what="probability that the class that the judge finds most probable in the original is, in the "
        f"reconstruction, among the top {top} of {ways} classes: itself and {ways - 1} others "
        "drawn at random; the exact expectation over all draws",
        compared=compared,
        bounds=(0.0, 1.0),
        chance=None,
        ties="classes that are equally probable stand in every order equally often: where all are, the value "
        f"is {top}/{ways}",
        source="Chen et al. (2023), MinD-Vis, with another classifier, and there as a mean over random draws",
        judge=judge,
    )


def caption_metrics(judge: str, reader: str, weights: str) -> tuple[Metric, Metric]:
    """Return the facts of the likeness of captions, and of two-way identification by it.

    Parameters
    ----------
    judge : str
        Judge whose text tower reads the captions.
    reader : str
        Name of this text tower, for the names of the metrics.
    weights : str
        Its published weights.
    """
    cosine = Metric(
        name=f"caption_cosine_{reader}",
        title=f"likeness of captions, {CAPTION_READERS[reader]}",
        kind="caption",
        version="1",
        what="cosine of the text embeddings of the decoded caption and of a caption of the stimulus, "
        "averaged over the captions of the stimulus",
        compared="projected text embeddings; texts are cut where the text tower ends",
        bounds=(-1.0, 1.0),
        chance=None,
        ties="none",
        source="Scotti et al. (2024); the mean over the captions of a stimulus is this project's",
        judge=judge,
        weights=weights,
        of_captions=True,
    )
    identification = replace(
        cosine,
        name=f"caption_twoway_{reader}",
        title=f"two-way identification by captions, {CAPTION_READERS[reader]}",
        kind="identification",
        what="share of the other stimuli whose captions are less like the decoded caption than those of its "
        "own stimulus are (cosine of text embeddings, averaged over the captions of a stimulus)",
        bounds=(0.0, 1.0),
        chance=0.5,
        ties="half credit; mean cosines equal to ten decimals are ties",
        source="this project",
        direction="each decoded caption is searched among the stimuli",
    )
    return cosine, identification


def _rouge(name: str, title: str, common: str, equations: str) -> Metric:
    return Metric(
        name=name,
        title=title,
        kind="caption",
        version="1",
        what=f"F measure of words, twice {common} divided by the words of both: of the decoded caption and "
        "that caption of the stimulus with the largest value",
        compared="runs of a to z and 0 to 9 after conversion to lower case; no stemming",
        bounds=(0.0, 1.0),
        chance=None,
        ties="none; a text without words has 0",
        source=f"Lin (2004), {equations}, with beta = 1; the best of several captions as in rouge-score",
        of_captions=True,
    )


ROUGE_METRICS = (
    _rouge(
        "caption_rouge_1",
        "ROUGE-1 of captions",
        "the words in common, in any order,",
        "section 2, as an F measure",
    ),
    _rouge(
        "caption_rouge_l",
        "ROUGE-L of captions",
        "the words of the longest common subsequence",
        "equations 2 to 4",
    ),
)
"""Words in common; no network takes part, and only model sets with a captioning network have them."""
