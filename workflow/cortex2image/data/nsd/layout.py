"""Where the files of the Natural Scenes Dataset lie below its root."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cortex2image.data.nsd.facts import CAPTION_SPLITS, HEMISPHERES, SPACES, SUBJECTS, SURFACE_SPACE
from cortex2image.data.subjects import subject_key
from cortex2image.errors import ConfigError, require_known

DEFAULT_SPACE = "func1pt8mm"
DEFAULT_BETAS = "betas_fithrf_GLMdenoise_RR"
# In order of preference: single voxels can be read from HDF5, which old releases name .mat; a .nii.gz has to
# be decompressed as a whole.
VOLUME_SUFFIXES = (".hdf5", ".mat", ".nii.gz")
INDIVIDUAL_ATLASES = ("prf-", "floc-")


def subject_number(subject: str) -> int:
    """Return the number of a subject: 1 for ``sub-01``, which NSD calls ``subj01``.

    Raises
    ------
    ConfigError
        NSD has no such subject.
    """
    key = subject_key(subject)
    if not key.isdigit() or int(key) not in SUBJECTS:
        raise ConfigError("subjects", "sub-01 to sub-08", subject, "choose among the subjects of NSD")
    return int(key)


@dataclass(frozen=True)
class Layout:
    """The folder tree of one copy of NSD. Paths are returned whether they exist or not; no file is read.

    Parameters
    ----------
    root : Path
        The folder that holds ``nsddata``, ``nsddata_betas`` and ``nsddata_stimuli``.
    space : str
        ``func1pt8mm``, ``func1mm`` or ``fsaverage``.
    betas : str
        Folder of the preparation: ``betas_assumehrf``, ``betas_fithrf``, ``betas_fithrf_GLMdenoise_RR``.

    Raises
    ------
    ConfigError
        NSD has no such space.
    """

    root: Path
    space: str = DEFAULT_SPACE
    betas: str = DEFAULT_BETAS

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root))
        require_known("dataset/space", self.space, SPACES)

    @property
    def is_surface(self) -> bool:
        """Whether the betas lie on the vertices of a surface, one file per hemisphere."""
        return self.space == SURFACE_SPACE

    def design(self) -> Path:
        """Return the file of the order of presentation, for all subjects (MATLAB, ids from 1)."""
        return self._experiment / "nsd_expdesign.mat"

    def stim_info(self) -> Path:
        """Return the table that says which photograph of COCO each picture (from 0) is."""
        return self._experiment / "nsd_stim_info_merged.csv"

    def responses(self, subject: str) -> Path:
        """Return the table of a subject's trials and button presses (ids from 1)."""
        return self._prepared(subject) / "behav" / "responses.tsv"

    def stimuli(self) -> Path:
        """Return the file that holds all pictures."""
        return self._pictures / "nsd_stimuli.hdf5"

    def captions(self, split: str) -> Path:
        """Return the file of COCO's captions of a split, ``train2017`` or ``val2017``.

        It comes from COCO, not from NSD, and lies in the folder that `nsd_access` keeps it in.
        """
        if split not in CAPTION_SPLITS:
            raise ValueError(f"{split} is none of {', '.join(CAPTION_SPLITS)}")
        return self._pictures / "annotations" / f"captions_{split}.json"

    def session_candidates(self, subject: str, number: int) -> list[tuple[Path, ...]]:
        """Return the files that may hold the betas of a session, in order of preference.

        Parameters
        ----------
        subject : str
        number : int
            From 1.

        Returns
        -------
        list of tuple of Path
            One file for a volume, left and right hemisphere for a surface.
        """
        folder, stem = self._betas(subject), f"betas_session{number:02d}"
        if self.is_surface:
            return [tuple(folder / f"{side}.{stem}.mgh" for side in HEMISPHERES)]
        return [(folder / f"{stem}{suffix}",) for suffix in VOLUME_SUFFIXES]

    def session_files(self, subject: str, number: int) -> tuple[Path, ...]:
        """Return the most preferred files of a session that exist; if none do, the most preferred of all."""
        candidates = self.session_candidates(subject, number)
        present = (files for files in candidates if all(file.exists() for file in files))
        return next(present, candidates[0])

    def ncsnr(self, subject: str) -> tuple[Path, ...]:
        """Return the files of the released noise ceilings: one volume, or one file per hemisphere."""
        if self.is_surface:
            return tuple(self._betas(subject) / f"{side}.ncsnr.mgh" for side in HEMISPHERES)
        return (self._betas(subject) / "ncsnr.nii.gz",)

    def atlas(self, subject: str, name: str) -> Path:
        """Return the volume of an atlas that holds both hemispheres."""
        return self._functional(subject) / "roi" / f"{name}.nii.gz"

    def hemisphere_atlas(self, subject: str, side: str, name: str) -> Path:
        """Return one hemisphere (``lh`` or ``rh``) of an atlas: a volume, or labels of the vertices."""
        if self.is_surface:
            return self._labels / f"{side}.{name}.mgz"
        return self._functional(subject) / "roi" / f"{side}.{name}.nii.gz"

    def check_atlas(self, name: str) -> None:
        """Refuse an atlas that was drawn on each subject if there are no labels of it on fsaverage.

        Raises
        ------
        ConfigError
            The space is fsaverage, and the files of the atlas do not exist.
        """
        sides = [self._labels / f"{side}.{name}.mgz" for side in HEMISPHERES]
        drawn = self.is_surface and name.startswith(INDIVIDUAL_ATLASES)
        if drawn and not all(file.exists() for file in sides):
            expected = f"with dataset/space: {SURFACE_SPACE} an atlas of the group, such as streams"
            fix = f"name another atlas, take a volume, or put labels on {SURFACE_SPACE} at {sides[0]} and rh"
            found = f"{name}, which was drawn on each subject"
            raise ConfigError("dataset/rois/atlas", expected, found, fix)

    def ctab(self, subject: str, name: str) -> Path:
        """Return the table of codes and names of an atlas; of several copies, one that exists.

        For maps drawn on each subject (retinotopy and localisers) it lies in the folder of the subject, for
        maps defined on fsaverage in the folder of fsaverage. Codes are the same for all subjects.
        """
        own = self.root / "nsddata" / "freesurfer" / _nsd_label(subject) / "label" / f"{name}.mgz.ctab"
        group = self._labels / f"{name}.mgz.ctab"
        candidates = (own, group) if name.startswith(INDIVIDUAL_ATLASES) else (group, own)
        return next((file for file in candidates if file.exists()), candidates[0])

    def brainmask(self, subject: str) -> Path:
        """Return the brain mask of a volume space; a surface has none."""
        return self._functional(subject) / "brainmask.nii.gz"

    def valid(self, subject: str, number: int) -> Path:
        """Return the mask of voxels that are valid in a session; surfaces have NaN instead of a mask."""
        return self._functional(subject) / f"valid_session{number:02d}.nii.gz"

    @property
    def _experiment(self) -> Path:
        return self.root / "nsddata" / "experiments" / "nsd"

    @property
    def _pictures(self) -> Path:
        return self.root / "nsddata_stimuli" / "stimuli" / "nsd"

    @property
    def _labels(self) -> Path:
        return self.root / "nsddata" / "freesurfer" / "fsaverage" / "label"

    def _prepared(self, subject: str) -> Path:
        return self.root / "nsddata" / "ppdata" / _nsd_label(subject)

    def _functional(self, subject: str) -> Path:
        return self._prepared(subject) / self.space

    def _betas(self, subject: str) -> Path:
        return self.root / "nsddata_betas" / "ppdata" / _nsd_label(subject) / self.space / self.betas


