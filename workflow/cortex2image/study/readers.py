"""Readers of data sets: what each knows and brings, and the module that opens its data.

One more reader is one more entry of :data:`READERS` and a folder in ``cortex2image/data``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cortex2image.study.sizes import NSD_SIZES, StudySizes


@dataclass(frozen=True)
class Reader:
    """The facts of one reader.

    Attributes
    ----------
    name : str
        As in ``dataset/reader`` of the config.
    module : str
        Module with ``open_data(dataset)`` and ``check_study(study, subject)``, and with
        ``open_betas(dataset)`` if `prepared`; see :mod:`cortex2image.data.open_dataset`.
    keys : tuple of str
        Keys below ``dataset:`` that it knows beside `reader`, `root` and `cross_validate`, which all readers
        know.
    prepared : bool
        Whether it brings betas that others estimated, which enter the study after the GLM.
    made_by_workflow : mapping or None
        Keys below ``dataset:`` that the workflow sets itself, where it simulates the data; ``{study}`` is
        filled in.
    fetched_into : str or None
        Folder that the workflow fetches the data into; None where the user brings them.
    image_identity : bool
        Whether the data say which picture was shown. Else they give its category alone, and there is no z.
    pictures_in_one_file : bool
        Whether all pictures lie in one file of the data set, from which the workflow writes out those seen.
    events : tuple of str
        Endings of the files that say what was shown; () where any file of a subject may.
    spaces : tuple of str
        Values of ``dataset/space`` it has; () where any label may be one.
    own_regions : bool
        Whether its files name regions themselves, so that labels need no atlas.
    space_of_own_regions : str or None
        The one value of ``dataset/space`` in which the files name regions; None where there is no such space.
    named_atlases : bool
        Whether ``dataset/rois/atlas`` is the name of an atlas of the data set, whose labels are known once it
        is read.
    scales_by_session : bool
        Whether every session holds training trials to scale with.
    released_ncsnr : bool
        Whether noise ceilings come with the betas.
    manifest : bool
        Whether the workflow can list and fetch its files (``nsd_manifest``, ``nsd_download``).
    cross_validate : str or None
        The one value that ``dataset/cross_validate`` may have; None where any may be chosen.
    subjects : tuple of str
        The subjects there are; () where any label may be one.
    sizes : mapping of ``dataset/space`` to StudySizes
        The first entry counts where a study chooses no space; empty where data sets are of any size.
    """

    name: str
    module: str
    keys: tuple[str, ...]
    prepared: bool = False
    made_by_workflow: Mapping[str, str] | None = None
    fetched_into: str | None = None
    image_identity: bool = True
    pictures_in_one_file: bool = False
    events: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    own_regions: bool = False
    space_of_own_regions: str | None = None
    named_atlases: bool = False
    scales_by_session: bool = True
    released_ncsnr: bool = False
    manifest: bool = False
    cross_validate: str | None = None
    subjects: tuple[str, ...] = ()
    sizes: Mapping[str, StudySizes] = field(default_factory=dict)

    def names_regions(self, space: str | None) -> bool:
        """Return whether the files themselves name regions, in this space of the data set."""
        return self.own_regions or (space is not None and space == self.space_of_own_regions)


_REGIONS = ("rois/atlas", "rois/labels")
_CHOSEN_BETAS = ("betas", "sessions", "mask", "rois/labels")
_ALL = (
    Reader(
        "simulated",
        "cortex2image.data.bids.reader",
        _REGIONS,
        made_by_workflow={"root": "results/{study}/simulated/bids", "task": "scenes", "space": "T1w"},
        events=("_events.tsv",),
    ),
    Reader(
        "bids",
        "cortex2image.data.bids.reader",
        ("derivatives", "task", "space", *_REGIONS),
        events=("_events.tsv",),
    ),
    Reader(
        "haxby2001",
        "cortex2image.data.haxby2001",
        _REGIONS,
        fetched_into="resources/haxby2001",
        image_identity=False,
        events=("labels.txt",),
        cross_validate="run",
        subjects=tuple(f"sub-{number}" for number in range(1, 7)),
    ),
    Reader(
        "nsd",
        "cortex2image.data.nsd.reader",
        (*_CHOSEN_BETAS, "space", "rois/atlas", "test_images", "terms_accepted"),
        prepared=True,
        pictures_in_one_file=True,
        spaces=tuple(NSD_SIZES),
        named_atlases=True,
        released_ncsnr=True,
        manifest=True,
        sizes=NSD_SIZES,
    ),
    Reader(
        "bold5000",
        "cortex2image.data.bold5000.reader",
        (*_CHOSEN_BETAS, "space", "rois/atlas"),
        prepared=True,
        space_of_own_regions="roi-tables",
    ),
    Reader(
        "bdpy",
        "cortex2image.data.bdpy.reader",
        _CHOSEN_BETAS,
        prepared=True,
        own_regions=True,
        scales_by_session=False,
    ),
)
READERS: dict[str, Reader] = {reader.name: reader for reader in _ALL}
