"""Reader of the Natural Scenes Dataset as it is distributed, see :class:`NsdDataset`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cortex2image.data.nsd.containers import read_volume_betas
from cortex2image.data.nsd.design import Design, load_design
from cortex2image.data.nsd.facts import SUBJECTS
from cortex2image.data.nsd.label_volumes import read_volume
from cortex2image.data.nsd.layout import DEFAULT_BETAS, DEFAULT_SPACE, Layout, subject_number
from cortex2image.data.nsd.pictures import read_pictures
from cortex2image.data.nsd.regions import MASKS, released_ncsnr, surface_vertices, volume_voxels
from cortex2image.data.nsd.splits import SHARED, TEST_IMAGES, split_pictures
from cortex2image.data.nsd.stimuli import nsd_id_of, seen_stimuli, stimulus_id
from cortex2image.data.nsd.study_files import study_files
from cortex2image.data.nsd.surfaces import read_surface_betas
from cortex2image.data.nsd.trials import count_sessions, session_label, session_runs, shown_pictures
from cortex2image.data.prepared import BetaSession, BetaVoxels, ShownRun
from cortex2image.data.recording import Stimulus
from cortex2image.data.subjects import check_subjects
from cortex2image.errors import ConfigError, DataError


@dataclass(frozen=True)
class NsdSession(BetaSession):
    """A session with what reading it takes: whose and which it is, and which trials (0 to 749) are kept."""

    subject: str
    number: int
    kept: tuple[int, ...]


class NsdDataset:
    """The Natural Scenes Dataset, see :class:`cortex2image.data.prepared.BetaDataset`.

    Allen et al., Nature Neuroscience 25:116 (2022). ``subj01`` is called ``sub-01``; a stimulus has its
    nsdId, which counts from 0, in its name: ``nsd-02950``.

    Parameters
    ----------
    root : path of the folder that holds ``nsddata``, ``nsddata_betas`` and ``nsddata_stimuli``
    space : str, optional
        ``func1pt8mm`` (the default), ``func1mm`` or ``fsaverage``.
    betas : str, optional
        Folder of the preparation; ``betas_fithrf_GLMdenoise_RR`` without it.
    sessions : int, optional
        Take only the first so many sessions; all that a subject took part in without it.
    test_images : {"shared", "special515"}
        See :func:`cortex2image.data.nsd.splits.split_pictures`.
    mask : {"brain", "atlas"}
        Whether all voxels of the brain mask (all vertices) are taken, or those in a region of the atlas.
    atlas : str, optional
        Name of an atlas such as ``streams``, ``nsdgeneral`` or ``prf-visualrois``.
    labels : mapping of name to code, optional
        The regions of the atlas that the study tells apart; all of them without it.

    Raises
    ------
    ConfigError
        A parameter has none of these values.
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
        _check_choice("dataset/test_images", test_images, TEST_IMAGES)
        _check_choice("dataset/mask", mask, MASKS)
        if mask == "atlas" and not atlas:
            raise ConfigError(
                "dataset/mask", "an atlas with mask: atlas", "none", "name it in dataset/rois/atlas"
            )
        if atlas:
            self.layout.check_atlas(atlas)

    def subjects(self) -> list[str]:
        """Return the labels of the subjects of whom there are betas, sorted."""
        labels = [f"sub-{number:02d}" for number in SUBJECTS]
        return [label for label in labels if all(f.exists() for f in self.layout.session_files(label, 1))]

    def subject_files(self, subject: str) -> list[Path]:
        """Return every file the jobs of `subject` read, see :mod:`cortex2image.data.nsd.study_files`."""
        numbers = self._numbers(subject)
        return study_files(self.layout, subject, numbers, self.mask, self.atlas)

    def problems(self, subject: str) -> list[str]:
        """Return missing sessions, how many of those asked for took place, and codes that stay unchecked."""
        lines = [f"{file.relative_to(self.layout.root)}: missing" for file in self._missing(subject)]
        done = len(self._numbers(subject))
        if self.asked is not None and self.asked > done:
            lines.append(f"{subject} took part in {done} of the {self.asked} sessions asked for")
        if self.atlas and not self.layout.ctab(subject, self.atlas).exists():
            name = self.layout.ctab(subject, self.atlas).relative_to(self.layout.root)
            lines.append(f"{name}: missing; the codes of dataset/rois/labels are not checked against it")
        return lines

    def stimuli(self, subjects: Sequence[str]) -> list[Stimulus]:
        """Return the pictures that at least one of `subjects` saw, sorted by id; they name no picture files.

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
        """Return what was shown to `subject`, in order of session and run.

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
        """Return the sessions of `subject` in order; together their trials are the events of `runs`.

        Raises
        ------
        DataError
            As for `runs`; or the betas of a session are missing.
        """
        missing = self._missing(subject)
        if missing:
            fix = "fetch it (snakemake nsd_download), or set dataset/sessions to how many you have"
            found = f"{len(missing)} missing, {missing[0].name} first"
            raise DataError(missing[0], "the betas of every session", found, fix)
        trials = self._trials(subject, self._design())
        return [self._session(subject, number, kept) for number, (_, kept) in trials.items()]

    def voxels(self, subject: str) -> BetaVoxels:
        """Return the voxels (vertices) the study takes of `subject`.

        Raises
        ------
        ConfigError, DataError
            See :func:`cortex2image.data.nsd.regions.volume_voxels`.
        """
        find = surface_vertices if self.layout.is_surface else volume_voxels
        return find(self.layout, subject, self.mask, self.atlas, self.labels)

    def read(self, session: BetaSession, voxels: BetaVoxels) -> np.ndarray:
        """Read a session once and keep the wanted voxels only, (trials, voxels) float32 in percent.

        A voxel is NaN where it is zero throughout or outside of the session's mask of valid voxels.

        Raises
        ------
        DataError
            See :func:`cortex2image.data.nsd.containers.read_volume_betas` and
            :func:`cortex2image.data.nsd.surfaces.read_surface_betas`.
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
        """Return the noise ceilings of the release, see :mod:`cortex2image.data.nsd.regions`."""
        return released_ncsnr(self.layout, subject, voxels)

    def pictures(self, stimuli: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield each stimulus with its picture, uint8 (side, side, 3), ascending; one in memory at a time.

        Raises
        ------
        DataError
            See :func:`cortex2image.data.nsd.pictures.read_pictures`.
        """
        nsd_ids = [nsd_id_of(stimulus) for stimulus in stimuli]
        for nsd_id, picture in read_pictures(self.layout.stimuli(), nsd_ids):
            yield stimulus_id(nsd_id), picture

    def _design(self) -> Design:
        return load_design(self.layout.design())

    def _numbers(self, subject: str) -> range:
        """Return the numbers of the sessions the study takes."""
        return range(1, count_sessions(self.layout, subject, self.asked) + 1)

    def _missing(self, subject: str) -> list[Path]:
        files = [
            file for number in self._numbers(subject) for file in self.layout.session_files(subject, number)
        ]
        return [file for file in files if not file.exists()]

    def _trials(self, subject: str, design: Design) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Return per session number the nsdIds of its 750 trials and which of these are kept."""
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
        """Return which voxels the session's own mask leaves out; where there is none, their zeros tell."""
        path = self.layout.valid(session.subject, session.number)
        if not path.exists():
            return np.zeros(len(voxels.indices), bool)
        return read_volume(path, voxels.shape)[0][tuple(voxels.indices.T)] <= 0


def _check_choice(where: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ConfigError(where, f"one of {', '.join(choices)}", f"'{value}'", f"correct {where}")
