"""One line on the statistics that pages show."""

from collections.abc import Mapping

STATISTICS: Mapping[str, tuple[str, str]] = {
    "value": (
        "value",
        "the mean over test stimuli of the mean over samples; no best sample is picked",
    ),
    "interval": (
        "95 % interval",
        "how far the value might move with other test stimuli and the same subject; for all subjects "
        "together, with other stimuli and other people",
    ),
    "null": (
        "shuffled",
        "what the same pictures score when it is permuted which stimulus they belong to, mean and two "
        "standard deviations: the chance level of these very pictures",
    ),
    "p": (
        "p",
        "share of permutations that score at least as well, one-sided and not corrected for the number of "
        "metrics: whether the pictures carry anything about what was seen, not how much",
    ),
    "q": ("q", "p after the correction of Benjamini and Hochberg: the false discovery rate"),
    "floor": (
        "floor",
        "the best score of controls that go through the same generator and know nothing of the picture: "
        "responses to other pictures, permuted training, noise, no brain at all",
    ),
    "ceiling": (
        "ceiling",
        "the score when true features, not decoded ones, go through the same generator: the best that "
        "perfect decoding could reach",
    ),
    "share": (
        "share",
        "(value \N{MINUS SIGN} floor) / (ceiling \N{MINUS SIGN} floor): how much of the way a method comes; "
        "not given where ceiling and floor do not differ clearly",
    ),
    "n": ("n", "number of test stimuli that the value is a mean over"),
    "r": ("r", "Pearson correlation over test stimuli; around 0 nothing is predicted"),
    "alpha": (
        "ridge penalty",
        "how strongly large weights are held back in ridge regression; cross-validation on training data "
        "chooses it",
    ),
    "noise_ceiling": (
        "noise ceiling",
        "share of the variance of a voxel's responses that the stimulus explains, estimated from repeats of "
        "the same stimulus: no model of the stimulus can explain more",
    ),
    "ncsnr": (
        "signal-to-noise ratio",
        "standard deviation of a voxel's responses to different stimuli over that of repeats of one stimulus",
    ),
    "significant": (
        "significant",
        "share of voxels whose q is below the false discovery rate of the study",
    ),
    "of_ceiling": (
        "of ceiling",
        "what the correlation would be without noise in the responses, from their noise ceiling",
    ),
    "unique": (
        "unique variance",
        "share of the variance of test responses that one feature space explains and the other does not",
    ),
    "spread": (
        "spread",
        "standard deviation of the value over subjects",
    ),
    "clear": (
        "clear",
        "a difference whose q is below 0.05",
    ),
    "repeats": ("repeats", "how often a test stimulus was shown to the same subject"),
}
"""Name -> (title, explanation)."""
