"""Checks of the settings on single regions: what they contribute, and what they prefer."""

import re
from collections.abc import Iterable

from cortex2image.errors import ConfigError
from cortex2image.study.readers import Reader
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import PICTURE

ALL = "all"


def check_attributed(study: Study, reader: Reader, source: str) -> None:
    """Refuse regions that no decoder reads, since nothing can change without them.

    Raises
    ------
    ConfigError
        A name in attribute/regions that is in no entry of decode/rois, while none of these is `all`.
    """
    decoded_from = {name for names in study.decode.rois.values() for name in names}
    allowed = decoded_from | (set(study.dataset.rois.labels) if ALL in decoded_from else set())
    strange = [name for name in study.attribute.regions if name not in allowed]
    if strange and not (ALL in decoded_from and not study.dataset.rois.labels):
        raise ConfigError(
            f"{source}, attribute/regions",
            f"regions that a decoder reads: {', '.join(sorted(allowed))}",
            f"'{strange[0]}', whose voxels no decoder reads",
            "correct the name, or add the region to decode/rois",
        )


def check_preferred(study: Study, reader: Reader, source: str) -> None:
    """Refuse regions that are not in the atlas, and spaces that cannot be computed or need unknown pictures.

    Raises
    ------
    ConfigError
        A name in prefer/regions that dataset/rois/labels lacks; a name in prefer/spaces that is no feature
        space, or that is made of pictures in a data set that does not say which picture was shown.
    """
    labels, where = study.dataset.rois.labels, f"{source}, prefer"
    strange = [name for name in study.prefer.regions if labels and name not in (ALL, *labels)]
    if strange:
        expected = f"'all' or a region of dataset/rois/labels: {', '.join(labels)}"
        raise ConfigError(f"{where}/regions", expected, f"'{strange[0]}'", "correct the name")
    for name in study.prefer.spaces:
        space = parse_space(name, f"{where}/spaces")
        space.require_extractable(f"{where}/spaces")
        if PICTURE in space.needs and not reader.image_identity:
            fix = "keep only c: which photograph was shown is not known in this data set"
            raise ConfigError(f"{where}/spaces", "only c", name, fix)


def require_file_names(regions: Iterable[str]) -> None:
    """Refuse regions whose results would not lie in one file each: their names are parts of paths.

    Raises
    ------
    ConfigError
        A name begins with a dot, or has a slash or a brace.
    """
    for name in regions:
        if re.search(r"^\.|[/{}]", name):
            expected = "names without /, { and }, that do not begin with a dot, for the files of each region"
            fix = "rename the region in dataset/rois/labels, or name others"
            raise ConfigError("attribute/regions, prefer/regions", expected, f"'{name}'", fix)
