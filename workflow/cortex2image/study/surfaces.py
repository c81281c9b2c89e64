"""Which maps of a study lie on the surface of cortex, and the way from a subject's own space to it."""

from cortex2image.study.data_settings import Dataset
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study


def on_surface(dataset: Dataset) -> bool:
    """Return whether the voxels of a data set are vertices of fsaverage."""
    return dataset.space in READERS[dataset.reader].surface_spaces


def in_mni(dataset: Dataset) -> bool:
    """Return whether the volumes of a data set lie in a space of MNI152, as fMRIPrep names it."""
    return (dataset.space or "").startswith("MNI152")


def reaches_surface(study: Study) -> bool:
    """Return whether maps are also written per hemisphere: the data lie there, or can be brought there."""
    return on_surface(study.dataset) or in_mni(study.dataset) or study.encode.to_mni is not None


def to_mni_file(study: Study, subject: str) -> str | None:
    """Return the path of the matrix from a subject's space to MNI152; None in a study without."""
    template = study.encode.to_mni
    return None if template is None else template.replace("{subject}", subject)
