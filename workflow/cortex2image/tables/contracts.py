"""Every Parquet table of the project. docs/tables.md is made from this list."""

from cortex2image.tables.fingerprints import FINGERPRINTS
from cortex2image.tables.learning_curve import LEARNING_CURVE
from cortex2image.tables.novelty import NOVELTY, NOVELTY_SCORES, SPAN
from cortex2image.tables.predictions import ENCODING_PREDICTIONS
from cortex2image.tables.ratings import PREFERENCE_SCORES, PREFERENCES, RATERS
from cortex2image.tables.recordings import (
    BETAS,
    MASK_VOXELS,
    RUNS,
    SINGLE_TRIAL_BETAS,
    STIMULI,
    TRIALS,
    VOXELS,
)
from cortex2image.tables.regions import ATTRIBUTION, LESIONED, PREFERENCE, REGION_ENCODER, SYNTHESIS
from cortex2image.tables.results import (
    DECODED,
    DECODED_SCORES,
    ENCODING,
    ENCODING_RESAMPLES,
    ENCODING_SCORES,
    EVALUATION,
    FEATURES,
    GRAMS,
    NULLS,
    PREFERRED,
    RECONSTRUCTIONS,
    SERIES,
    STACK_WEIGHTS,
    UNIQUE,
)
from cortex2image.tables.scores import COMPARISONS, SAMPLE_SCORES, SCORES
from cortex2image.tables.studies import STUDIES

CONTRACTS = (
    STIMULI,
    TRIALS,
    RUNS,
    SINGLE_TRIAL_BETAS,
    MASK_VOXELS,
    BETAS,
    VOXELS,
    FEATURES,
    FINGERPRINTS,
    GRAMS,
    DECODED,
    DECODED_SCORES,
    RECONSTRUCTIONS,
    SERIES,
    EVALUATION,
    NULLS,
    SCORES,
    COMPARISONS,
    SAMPLE_SCORES,
    NOVELTY,
    NOVELTY_SCORES,
    SPAN,
    PREFERENCES,
    PREFERENCE_SCORES,
    RATERS,
    STUDIES,
    LEARNING_CURVE,
    ENCODING,
    ENCODING_RESAMPLES,
    ENCODING_PREDICTIONS,
    UNIQUE,
    STACK_WEIGHTS,
    PREFERRED,
    ENCODING_SCORES,
    LESIONED,
    ATTRIBUTION,
    PREFERENCE,
    REGION_ENCODER,
    SYNTHESIS,
)