def _nsd_label(subject: str) -> str:
    return f"subj{subject_number(subject):02d}"


def study_files(
    layout: Layout, subject: str, sessions: Sequence[int], mask: str, atlas: str | None
) -> list[Path]:
    """Return every file that a study reads for a subject, whether it exists or is yet to be fetched.

    Files that NSD does not have for every atlas and session are returned only if they exist.
    """
    tables = [layout.design(), layout.stim_info(), layout.responses(subject)]
    shown = [layout.stimuli(), *map(layout.captions, CAPTION_SPLITS)]
    betas = [file for number in sessions for file in layout.session_files(subject, number)]
    needed, optional = _region_files(layout, subject, mask, atlas)
    optional += [] if layout.is_surface else [layout.valid(subject, number) for number in sessions]
    return [*tables, *shown, *needed, *(file for file in optional if file.exists()), *betas]


def _region_files(
    layout: Layout, subject: str, mask: str, atlas: str | None
) -> tuple[list[Path], list[Path]]:
    """Return the files of mask and atlas: first the needed ones, then those that are used if they exist."""
    needed: list[Path] = []
    optional: list[Path] = []
    if not layout.is_surface:  # with a mask from the atlas, only the shape of the brain mask is compared
        (needed if mask == "brain" else optional).append(layout.brainmask(subject))
    if atlas:
        sides = [layout.hemisphere_atlas(subject, side, atlas) for side in HEMISPHERES]
        needed += sides if layout.is_surface else [layout.atlas(subject, atlas)]
        optional += [layout.ctab(subject, atlas), *([] if layout.is_surface else sides)]
    return needed, optional
