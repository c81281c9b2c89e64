"""The facts of metrics of decoded feature vectors, before any picture is made."""

from cortex2image.metrics.metric import CONSTANT, HALF, SPLIT, Metric

_UNITS = (
    "decoded and true features, every unit less its mean and divided by its standard deviation over the "
    "subject's training stimuli; units that are constant there are left out"
)
_OWN = "the true features of its own stimulus"
_OTHERS = "those of the other test stimuli"
_ALL = "those of the other test stimuli and of all training stimuli"
_BDPY = "bdpy (Kamitani Lab), evals/metrics.py"
_ALL_CANDIDATES = "candidates of zero-shot identification: Shirakawa et al. (2024)"


def _identification(name: str, title: str, what: str, ties: str, chance: float | None, source: str) -> Metric:
    return Metric(
        name=name,
        title=title,
        kind="identification",
        version="1",
        what=f"{what} (Pearson r across units)",
        compared=_UNITS,
        bounds=(0.0, 1.0),
        chance=chance,
        ties=f"{ties}; correlations equal to ten decimals are ties" if ties == SPLIT else ties,
        source=source,
        direction="each decoded vector is searched among true ones",
    )


FEATURE_METRICS = (
    Metric(
        name="pattern_correlation",
        title="pattern correlation of decoded features",
        kind="features",
        version="1",
        what="Pearson r across units of a decoded vector and the true one",
        compared=_UNITS,
        bounds=(-1.0, 1.0),
        chance=None,
        ties=CONSTANT,
        source=_BDPY,
    ),
    _identification(
        "features_twoway",
        "two-way identification, decoded features",
        f"share of {_OTHERS} that correlate less with the decoded vector than {_OWN} do",
        HALF,
        0.5,
        f"{_BDPY}; half credit for ties is this project's",
    ),
    _identification(
        "features_top1",
        "top-1 identification, decoded features",
        f"1 if {_OWN} correlate more with the decoded vector than all {_OTHERS}, else 0; chance is 1 / "
        "number of test stimuli",
        SPLIT,
        None,
        "retrieval in the whole test set (Scotti et al. 2023), by correlation",
    ),
    _identification(
        "features_twoway_with_training",
        "two-way identification among training stimuli too",
        f"share of {_ALL} that correlate less with the decoded vector than {_OWN} do: the rank of the truth "
        "among all pictures that the decoder may have learned to say",
        HALF,
        None,
        _ALL_CANDIDATES,
    ),
    _identification(
        "features_top1_with_training",
        "top-1 identification among training stimuli too",
        f"1 if {_OWN} correlate more with the decoded vector than all {_ALL}, else 0",
        SPLIT,
        None,
        _ALL_CANDIDATES,
    ),
)
