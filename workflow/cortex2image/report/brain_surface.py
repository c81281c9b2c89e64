"""The mesh of fsaverage5 for the page of the brain, with the voxel at each vertex."""

import numpy as np

from cortex2image.encoding.fsaverage import SIDES, fsaverage5
from cortex2image.report.scripts import packed

STEPS_PER_MM = 100


def surface_mesh(voxels: np.ndarray) -> dict[str, object]:
    """Return both inflated hemispheres as packed numbers.

    Parameters
    ----------
    voxels : (2 * 10242,) int array
        Place of the voxel at each vertex, left hemisphere first; -1 where no voxel lies.

    Returns
    -------
    dict
        ``voxel``, and for ``left`` and ``right``: ``points`` in 1/100 mm around the middle of the hemisphere,
        x to the right, y to the front, z upwards; ``faces``, three vertices each; ``sulci``, 1 for vertices
        in a sulcus.
    """
    return {"voxel": packed(voxels, "int32"), **{side: _hemisphere(side) for side in SIDES}}


def _hemisphere(side: str) -> dict[str, str]:
    mesh = fsaverage5("infl", side)
    points = np.asarray(mesh.coordinates, dtype=np.float64)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return {
        "points": packed(np.rint((points - middle) * STEPS_PER_MM), "int16"),
        "faces": packed(np.asarray(mesh.faces), "uint16"),
        "sulci": packed(np.asarray(fsaverage5("sulc", side)) > 0, "uint8"),
    }
