"""Settings of a study's data: where they are, how stimuli are split, how betas are estimated and scaled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cortex2image.study.fields import Section, setting
from cortex2image.study.readers import READERS

CHOSEN_BY_ENTITY = ("acq", "ce", "cohort", "den", "desc", "dir", "echo", "part", "rec", "res")
"""Entities by which a study chooses among recordings of one run."""


@dataclass(frozen=True, kw_only=True)
class Rois(Section):
    """Atlas that says which voxels belong to which region."""

    atlas: str | None = setting(
        "Volume of integer labels on the grid of the BOLD runs or betas; `{root}` stands for the folder of "
        "the data set, `{subject}` for the subject; null: no atlas. nsd: name of an atlas of the data set, "
        "e.g. streams, nsdgeneral, prf-visualrois, floc-faces, HCP_MMP1 or Kastner2015; atlases drawn on "
        "each subject (prf-*, floc-*) have no labels in fsaverage. bdpy, and bold5000 with the space "
        "roi-tables: null, since the files name regions themselves.",
        None,
    )
    labels: Mapping[str, int] = setting(
        "Name of each region and its code in the atlas; codes below 1 never name a region. nsd: names and "
        "codes are checked against the atlas' own table; without labels, all regions of this table are used, "
        "and decode/rois is checked against them before a job runs. bdpy, and bold5000 with the space "
        "roi-tables: names of regions in the files; the codes are ignored.",
        {},
        additionalProperties={"type": "integer", "minimum": 1},
    )


@dataclass(frozen=True, kw_only=True)
class Split(Section):
    """Which stimuli test: those that the data set names, or others. See docs/splits.md."""

    kind: Literal["given", "random", "cluster", "tau"] = setting(
        "Test stimuli. given: those of the data set. random: a share of all stimuli. cluster: one cluster of "
        "alike stimuli, so that none of it trains. tau: those of the data set, without the training stimuli "
        "that are nearer to them than `tau`.",
        "given",
    )
    test_share: float = setting(
        "random: share of the stimuli that test. Each is drawn by itself, whatever subjects a study has, so "
        "that the share holds nearly.",
        0.1,
        exclusiveMinimum=0,
        exclusiveMaximum=1,
    )
    by: Literal["image", "captions", "category"] = setting(
        "What says how alike stimuli are. image, captions: cosine of the embeddings by the CLIP of the model "
        "set, of pictures or of captions. category: that of the stimulus table; only for cluster.",
        "image",
    )
    clusters: int = setting("cluster: number of k-means clusters.", 10, unit="clusters", minimum=2)
    held_out: int = setting(
        "cluster: number of the cluster that tests; 0 is the largest, 1 the next.", 0, minimum=0
    )
    category: str | None = setting("cluster by category: the category that tests.", None)
    tau: float | None = setting(
        "tau, and if given also random and cluster: training stimuli are left out whose similarity to any "
        "test stimulus is above it.",
        None,
        minimum=-1,
        maximum=1,
    )
    leave_out: Literal["near", "random"] = setting(
        "Training stimuli that `tau` leaves out. near: those above it. random: as many, drawn at random, to "
        "tell what fewer training stimuli alone cost.",
        "near",
    )

    @property
    def own(self) -> bool:
        """Return whether the study splits stimuli itself."""
        return self.kind != "given"

    @property
    def embeds(self) -> bool:
        """Return whether the split needs the CLIP of the model set."""
        return self.own and self.by != "category"

    @property
    def words(self) -> str:
        """Return the split in a few words, for tables and pages."""
        of_kind = {
            "given": "given",
            "random": f"random {self.test_share:g}",
            "cluster": f"cluster {self.held_out} of {self.clusters} by {self.by}",
            "tau": "given",
        }
        chosen = f"category {self.category}" if self.category else of_kind[self.kind]
        near = "" if self.leave_out == "near" else ", as many at random"
        return chosen if self.tau is None else f"{chosen}, tau {self.tau:g} by {self.by}{near}"


@dataclass(frozen=True, kw_only=True)
class Dataset(Section):
    """Where the recordings are and how to read them."""

    reader: str = setting(
        "Recordings: simulated (made by the workflow), bids (BIDS events with fMRIPrep derivatives), "
        "bids_categories (the same where events name kinds of pictures alone, in trial_type) or haxby2001. "
        "Betas that others estimated, to which `glm` does not apply: nsd, bold5000 or bdpy (files of the "
        "Kamitani laboratory).",
        group="source",
        enum=list(READERS),
    )
    root: str | None = setting(
        "Folder of the data set; must be left out for `simulated`.", None, group="source"
    )
    derivatives: str | None = setting(
        "Folder of the fMRIPrep derivatives; `{root}` stands for the folder of the data set. Only for bids "
        "and bids_categories.",
        "{root}/derivatives/fmriprep",
        group="source",
    )
    task: str | None = setting(
        "BIDS task label to use; null if the data set has only one task. Only for bids and bids_categories.",
        None,
        group="source",
    )
    categories: Mapping[str, str] = setting(
        "Each trial_type of the events that shows pictures, and the noun of its category in the singular, "
        "from which captions are made: `{FaceBlock: face, HouseBlock: house}`. Rows with another trial_type, "
        "such as rest, are no trials. Only for bids_categories, which needs it.",
        {},
        group="source",
        additionalProperties={"type": "string", "pattern": r"^\S(.*\S)?$"},
    )
    block_gap_s: float = setting(
        "Rows of one category that follow each other with at most this gap, from the end of one to the onset "
        "of the next, are one block and so one trial; 0: each row is a trial. Only for bids_categories.",
        0.0,
        unit="s",
        group="source",
        minimum=0,
        maximum=60,
    )
    space: str | None = setting(
        "bids, bids_categories: fMRIPrep output space, e.g. T1w, MNI152NLin2009cAsym:res-2 or "
        "MNIInfant:cohort-1; func for the native BOLD grid; null if there is only one. nsd: func1pt8mm (also "
        "null), func1mm, or fsaverage, which lacks the atlases drawn on each subject (prf-*, floc-*). "
        "bold5000: volume (also null) or roi-tables.",
        None,
        group="source",
    )
    entities: Mapping[str, str] = setting(
        "Which recordings to take where fMRIPrep wrote several of one run: BIDS entities and their labels, "
        'e.g. {echo: "2"}, {rec: norm} or {desc: smoothed}; `none` for an entity that the name must not '
        "hold. Without it, the combination of echoes is taken, and desc-preproc. For bids, bids_categories.",
        {},
        group="source",
        keys=CHOSEN_BY_ENTITY,
        additionalProperties={
            "type": "string",
            "pattern": "^[A-Za-z0-9+]+$",
            "description": "Label of this entity in the names of recordings; none for no such entity.",
        },
    )
    betas: str | None = setting(
        "Version of the prepared betas. nsd: name of a folder; null for betas_fithrf_GLMdenoise_RR. "
        "bold5000: version as in the file names; null for TYPED-FITHRF-GLMDENOISE-RR. bdpy: part of the file "
        "names; null if there is one version.",
        None,
        group="source",
    )
    sessions: int | None = setting(
        "Number of sessions of prepared betas to use, from the first; null for all.",
        None,
        unit="sessions",
        group="source",
        minimum=1,
    )
    test_images: Literal["shared", "special515"] = setting(
        "Test pictures of nsd. shared: the pictures that were meant for all subjects. special515: the shared "
        "pictures that all subjects saw three times; other shared pictures are left out, so that the "
        "training pictures are the same for both values.",
        "shared",
        group="source",
    )
    mask: Literal["brain", "atlas"] = setting(
        "Voxels of prepared betas. brain: the whole brain mask (all vertices of a surface). atlas: "
        "voxels in a region of rois/labels.",
        "brain",
        group="regions",
    )
    cross_validate: Literal["none", "run", "session"] = setting(
        "Held out in turn: run, session, or none (the split of the stimulus table is used).", "none"
    )
    split: Split
    rois: Rois
    terms_accepted: bool = setting(
        "Whether you have accepted the NSD Data Access Agreement (naturalscenesdataset.org, Data) and filled "
        "in its form. Only nsd_download reads it, and refuses to run without.",
        False,
    )


@dataclass(frozen=True, kw_only=True)
class Simulation(Section):
    """Size of the simulated data set; only for the reader `simulated`."""

    train_stimuli: int = setting(
        "Training stimuli, each shown once to every subject.",
        600,
        unit="stimuli",
        minimum=20,
        maximum=100000,
    )
    test_stimuli: int = setting(
        "Test stimuli, shown to every subject.", 60, unit="stimuli", minimum=4, maximum=10000
    )
    test_repeats: int = setting(
        "How often each test stimulus is shown.", 3, unit="presentations", minimum=2, maximum=20
    )


@dataclass(frozen=True, kw_only=True)
class Glm(Section):
    """Single-trial general linear model."""

    model: Literal["lss", "lsa"] = setting(
        "lss: one model per trial, all other trials in one regressor. lsa: one model, one regressor per "
        "trial.",
        "lss",
    )
    onset_shift_s: float = setting(
        "Added to every onset before its response is modelled, not written into any table. Negative where "
        "the events are late: labels that mark volumes of the response, or onsets counted from before "
        "volumes that were removed. Positive where they are early. haxby2001 corrects its labels by itself.",
        0.0,
        unit="s",
        minimum=-60,
        maximum=60,
    )
    hrf: Literal["spm", "glover"] = setting("Canonical haemodynamic response.", "spm")
    derivatives: Literal["none", "time", "time_dispersion"] = setting(
        "Derivatives of the response that are added to the model of each trial.", "none"
    )
    drift: Literal["cosine", "polynomial", "none"] = setting(
        "Slow drift model; `cosine` uses high_pass_hz.", "cosine"
    )
    high_pass_hz: float = setting(
        "Cut-off of the cosine drift.", 0.01, unit="Hz", exclusiveMinimum=0, maximum=0.1
    )
    confounds: tuple[str, ...] = setting("Columns of the confounds table that enter the model.", ())
    scrub: tuple[str, ...] = setting(
        "Prefixes of confound columns; volumes that they mark are left out.", ("non_steady_state_outlier",)
    )


@dataclass(frozen=True, kw_only=True)
class Standardise(Section):
    """Scaling of the betas, fitted on training trials only."""

    by: Literal["session", "all", "none"] = setting(
        "Trials that are scaled together: session, all (of all sessions), or none (for cross-validated "
        "studies, where each fold scales its trials). bdpy allows no session, since its test sessions hold "
        "no training trial.",
        "session",
    )
    ncsnr_from: Literal["all", "train", "released"] = setting(
        "Trials from which noise ceilings are estimated. all: all trials. train: only repeats of training "
        "pictures. released: the file ncsnr that comes with the betas of nsd, computed from all pictures, "
        "test pictures included. Noise ceilings describe voxels, and select none but by "
        "evaluate/brain/min_noise_ceiling.",
        "all",
    )
    average_repeats: tuple[str, ...] = setting(
        "Splits in which the trials of a stimulus are averaged before they are used.",
        ("test",),
        uniqueItems=True,
        items={"enum": ["train", "test"]},
    )
