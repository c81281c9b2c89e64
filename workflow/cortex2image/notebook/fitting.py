"""Fits of a study's encoders and decoders from its tables, with the settings that the study was run with."""

from pathlib import Path

import numpy as np

from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.rois import select_rois
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import Diffusion, load_diffusion
from cortex2image.networks.registry import model_set
from cortex2image.notebook.model import Decoder, Encoder, require_predictable
from cortex2image.notebook.names import require_name
from cortex2image.notebook.places import Places
from cortex2image.prediction.alignment import find_features, open_subject, open_trials
from cortex2image.prediction.decoder import decoder_settings
from cortex2image.prediction.encoding_tables import seed_of_folds
from cortex2image.prediction.fit_sizes import FitSizes
from cortex2image.prediction.memory import plan_memory
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.prediction.predictions import RidgeSettings, fitted, regression_of
from cortex2image.prediction.responses import read_voxels
from cortex2image.prediction.voxelwise import fit_encoder
from cortex2image.report.study import StudyResults
from cortex2image.ridge.memory import free_gb
from cortex2image.ridge.repeats import PerTrial
from cortex2image.ridge.threads import usable_threads
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import EXTRACTABLE
from cortex2image.tables.recordings import VOXELS

PRECISION = "float32"
"""In which every step computes features of pictures alone."""


def study_encoder(
    study: StudyResults, subject: str, space: str, places: Places, models: str | None
) -> Encoder:
    """Fit the encoder of a subject and feature space; see :meth:`OpenStudy.encoder`."""
    require_name(space, EXTRACTABLE, "space of an encoder")
    known, settings = parse_space(space), study.settings
    require_predictable(known)
    where = _tables(study, subject, space)
    trials, betas = open_trials(VOXELS.read(where["voxels"]).num_rows, where)
    _require_one_split(trials, where["trials"])
    features = find_features(where["features"], trials)
    sizes = FitSizes.of("encode", trials, partitions(trials), features.width, betas.voxels)
    average, threads = settings.standardise.average_repeats, usable_threads()
    memory = plan_memory(sizes, settings.ridge, average, threads, **free_gb(settings.ridge.device))
    seed = seed_of_folds(settings, subject)
    ridge = RidgeSettings.of(settings.ridge, average, seed, latent=False, threads=threads, memory=memory)
    fit = fit_encoder(features.read(), betas, trials, ridge)
    return Encoder(subject, known, fit, settings, lambda: study_networks(study, places, models))


def study_decoder(study: StudyResults, subject: str, space: str) -> Decoder:
    """Fit the decoder of a subject and feature space; see :meth:`OpenStudy.decoder`."""
    require_name(space, study.spaces, "decoded space")
    where, settings = _tables(study, subject, space), study.settings
    regions = VOXELS.read(where["voxels"]).column("roi").to_pylist()
    chosen = select_rois(regions, settings.decode.rois[space])
    data = open_subject(len(regions), where)
    _require_one_split(data.trials, where["trials"])
    ridge = decoder_settings(settings, data, len(chosen), subject, space, usable_threads())
    (partition,) = partitions(data.trials)
    voxels = PerTrial(read_voxels(data.betas, chosen), np.arange(data.betas.trials))
    posed = regression_of(voxels, data.features.read(), data.trials, partition, ridge.average_repeats)
    return Decoder(
        subject, space, chosen, len(regions), fitted(posed.predictors, posed.targets, posed.groups, ridge)
    )


def study_networks(study: StudyResults, places: Places, folder: str | None = None) -> Diffusion:
    """Load the networks of a study's model set.

    Raises
    ------
    DataError
        The folder holds other weights than those that the study was run with.
    ModelSetError
        The folder is incomplete or altered.
    """
    named = study.settings.models
    known = model_set(named.set, folder or named.folder)
    known = model_set(named.set, places.folder(Path(known.folder)))
    expected, found = study.provenance["models"]["sha256"], model_hash(known)
    if found != expected:
        fix = "give the folder of the weights that the study was run with, as models=..."
        told = f"the weights of the study, with SHA256SUMS of hash {expected[:12]}..."
        raise DataError(known.folder, told, f"{found[:12]}...", fix)
    return load_diffusion(known, precision=PRECISION)


def _tables(study: StudyResults, subject: str, space: str) -> dict[str, str]:
    """Return the paths of the tables of a fit, all of them there."""
    where = {name: study.folder.open(name, subject=subject) for name in ("trials", "betas", "voxels")}
    where["features"] = study.folder.open("features", space=space)
    return {name: str(path) for name, path in where.items()}


def _require_one_split(trials: Trials, source: str) -> None:
    if trials.fold is not None:
        fix = "use the tables `encoding` and `decoded`, in which each trial is predicted by its own fold"
        expected = "trials split once: of a cross-validated study each fold has a model of its own"
        raise ConfigError(source, expected, "folds", fix)
