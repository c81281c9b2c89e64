"""Sentences on subjects, recordings, preprocessing and the split."""

from collections.abc import Callable, Mapping

from cortex2image.report.methods.facts import Facts
from cortex2image.report.methods.wording import counted, listed, spread
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study


def simulated(study: Study, facts: Facts) -> list[str]:
    """Describe the data set that the workflow makes."""
    of = study.simulation
    return [
        f"Responses of {counted(len(study.subjects), 'simulated subject')} were made by cortex2image "
        f"{facts.version} from receptive fields, semantic tuning, a haemodynamic response, drift, motion and "
        "noise; no person was scanned.",
        f"Each subject was shown {of.train_stimuli:,} rendered scenes once and {of.test_stimuli:,} others "
        f"{of.test_repeats} times.",
    ]


def bids(study: Study, facts: Facts) -> list[str]:
    """Describe a data set of the user."""
    dataset = study.dataset
    task = f" of the task {dataset.task}" if dataset.task else ""
    space = f" in the space {dataset.space}" if dataset.space else ""
    named = listed([f"{entity} {label}" for entity, label in sorted(dataset.entities.items())])
    chosen = f" (recordings of {named})" if named else ""
    return [
        f"Recordings{task} of {counted(len(study.subjects), 'subject')}, organised as a BIDS data set "
        f"[@gorgolewski2016], were preprocessed with fMRIPrep [@esteban2019]; its output{space}{chosen} was "
        "used."
    ]


def bids_categories(study: Study, facts: Facts) -> list[str]:
    """Describe a data set of the user whose events name categories and no pictures."""
    dataset = study.dataset
    names = listed([f"{noun} (trial_type {label})" for label, noun in dataset.categories.items()])
    blocks = (
        f"Rows of one category at most {dataset.block_gap_s:g} s apart count as one trial."
        if dataset.block_gap_s
        else "Each row of the events counts as one trial."
    )
    return [
        *bids(study, facts),
        f"The events do not say which picture was shown, but its category: {names}. {blocks}",
    ]


def haxby2001(study: Study, facts: Facts) -> list[str]:
    """Describe the data set of Haxby et al."""
    return [
        f"We used the public recordings of {counted(len(study.subjects), 'subject')} who saw faces and "
        "objects "
        "[@haxby2001]: blocks of grey photographs of eight categories, of which it is not published "
        "when each was shown. Every block counts as one trial."
    ]


def nsd(study: Study, facts: Facts) -> list[str]:
    """Describe the Natural Scenes Dataset."""
    dataset = study.dataset
    sessions = "all sessions" if dataset.sessions is None else f"the first {dataset.sessions} sessions"
    shared = {
        "shared": "those that were meant for all subjects",
        "special515": "those that all subjects saw three times; other shared pictures were left out",
    }
    return [
        f"We used {sessions} of {counted(len(study.subjects), 'subject')} of the Natural Scenes Dataset "
        "[@allen2022] at 7 T, with single-trial betas of version "
        f"{dataset.betas or 'betas_fithrf_GLMdenoise_RR'} "
        f"[@prince2022] in the space {dataset.space or 'func1pt8mm'}.",
        "Pictures and captions are those of COCO [@lin2014].",
        f"Test pictures are {shared[dataset.test_images]}.",
    ]


def bold5000(study: Study, facts: Facts) -> list[str]:
    """Describe BOLD5000."""
    dataset = study.dataset
    sessions = "all sessions" if dataset.sessions is None else f"the first {dataset.sessions} sessions"
    return [
        f"We used {sessions} of {counted(len(study.subjects), 'subject')} of BOLD5000, release 2 "
        "[@chang2019], "
        f"with single-trial betas of version {dataset.betas or 'TYPED-FITHRF-GLMDENOISE-RR'} [@prince2022], "
        f"space {dataset.space or 'volume'}.",
        "Pictures that were shown repeatedly are test pictures.",
    ]


def bdpy(study: Study, facts: Facts) -> list[str]:
    """Describe files of the Kamitani laboratory."""
    dataset = study.dataset
    version = f", version {dataset.betas}" if dataset.betas else ""
    sessions = "" if dataset.sessions is None else f" The first {dataset.sessions} sessions were used."
    return [
        f"We used the responses of {counted(len(study.subjects), 'subject')} to single trials that the "
        "Kamitani "
        f"laboratory distributes [@horikawa2017, shen2019]{version}.{sessions}"
    ]


OF_READER: Mapping[str, Callable[[Study, Facts], list[str]]] = {
    "simulated": simulated,
    "bids": bids,
    "bids_categories": bids_categories,
    "haxby2001": haxby2001,
    "nsd": nsd,
    "bold5000": bold5000,
    "bdpy": bdpy,
}


def participants(study: Study, facts: Facts) -> list[str]:
    """Return who was recorded, seeing what: subjects by name, and how many trials of them were used."""
    text = OF_READER[study.dataset.reader](study, facts)
    text.append(f"Subjects: {listed(study.subjects)}.")
    if facts.counts:
        trials, runs = spread([c.trials for c in facts.counts]), spread([c.runs for c in facts.counts])
        text.append(f"We used {trials} trials in {runs} runs of each subject.")
    return text


