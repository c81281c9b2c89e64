"""The rules of the workflow as data: what each makes, and which rules its inputs come from.

Snakemake knows this too, but only while it plans. A test compares both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DATA, FEATURES, DECODING, PICTURES, SCORES, ENCODING, REGIONS, REPORT = (
    "data",
    "features",
    "decoding",
    "pictures",
    "scores",
    "encoding",
    "regions",
    "report",
)


@dataclass(frozen=True)
class Rule:
    """A rule: the phase it belongs to, what it makes, and the rules that it waits for."""

    phase: str
    makes: str
    after: tuple[str, ...] = ()


_TRIALS = ("standardise", "trials")
_EVALUATED = (
    "evaluate_images",
    "brain_consistency",
    "identify_stimuli",
    "identify_categories",
    "categorise_pictures",
)
RULES: Mapping[str, Rule] = {
    "simulate_stimuli": Rule(DATA, "scenes that simulated subjects see"),
    "simulate_subject": Rule(DATA, "recordings of a simulated subject", ("simulate_stimuli",)),
    "stimuli": Rule(DATA, "the list of stimuli", ("simulate_stimuli", "simulate_subject")),
    "split_stimuli": Rule(DATA, "a split of the study's own", ("stimuli", "extract_features")),
    "trials": Rule(DATA, "the list of trials", ("stimuli", "split_stimuli", "simulate_subject")),
    "single_trial_betas": Rule(DATA, "responses to single trials", ("trials", "simulate_subject")),
    "prepared_betas": Rule(DATA, "responses that others estimated", ("trials",)),
    "standardise": Rule(
        DATA,
        "standardised responses, noise ceilings",
        ("single_trial_betas", "prepared_betas", "trials", "stimuli"),
    ),
    "extract_features": Rule(FEATURES, "features of stimuli", ("stimuli",)),
    "sample_features": Rule(FEATURES, "features by passes of the sampler", ("stimuli",)),
    "join_features": Rule(FEATURES, "sampled features, all stimuli", ("sample_features", "stimuli")),
    "gram_features": Rule(FEATURES, "inner products of layers", ("sample_features", "trials")),
    "judge_stimuli": Rule(FEATURES, "features of stimuli by the judges", ("stimuli",)),
    "fingerprints": Rule(
        FEATURES, "fingerprints of features", ("extract_features", "join_features", "judge_stimuli")
    ),
    "decode_features": Rule(DECODING, "features decoded from the brain", ("extract_features", *_TRIALS)),
    "decode_control": Rule(DECODING, "features decoded by control decoders", ("extract_features", *_TRIALS)),
    "trace_learning_curve": Rule(DECODING, "decoding with fewer sessions", ("extract_features", *_TRIALS)),
    "learning_curve_figure": Rule(DECODING, "learning curves of all subjects", ("trace_learning_curve",)),
    "reconstruct_images": Rule(
        PICTURES,
        "pictures, shard by shard",
        ("decode_features", "decode_control", "extract_features", "stimuli"),
    ),
    "index_reconstructions": Rule(PICTURES, "pictures of a method, checked", ("reconstruct_images",)),
    "draw_series": Rule(PICTURES, "series over strength and steps", ("decode_features",)),
    "picture_sheets": Rule(PICTURES, "sheets of all pictures", ("index_reconstructions", "evaluate_images")),
    "evaluate_images": Rule(SCORES, "scores of pictures", ("index_reconstructions", "judge_stimuli")),
    "brain_consistency": Rule(
        SCORES, "responses that pictures predict", ("index_reconstructions", "extract_features", *_TRIALS)
    ),
    "identify_stimuli": Rule(SCORES, "scores of decoded features", ("decode_features", "extract_features")),
    "identify_categories": Rule(
        SCORES, "categories of decoded features", ("decode_features", "extract_features")
    ),
    "categorise_pictures": Rule(SCORES, "categories of pictures", ("index_reconstructions",)),
    "scores": Rule(SCORES, "scores with nulls and intervals", _EVALUATED),
    "sample_scores": Rule(SCORES, "scores of samples", _EVALUATED),
    "novelty": Rule(SCORES, "how new test pictures are", ("extract_features", "trials")),
    "novelty_scores": Rule(SCORES, "scores by how new pictures are", (*_EVALUATED, "novelty")),
    "encode_voxels": Rule(
        ENCODING, "an encoding model", ("extract_features", "join_features", "gram_features", *_TRIALS)
    ),
    "encode_jointly": Rule(
        ENCODING, "an encoding model of two spaces", ("encode_voxels", "extract_features", "join_features")
    ),
    "stack_layers": Rule(ENCODING, "a mean of the models of layers", ("gram_features", *_TRIALS)),
    "best_model": Rule(ENCODING, "the best model of every voxel", ("encode_voxels",)),
    "map_encoding": Rule(ENCODING, "maps of the brain", ("encode_voxels", "encode_jointly", "stack_layers")),
    "encoding_figures": Rule(
        ENCODING, "figures of encoding models", ("encode_voxels", "encode_jointly", "best_model")
    ),
    "encoding_scores": Rule(
        ENCODING, "accuracy by region", ("encode_voxels", "encode_jointly", "stack_layers")
    ),
    "decode_lesioned": Rule(REGIONS, "features decoded without a region", ("extract_features", *_TRIALS)),
    "attribute_region": Rule(REGIONS, "pictures without a region", ("decode_lesioned",)),
    "attribution_figures": Rule(REGIONS, "what pictures lose without regions", ("attribute_region",)),
    "prefer_pictures": Rule(REGIONS, "pictures that a region prefers", ("extract_features", *_TRIALS)),
    "preference_figures": Rule(REGIONS, "sheets of preferred pictures", ("prefer_pictures",)),
    "synthesise_picture": Rule(REGIONS, "a picture of strong response", ("prefer_pictures",)),
    "synthesis_figures": Rule(REGIONS, "the way to this picture", ("synthesise_picture",)),
    "brain_view": Rule(
        REPORT, "maps and predictions to walk through", ("encode_voxels", "encode_jointly", "stack_layers")
    ),
    "thumbnails": Rule(REPORT, "small pictures", ("index_reconstructions", "novelty")),
    "preferences": Rule(REPORT, "what people chose", ("index_reconstructions",)),
    "provenance": Rule(REPORT, "versions and config", ("scores", "encoding_scores")),
    "report": Rule(
        REPORT,
        "these pages",
        (
            *("provenance", "novelty_scores", "sample_scores", "encoding_figures", "picture_sheets"),
            *("draw_series", "brain_view", "thumbnails", "preferences", "trace_learning_curve"),
        ),
    ),
}
