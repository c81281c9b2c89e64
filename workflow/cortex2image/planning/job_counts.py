"""How many jobs the rules of a study start when `all` is asked for and nothing has run yet.

Snakemake counts jobs only once the data are there. This counts them before; tests hold both together.
"""

from collections.abc import Mapping

from cortex2image.planning.jobs import Jobs
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.encoding_models import JOINT, SPACE, STACK, encoding_models
from cortex2image.study.methods import CONTROL_FITS
from cortex2image.study.run_methods import run_methods
from cortex2image.study.space_names import parse_space


def job_counts(jobs: Jobs) -> dict[str, int]:
    """Return the number of jobs of each rule that `all` needs; rules without a job are left out."""
    parts = _of_data, _of_features, _of_pictures, _of_encoding, _of_report
    return {rule: count for part in parts for rule, count in part(jobs).items() if count}


def _of_data(jobs: Jobs) -> Mapping[str, int]:
    subjects, reader = len(jobs.study.subjects), jobs.reader
    made = bool(reader.made_by_workflow)
    fetched = reader.fetched_into is not None and jobs.study.dataset.root == reader.fetched_into
    return {
        "fetch_haxby": subjects * fetched,
        "simulate_stimuli": int(made),
        "simulate_subject": subjects * made,
        "stimuli": 1,
        "split_stimuli": int(jobs.study.dataset.split.own),
        "trials": subjects,
        "prepared_betas": subjects * reader.prepared,
        "single_trial_betas": subjects * (not reader.prepared),
        "standardise": subjects,
    }


def _of_features(jobs: Jobs) -> Mapping[str, int]:
    study, subjects = jobs.study, len(jobs.study.subjects)
    sampled = [parse_space(name).sampled for name in jobs.features.stored_as_vectors]
    fits = {
        (source, space)
        for method in run_methods(study.reconstruct)
        for space, source in method.inputs.items()
        if source in CONTROL_FITS
    }
    return {
        "extract_features": sampled.count(False),
        "sample_features": len(jobs.features.passes) * study.features.shards,
        "join_features": sampled.count(True),
        "gram_features": len(jobs.features.stored_as_grams) * subjects,
        "decode_features": len(study.decode.rois) * subjects,
        "decode_control": len(fits) * subjects,
        "fingerprints": 1,
    }


def _of_pictures(jobs: Jobs) -> Mapping[str, int]:
    study, subjects, known = jobs.study, len(jobs.study.subjects), jobs.reader.image_identity
    drawn = len(run_methods(study.reconstruct)) * subjects
    return {
        "reconstruct_images": drawn * study.reconstruct.shards,
        "index_reconstructions": drawn,
        "draw_series": subjects * bool(study.reconstruct.series.stimuli),
        "judge_stimuli": int(known),
        "evaluate_images": drawn * known,
        "brain_consistency": subjects * bool(brain_spaces(study)),
        "identify_stimuli": subjects * known,
        "novelty": int(known),
        "novelty_scores": int(known),
        "categorise_pictures": drawn * (not known),
        "identify_categories": len(study.decode.rois) * subjects * (not known),
        "scores": 1,
        "sample_scores": 1,
    }


def _of_encoding(jobs: Jobs) -> Mapping[str, int]:
    study, subjects = jobs.study, len(jobs.study.subjects)
    kinds = [model.kind for model in encoding_models(study.encode, study.reconstruct)]
    return {
        "encode_voxels": kinds.count(SPACE) * subjects,
        "encode_jointly": kinds.count(JOINT) * subjects,
        "stack_layers": kinds.count(STACK) * subjects,
        "best_model": len(jobs.encoding.families) * subjects,
        "map_encoding": subjects,
        "encoding_figures": subjects,
        "brain_view": subjects,
        "encoding_scores": 1,
    }


def _of_report(jobs: Jobs) -> Mapping[str, int]:
    subjects = len(jobs.study.subjects)
    return {
        "preferences": int(bool(jobs.study.ratings)),
        "picture_sheets": subjects,
        "thumbnails": subjects,
        "provenance": 1,
        "report": 1,
    }