DERIVATIVES = {
    "none": "",
    "time": " with its temporal derivative",
    "time_dispersion": " with its temporal and dispersion derivatives",
}
HRF = {"spm": "the canonical response of SPM", "glover": "the canonical response of Glover"}


def single_trials(study: Study, facts: Facts) -> list[str]:
    """Describe the GLM of the study; nothing for betas that others estimated."""
    if READERS[study.dataset.reader].prepared:
        return []
    glm = study.glm
    models = {
        "lss": "a model for each trial in which all other trials share one regressor, least squares separate "
        "[@mumford2012]",
        "lsa": "one model with a regressor for each trial, least squares all [@mumford2012]",
    }
    drifts = {
        "cosine": f"discrete cosines up to {glm.high_pass_hz:g} Hz",
        "polynomial": "Legendre polynomials, one more order for every 150 s",
        "none": "no slow drift",
    }
    text = [
        f"The response of every voxel to every trial was estimated run by run by {models[glm.model]}, with "
        f"{HRF[glm.hrf]}{DERIVATIVES[glm.derivatives]}, in per cent of the voxel's mean.",
        f"The model held {drifts[glm.drift]}"
        + (f" and the confounds {listed(glm.confounds)}." if glm.confounds else " and no confounds."),
    ]
    if glm.scrub:
        marks = listed([f"{prefix}*" for prefix in glm.scrub])
        text.append(f"Volumes that the confounds {marks} mark were left out.")
    if glm.onset_shift_s:
        text.append(f"Onsets were shifted by {glm.onset_shift_s:g} s before responses were modelled.")
    if facts.motion:
        text.append(f"Mean framewise displacement [@power2012] was {spread(facts.motion)} mm.")
    return text


def scaling(study: Study, facts: Facts) -> list[str]:
    """Describe standardisation, averages of repeats, and noise ceilings."""
    by = study.standardise.by
    if by == "none":
        text = ["Every fold of the cross-validation standardised responses with its own training trials."]
    else:
        groups = "within each session" if by == "session" else "over all sessions"
        text = [f"Responses were standardised {groups} with mean and standard deviation of training trials."]
    averaged = study.standardise.average_repeats
    if averaged:
        sides = listed(["training" if side == "train" else "test" for side in averaged])
        text.append(f"Trials of the same {sides} stimulus were averaged.")
    else:
        text.append("Repeated trials were not averaged.")
    folds = "" if study.dataset.cross_validate == "none" else ", for differences within folds"
    repeated = "repeated stimuli" if READERS[study.dataset.reader].image_identity else "blocks of a category"
    ceilings = {
        "all": f"Noise ceilings of voxels were estimated from all {repeated}{folds} [@allen2022].",
        "train": "Noise ceilings of voxels were estimated from repeated training stimuli alone [@allen2022].",
        "released": "Noise ceilings of voxels are those released with the betas [@allen2022].",
    }
    return [
        *text,
        ceilings[study.standardise.ncsnr_from] if facts.ceilings else "No voxel has a noise ceiling.",
    ]


def voxels(study: Study, facts: Facts) -> list[str]:
    """Describe voxels and regions."""
    rois, dataset = study.dataset.rois, study.dataset
    text = []
    if READERS[dataset.reader].prepared:
        within = {"brain": "the whole mask of the data set", "atlas": "labelled regions only"}
        text.append(f"Voxels: {within[dataset.mask]}.")
    if rois.labels:
        where = "the files of the data set" if not rois.atlas else "an atlas"
        atlas = rois.atlas if rois.atlas and READERS[dataset.reader].named_atlases else ""
        named = f"the atlas {atlas}" if atlas else where
        text.append(f"Regions {listed(rois.labels)} are those of {named}.")
    return text


def split(study: Study, facts: Facts) -> list[str]:
    """Describe which stimuli test."""
    dataset = study.dataset
    if dataset.cross_validate != "none":
        return [
            f"Every {dataset.cross_validate} was held out once: models were fitted to the others and tested "
            "on it, "
            "and no stimulus lies in two folds."
        ]
    of, sizes = dataset.split, ""
    if facts.counts:
        train, test = (spread([getattr(c, side) for c in facts.counts]) for side in ("train", "test"))
        times = spread([round(c.mean, 2) for c in facts.counts])
        sizes = f" This gave {train} training and {test} test stimuli, a test stimulus with {times} trials."
    kinds = {
        "given": "The split into training and test stimuli is that of the data set.",
        "random": f"A random share of {of.test_share:g} of the stimuli tested, drawn by the seed of the "
        "study.",
        "cluster": f"Cluster {of.held_out} of {of.clusters} clusters of stimuli that are alike by {of.by} "
        "tested, so "
        "that none of it trained."
        if of.category is None
        else f"Stimuli of the category {of.category} tested, so that none of it trained.",
        "tau": "The test stimuli are those of the data set.",
    }
    text = [kinds[of.kind] + sizes]
    if of.own and of.tau is not None:
        near = {
            "near": f"Training stimuli with a similarity by {of.by} above {of.tau:g} to any test stimulus "
            "were left "
            "out.",
            "random": f"As many training stimuli as have a similarity by {of.by} above {of.tau:g} to any "
            "test "
            "stimulus were left out at random, as a control.",
        }
        text.append(near[of.leave_out])
    return text
