"""Readers of data sets: the settings that each reader knows, its data, and the module that opens them.

A new reader is a new entry of :data:`READERS` and a module or folder in ``cortex2image/data``.
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
        Value of ``dataset/reader`` in the config.
    module : str
        Module with ``open_data(dataset)`` and ``check_study(study, subject)``, and with
        ``open_betas(dataset)`` if `prepared`; see :mod:`cortex2image.data.open_dataset`.
    keys : tuple of str
        Keys below ``dataset:`` that the reader knows beside `reader`, `root` and `cross_validate`, which all
        readers know.
    prepared : bool
        Whether the data are betas that others estimated; a study of such betas has no GLM of its own.
    made_by_workflow : mapping or None
        Keys below ``dataset:`` that the workflow sets itself because it simulates the data; ``{study}`` is
        replaced by the name of the study.
    fetched_into : str or None
        Folder into which the workflow fetches the data; None if the user provides them.
    image_identity : bool
        Whether the data say which picture was shown. If they give only its category, there is no z.
    pictures_in_one_file : bool
        Whether all pictures lie in one file of the data set, from which the workflow extracts the seen ones.
    events : tuple of str
        Endings of the files that say what was shown; () if any file of a subject may say so.
    stimuli : tuple of str
        Endings of the files that hold pictures, captions or their sources, of which trials and betas read
        nothing; () if no file of a subject does.
    spaces : tuple of str
        Allowed values of ``dataset/space``; () if any label is allowed.
    surface_spaces : tuple of str
        Values of ``dataset/space`` in which the voxels are vertices of fsaverage.
    own_regions : bool
        Whether the files name regions themselves, so that labels need no atlas.
    space_of_own_regions : str or None
        The one value of ``dataset/space`` in which the files name regions; None if there is no such space.
    named_atlases : bool
        Whether ``dataset/rois/atlas`` is the name of an atlas of the data set, whose labels are known once
        the atlas is read.
    scales_by_session : bool
        Whether every session holds training trials, from which the scale of a session can be estimated.
    released_ncsnr : bool
        Whether noise ceilings come with the betas.
    manifest : bool
        Whether the workflow can list and fetch its files (``nsd_manifest``, ``nsd_download``).
    cross_validate : tuple of str
        Allowed values of ``dataset/cross_validate``; () if every value is allowed.
    subjects : tuple of str
        Subjects of the data set; () if any label is allowed.
    article : str
        DOI of the article that describes the data set, as an address; empty if the reader opens any data.
    sizes : mapping of ``dataset/space`` to StudySizes
        A study that names no space has the sizes of the first entry; empty if data sets may have any size.
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
    stimuli: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    surface_spaces: tuple[str, ...] = ()
    own_regions: bool = False
    space_of_own_regions: str | None = None
    named_atlases: bool = False
    scales_by_session: bool = True
    released_ncsnr: bool = False
    manifest: bool = False
    cross_validate: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    article: str = ""
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
        ("derivatives", "task", "space", "entities", *_REGIONS),
        events=("_events.tsv",),
    ),
    Reader(
        "bids_categories",
        "cortex2image.data.bids.categories",
        ("derivatives", "task", "space", "entities", "categories", "block_gap_s", *_REGIONS),
        image_identity=False,
        events=("_events.tsv",),
        cross_validate=("run", "session"),
    ),
    Reader(
        "haxby2001",
        "cortex2image.data.haxby2001",
        _REGIONS,
        fetched_into="resources/haxby2001",
        image_identity=False,
        events=("labels.txt",),
        cross_validate=("run",),
        subjects=tuple(f"sub-{number}" for number in range(1, 7)),
        article="https://doi.org/10.1126/science.1063736",
    ),
    Reader(
        "nsd",
        "cortex2image.data.nsd.reader",
        (*_CHOSEN_BETAS, "space", "rois/atlas", "test_images", "terms_accepted"),
        prepared=True,
        pictures_in_one_file=True,
        events=("nsd_expdesign.mat", "responses.tsv"),
        stimuli=("nsd_stim_info_merged.csv", "nsd_stimuli.hdf5", "_train2017.json", "_val2017.json"),
        spaces=tuple(NSD_SIZES),
        surface_spaces=("fsaverage",),
        named_atlases=True,
        released_ncsnr=True,
        manifest=True,
        article="https://doi.org/10.1038/s41593-021-00962-4",
        sizes=NSD_SIZES,
    ),
    Reader(
        "bold5000",
        "cortex2image.data.bold5000.reader",
        (*_CHOSEN_BETAS, "space", "rois/atlas"),
        prepared=True,
        space_of_own_regions="roi-tables",
        article="https://doi.org/10.1038/s41597-019-0052-3",
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
