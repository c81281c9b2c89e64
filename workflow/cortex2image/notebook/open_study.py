"""The results of a study in a notebook: tables, pictures, maps, fitted models and figures by short names.

``study = cortex2image.open_study("results/demo")``; docs/notebook.md shows what can be asked of it.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import nibabel as nib
import numpy as np
import pandas as pd

from cortex2image.encoding.map_images import nifti_map, space_code
from cortex2image.encoding.volume import to_volume
from cortex2image.encoding.voxel_grid import VoxelGrid, read_voxel_grid
from cortex2image.errors import ConfigError, DataError
from cortex2image.notebook.card import study_card
from cortex2image.notebook.inventory import ONCE, inventory, known_values, wildcards_of
from cortex2image.notebook.names import near_names, require_name
from cortex2image.notebook.places import Places
from cortex2image.pictures import read_picture
from cortex2image.report.study import StudyResults
from cortex2image.tables.folder import BY_NAME, StudyFolder
from cortex2image.tables.paths import Layout

if TYPE_CHECKING:
    from cortex2image.notebook.model import Decoder, Encoder
    from cortex2image.notebook.plot import Plot

MODELS = "encoding"
"""The table of which a study has one per encoding model."""


class Pictures(NamedTuple):
    """Pictures of stimuli: ``pictures, stimuli = study.pictures("sub-01", "zc")``.

    Attributes
    ----------
    pictures : uint8 (n, samples, H, W, 3) array of reconstructions, or (n, H, W, 3) of what was seen
    stimuli : list of n ids
    """

    pictures: np.ndarray
    stimuli: list[str]


def open_study(folder: str | Path) -> "OpenStudy":
    """Open the results of a study.

    Parameters
    ----------
    folder : path
        Such as ``results/demo``; the folder that holds ``provenance.json``.

    Raises
    ------
    DataError
        No results of a study, or of another version of this project.
    """
    root = Path(folder)
    if not (root / "provenance.json").is_file():
        siblings = [path.parent.name for path in root.parent.glob("*/provenance.json")]
        near = near_names(root.name, siblings) or sorted(siblings)[:3]
        fix = f"run `snakemake --cores all {root.as_posix()}/provenance.json` with the config of the study"
        if near:
            fix += f"; studies that were run are {', '.join(near)}"
        raise DataError(root, "the results of a study, with provenance.json", "none", fix)
    try:
        return OpenStudy(StudyResults(StudyFolder(root)))
    except ConfigError as error:
        fix = "run the workflow again, or use the version of cortex2image that provenance.json names"
        found = f"a config of another version: {error.where}, {error.found}"
        expected = "a study that this version can read"
        raise DataError(root / "provenance.json", expected, found, fix) from None


class OpenStudy:
    """The results of a study. Nothing is read before it is asked for; tables are read anew each time.

    Tables that a study has once are attributes, such as ``study.scores``. :attr:`tables` lists all tables.

    Attributes
    ----------
    results : StudyResults
        The same as the pages of the report read.
    """

    def __init__(self, results: StudyResults):
        self.results = results
        # Read at once: results of another version are refused here, not in the middle of an analysis.
        self.places = Places(results.folder.root, results.settings.study)

    @property
    def name(self) -> str:
        """Return the name of the study."""
        return self.results.name

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the subjects in the order of the config."""
        return self.results.subjects

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the reconstruction methods."""
        return self.results.methods

    @property
    def spaces(self) -> tuple[str, ...]:
        """Return the feature spaces that were decoded."""
        return self.results.spaces

    @property
    def models(self) -> tuple[str, ...]:
        """Return the encoding models."""
        return tuple(known_values(self.results, MODELS)["model"])

    @property
    def tables(self) -> pd.DataFrame:
        """Return every table with what it is of, whether it is there, and the target that makes it."""
        return inventory(self.results)

    @property
    def missing(self) -> pd.DataFrame:
        """Return the rows of :attr:`tables` that are not there; `target` is what to ask Snakemake for."""
        tables = self.tables
        return tables[~tables["there"]].drop(columns="there").reset_index(drop=True)

    def table(self, name: str, **of: str) -> pd.DataFrame:
        """Return a table, checked against its contract; docs/tables.md says what its columns mean.

        Parameters
        ----------
        name : str
            Such as ``voxels``.
        **of : names in its path, such as ``subject="sub-01"``

        Raises
        ------
        ConfigError
            An unknown name; the message has the names that are nearest.
        DataError
            The table is not there; the message has the target that makes it.
        """
        require_name(name, BY_NAME, "table")
        self._require_wildcards(name, of)
        return self._opened(name, **of).table(name, **of)

    def facts(self, name: str, **of: str) -> dict[str, str]:
        """Return the facts that a table carries, such as the seed of a draw; parameters as :meth:`table`."""
        require_name(name, BY_NAME, "table")
        self._require_wildcards(name, of)
        return self._opened(name, **of).facts(name, **of)

    def pictures(self, subject: str, method: str, stimuli: Sequence[str] | None = None) -> Pictures:
        """Return the reconstructions of a subject by a method.

        Parameters
        ----------
        subject, method : str
        stimuli : ids, optional
            Which stimuli, in this order; by default all, sorted.

        Returns
        -------
        Pictures
            uint8 (n, samples, H, W, 3); samples in ascending order.
        """
        self._require(subject=subject, method=method)
        rows = self.table("reconstructions", subject=subject, method=method)
        path_of = rows.pivot(index="stimulus_id", columns="sample", values="image_path")
        if path_of.isna().any(axis=None):
            fix = "delete the table and run the workflow again"
            where = self.results.folder.path("reconstructions", subject=subject, method=method)
            raise DataError(where, "the same samples of every stimulus", "some missing", fix)
        ids = self._chosen(stimuli, path_of.index)
        read = [[read_picture(self.places.find(path)) for path in path_of.loc[name]] for name in ids]
        return Pictures(np.array(read), ids)

    def seen(self, stimuli: Sequence[str] | None = None, size: int | None = None) -> Pictures:
        """Return the pictures that were seen.

        Parameters
        ----------
        stimuli : ids, optional
            Which stimuli, in this order; by default all test stimuli, sorted.
        size : int, optional
            Side in pixels, to which the central square of each is resized, as for its features. Without it
            pictures stay as they are, and must be of one size.

        Raises
        ------
        DataError
            The data set does not say which picture was seen; pictures of several sizes, and no size.
        """
        table = self.table("stimuli").set_index("stimulus_id")
        test = sorted(table.index[table["split"] == "test"]) or sorted(table.index)
        ids = test if stimuli is None else self._chosen(stimuli, table.index)
        paths = table.loc[ids, "image_path"]
        if paths.isna().any():
            fix = "ask for `study.stimuli`, which has the category of each"
            raise DataError("pictures that were seen", "a data set that has them", "none", fix)
        read = [read_picture(self.places.find(path)) for path in paths]
        if size is not None:
            from cortex2image.networks.pixels import square

            read = [square(picture, size) for picture in read]
        shapes = sorted({picture.shape[:2] for picture in read})
        if len(shapes) > 1:
            found = f"{len(shapes)} sizes, from {shapes[0]} to {shapes[-1]} px"
            raise DataError("pictures that were seen", "one size", found, "give a size, such as size=256")
        return Pictures(np.stack(read), ids)

    def grid(self, subject: str) -> VoxelGrid:
        """Return where the voxels of a subject lie: indices, affine, regions."""
        self._require(subject=subject)
        self._opened("voxels", subject=subject)
        return read_voxel_grid(str(self.results.folder.path("voxels", subject=subject)))

    def map(self, subject: str, model: str, significant: bool = False) -> Any:
        """Return how well an encoding model predicts each voxel, as NIfTI.

        Parameters
        ----------
        subject, model : str
            Such as ``zc``; :attr:`models` lists them.
        significant : bool
            Whether voxels that are not significant are 0.

        Returns
        -------
        nibabel image
            Pearson r on test stimuli on the grid of the recordings, NaN outside the mask.
        """
        self._require(subject=subject)
        require_name(model, self.models, "encoding model")
        name = "significant_map" if significant else "map"
        return nib.load(
            self._opened(name, subject=subject, model=model).path(name, subject=subject, model=model)
        )

    def to_volume(self, subject: str, values: np.ndarray | pd.Series, name: str = "values") -> Any:
        """Return one number per voxel as NIfTI, each where its voxel lies; NaN outside the mask.

        Parameters
        ----------
        subject : str
        values : (voxels,) array
            In the order of the table ``voxels``, as are columns of `encoding` and predictions of encoders.
        name : str
            Name of the statistic in the header, up to 15 characters.

        Raises
        ------
        DataError
            Another number of values than voxels.
        """
        grid, numbers = self.grid(subject), np.asarray(values, np.float32)
        if numbers.shape != (len(grid),):
            fix = "give one number per row of study.table('voxels', subject=...)"
            raise DataError("values", f"({len(grid)},) numbers, one per voxel", f"{numbers.shape}", fix)
        volume, space = (
            to_volume(numbers, grid.indices, grid.shape),
            space_code(self.results.settings.dataset),
        )
        return nifti_map(volume, grid.affine, space, name, f"{name}, made in a notebook with cortex2image")

    def encoder(self, subject: str, space: str = "z", models: str | None = None) -> "Encoder":
        """Fit a model that predicts the responses of a subject's voxels to any picture.

        It is fitted to the training trials alone, with the penalties that the workflow chooses: its
        predictions are those behind brain consistency. A fit takes as long as the step ``encode_voxels``.

        Parameters
        ----------
        subject : str
        space : str
            ``z`` and others that a picture gives alone, or ``c``, for which the encoder takes captions.
        models : path, optional
            Folder of the model set, where the study's own is elsewhere.
        """
        from cortex2image.notebook.fitting import study_encoder

        self._require(subject=subject)
        return study_encoder(self.results, subject, space, self.places, models)

    def decoder(self, subject: str, space: str) -> "Decoder":
        """Fit the model that decodes features from responses, as the step ``decode_features`` does."""
        from cortex2image.notebook.fitting import study_decoder

        self._require(subject=subject)
        return study_decoder(self.results, subject, space)

    @cached_property
    def plot(self) -> "Plot":
        """Return the figures of the study: ``study.plot.scores()``, ``study.plot.pictures(stimulus)``, ..."""
        from cortex2image.notebook.plot import Plot

        return Plot(self)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name in ONCE:
            return self.table(name)
        near = near_names(name, [other for other in dir(self) if not other.startswith("_")])
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise AttributeError(f"a study has no {name!r}{meant}")

    def __dir__(self) -> list[str]:
        there = [name for name in ONCE if self.results.folder.has(name)]
        return sorted({*object.__dir__(self), *there})

    def __repr__(self) -> str:
        return (
            f"Study {self.name!r}: {len(self.subjects)} subjects ({', '.join(self.subjects)}), "
            f"{len(self.methods)} methods ({', '.join(self.methods)}), {len(self.models)} encoding models"
        )

    def _repr_html_(self) -> str:
        return study_card(self.results)

    def _require(self, **of: str) -> None:
        """Refuse a subject or method that the study does not have."""
        known = {"subject": self.subjects, "method": self.methods}
        for what, name in of.items():
            require_name(name, known[what], what)

    def _require_wildcards(self, table: str, of: dict[str, str]) -> None:
        needed, known = wildcards_of(BY_NAME[table]), known_values(self.results, table)
        for what, name in of.items():
            require_name(what, needed, f"names in the path of the table {table}")
            # Names that the settings do not list, such as other models, may be there all the same.
            if what in known and not self.results.folder.has(table, **of):
                require_name(name, known[what], what)
        if left := [what for what in needed if what not in of]:
            example = ", ".join(f"{what}={known.get(what, ('...',))[0]!r}" for what in needed)
            fix = f"write study.table({table!r}, {example})"
            raise DataError(f"table {table}", f"a name for {' and '.join(left)}", "none", fix)

    def _opened(self, name: str, **of: str) -> StudyFolder:
        """Return the folder, if it has the file; else say which target makes it."""
        folder = self.results.folder
        if not folder.path(name, **of).exists():
            target = Layout(self.name).path(name, **of)
            fix = f"run `snakemake --cores all {target}` with the config of the study"
            raise DataError(folder.path(name, **of), f"the {name} of this study", "no such file", fix)
        return folder

    def _chosen(self, wanted: Sequence[str] | None, there: pd.Index) -> list[str]:
        ids: list[str] = sorted(there) if wanted is None else list(wanted)
        known = set(there)
        for name in ids:
            if name not in known:
                require_name(name, there, "stimulus")
        return ids
