"""Reader of the Natural Scenes Dataset as distributed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cortex2image.data.nsd.contents import Choice, check_contents, container_notes
from cortex2image.data.nsd.design import SHARED, TEST_IMAGES, Design, load_design, split_pictures
from cortex2image.data.nsd.facts import SUBJECTS
from cortex2image.data.nsd.layout import DEFAULT_BETAS, DEFAULT_SPACE, Layout, study_files, subject_number
from cortex2image.data.nsd.manifest_report import check_nsd_study
from cortex2image.data.nsd.regions import (
    MASKS,
    check_nsd_regions,
    released_ncsnr,
    surface_vertices,
    volume_voxels,
)
from cortex2image.data.nsd.stimuli import nsd_id_of, read_pictures, seen_stimuli, stimulus_id
from cortex2image.data.nsd.surfaces import read_surface_betas
from cortex2image.data.nsd.trials import count_sessions, session_label, session_runs, shown_pictures
from cortex2image.data.nsd.volumes import read_volume, read_volume_betas
from cortex2image.data.paths import root_folder
from cortex2image.data.prepared import BetaSession, BetaVoxels, ShownRun
from cortex2image.data.recording import Stimulus
from cortex2image.data.subjects import check_subjects
from cortex2image.errors import ConfigError, DataError, require_known
from cortex2image.study.data_settings import Dataset
from cortex2image.study.settings import Study


@dataclass(frozen=True)
class NsdSession(BetaSession):
    """A session of one subject: its number from 1, and the trials (0 to 749) that the study keeps."""

    subject: str
    number: int
    kept: tuple[int, ...]


class NsdDataset:
    """The Natural Scenes Dataset, see :class:`cortex2image.data.prepared.BetaDataset`.

    ``subj01`` is called ``sub-01``; stimuli are named by their nsdId, which counts from 0: ``nsd-02950``.
    Allen et al., Nature Neuroscience 25:116 (2022).

    Parameters
    ----------
    root : path of the folder that holds ``nsddata``, ``nsddata_betas`` and ``nsddata_stimuli``
    space : str, optional
        ``func1pt8mm`` (the default), ``func1mm`` or ``fsaverage``.
    betas : str, optional
        Folder of the preparation; by default ``betas_fithrf_GLMdenoise_RR``.
    sessions : int, optional
        Number of sessions to take from the first on; by default all that a subject took part in.
    test_images : {"shared", "special515"}
        Pictures that test, see :func:`cortex2image.data.nsd.design.split_pictures`.
    mask : {"brain", "atlas"}
        Take all voxels of the brain mask (all vertices), or those in a region of the atlas.
    atlas : str, optional
        Name of an atlas such as ``streams``, ``nsdgeneral`` or ``prf-visualrois``.
    labels : mapping of name to code, optional
        Regions of the atlas that the study uses; by default all.

    Raises
    ------
    ConfigError
        A parameter has an unknown value, or `mask` is ``atlas`` and there is no atlas.
    """

    def __init__(
        self,
        root: str | Path,
        space: str | None = None,
        betas: str | None = None,
        sessions: int | None = None,
        test_images: str = SHARED,
        mask: str = "brain",
        atlas: str | None = None,
        labels: Mapping[str, int] | None = None,
    ) -> None:
        self.layout = Layout(Path(root), space or DEFAULT_SPACE, betas or DEFAULT_BETAS)
        self.asked, self.test_images = sessions, test_images
        self.mask, self.atlas, self.labels = mask, atlas, dict(labels or {})
        require_known("dataset/test_images", test_images, TEST_IMAGES)
        require_known("dataset/mask", mask, MASKS)
        if mask == "atlas" and not atlas:
            raise ConfigError(
                "dataset/mask", "an atlas with mask: atlas", "none", "name it in dataset/rois/atlas"
            )
        if atlas:
            self.layout.check_atlas(atlas)

    def subjects(self) -> list[str]:
        """Return the subjects whose betas of the first session exist, sorted."""
        labels = [f"sub-{number:02d}" for number in SUBJECTS]
        return [label for label in labels if all(f.exists() for f in self.layout.session_files(label, 1))]

    def subject_files(self, subject: str) -> list[Path]:
        """Return every file that the jobs of `subject` read, see :mod:`cortex2image.data.nsd.layout`."""
        numbers = self._numbers(subject)
        return study_files(self.layout, subject, numbers, self.mask, self.atlas)

    def problems(self, subject: str) -> list[str]:
        """Return lines on what is missing, lies there twice, never took place, or is not checked."""
        lines = [f"{file.relative_to(self.layout.root)}: missing" for file in self._missing(subject)]
        done = len(self._numbers(subject))
        lines += container_notes(self.layout, subject, done)
        if self.asked is not None and self.asked > done:
            lines.append(f"{subject} took part in {done} of the {self.asked} sessions asked for")
        if self.atlas and not self.layout.ctab(subject, self.atlas).exists():
            name = self.layout.ctab(subject, self.atlas).relative_to(self.layout.root)
            lines.append(f"{name}: missing; the codes of dataset/rois/labels are not checked against it")
        return lines

    def stimuli(self, subjects: Sequence[str]) -> list[Stimulus]:
        """Return the pictures that at least one of `subjects` saw, sorted by id, without picture files.

        Raises
        ------
        DataError
            A table or a captions file is missing, or they do not fit together.
        """
        check_subjects(subjects)
        design = self._design()
        shown = {subject_number(s): shown_pictures(self.layout, s, design, self.asked) for s in subjects}
        return seen_stimuli(self.layout, design, shown, split_pictures(design, self.test_images))

    def runs(self, subject: str) -> list[ShownRun]:
        """Return the runs of `subject`, in order of session and run.

        Raises
        ------
        DataError
            The design or the table of responses is missing, or they do not fit together.
        """
        design = self._design()
        return [
            run
            for number, (nsd_ids, kept) in self._trials(subject, design).items()
            for run in session_runs(number, nsd_ids, kept, design)
        ]

    def sessions(self, subject: str) -> list[BetaSession]:
        """Return the sessions of `subject` in order; their trials are, one by one, the events of `runs`.

        Raises
        ------
        DataError
            The design, the table of responses or the betas of a session are missing, or they do not fit
            together.
        """
        missing = self._missing(subject)
        if missing:
            fix = "fetch it (snakemake nsd_download), or set dataset/sessions to how many you have"
            found = f"{len(missing)} missing, {missing[0].name} first"
            raise DataError(missing[0], "the betas of every session", found, fix)
        trials = self._trials(subject, self._design())
        return [self._session(subject, number, kept) for number, (_, kept) in trials.items()]

    def voxels(self, subject: str) -> BetaVoxels:
        """Return the voxels (vertices) of the study, see :mod:`cortex2image.data.nsd.regions`."""
        find = surface_vertices if self.layout.is_surface else volume_voxels
        return find(self.layout, subject, self.mask, self.atlas, self.labels)

    def read(self, session: BetaSession, voxels: BetaVoxels) -> np.ndarray:
        """Read one session, see :meth:`cortex2image.data.prepared.BetaDataset.read`.

        A voxel is invalid if it is 0 in all trials, or lies outside of the session's mask of valid voxels.
        """
        if not isinstance(session, NsdSession):
            raise TypeError(f"{session} is no session of this reader")
        if self.layout.is_surface:
            betas = read_surface_betas(session.files, voxels.indices[:, 0], voxels.shape[0])
        else:
            betas = read_volume_betas(session.files[0], voxels.indices, voxels.shape)
            betas[:, self._invalid(session, voxels)] = np.nan
        return betas if session.trials == len(betas) else betas[list(session.kept)]

    def released_ncsnr(self, subject: str, voxels: BetaVoxels) -> np.ndarray:
        """Return the released noise ceilings, see :func:`cortex2image.data.nsd.regions.released_ncsnr`."""
        return released_ncsnr(self.layout, subject, voxels)

    def released_ncsnr_files(self, subject: str) -> list[Path]:
        """Return the files that hold the released noise ceilings of `subject`."""
        return list(self.layout.ncsnr(subject))

    def pictures(self, stimuli: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield each stimulus with its picture, uint8 (side, side, 3), ascending; one in memory at a time."""
        nsd_ids = [nsd_id_of(stimulus) for stimulus in stimuli]
        for nsd_id, picture in read_pictures(self.layout.stimuli(), nsd_ids):
            yield stimulus_id(nsd_id), picture

    def _design(self) -> Design:
        return load_design(self.layout.design())

    def _numbers(self, subject: str) -> range:
        """Return the numbers of the sessions that the study takes."""
        return range(1, count_sessions(self.layout, subject, self.asked) + 1)

    def _missing(self, subject: str) -> list[Path]:
        files = [
            file for number in self._numbers(subject) for file in self.layout.session_files(subject, number)
        ]
        return [file for file in files if not file.exists()]

    def _trials(self, subject: str, design: Design) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Return for each session number the nsdIds of its 750 trials, and which of them are kept."""
        split = split_pictures(design, self.test_images)
        shown = shown_pictures(self.layout, subject, design, self.asked)
        return {number: (nsd_ids, split.kept(nsd_ids)) for number, nsd_ids in enumerate(shown, start=1)}

    def _session(self, subject: str, number: int, kept: np.ndarray) -> NsdSession:
        return NsdSession(
            session=session_label(number),
            files=self.layout.session_files(subject, number),
            trials=int(kept.sum()),
            subject=subject,
            number=number,
            kept=tuple(np.flatnonzero(kept).tolist()),
        )

    def _invalid(self, session: NsdSession, voxels: BetaVoxels) -> np.ndarray:
        """Return which voxels the mask of valid voxels leaves out; none if the session has no mask."""
        path = self.layout.valid(session.subject, session.number)
        invalid = np.zeros(len(voxels.indices), bool)
        if path.exists():
            invalid |= read_volume(path, voxels.shape)[0][tuple(voxels.indices.T)] <= 0
        return invalid


def open_data(dataset: Dataset) -> NsdDataset:
    """Open the data set with all of its voxels."""
    chosen = dataset.space, dataset.betas, dataset.sessions, dataset.test_images
    return NsdDataset(root_folder(dataset), *chosen)


def open_betas(dataset: Dataset) -> NsdDataset:
    """Open the data set with the voxels and regions of a study."""
    chosen = dataset.space, dataset.betas, dataset.sessions, dataset.test_images
    regions = dataset.mask, dataset.rois.atlas, dataset.rois.labels
    return NsdDataset(root_folder(dataset), *chosen, *regions)


def check_study(study: Study, subject: str) -> None:
    """Test that the files of all subjects are there, and that the atlas has the regions of the study.

    Raises
    ------
    ConfigError, DataError
        Files are missing, too short, or hold something else than they should; or the table of the atlas lacks
        a region or has another code for it.
    """
    dataset, rois = study.dataset, study.dataset.rois
    layout, released = open_betas(dataset).layout, study.standardise.ncsnr_from == "released"
    chosen = dataset.sessions, rois.atlas, dataset.mask, released
    # With the first subject, the files of all are counted, and what they share is opened: once is enough.
    first = subject == study.subjects[0]
    check_nsd_study(layout, study.subjects if first else (subject,), *chosen)
    check_contents(Choice(layout, *chosen), subject, study.subjects if first else ())
    regions = {name for names in study.decode.rois.values() for name in names}
    check_nsd_regions(layout, study.subjects, rois.atlas, rois.labels, regions)
