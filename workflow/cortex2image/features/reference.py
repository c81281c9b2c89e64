"""Features of the reference picture, by which another laboratory tells whether its features are the same."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from cortex2image.features.extraction import Core
from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.load import Diffusion
from cortex2image.networks.reference_picture import reference_picture

CAPTION = "a gradient of colours with rings"


def reference_features(core: Core, diffusion: Diffusion) -> np.ndarray:
    """Return the features of the reference picture, or of its caption, float32 (d,).

    The picture passes through a file, as stimuli do. Latents are means, which no seed changes.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "reference.png")
        Image.fromarray(reference_picture()).save(path)
        stimuli = Stimuli(["reference"], [[CAPTION]], [str(path)], study_seed=0)
        features: np.ndarray = core.extract(stimuli, diffusion, "mean")[0]
    return features
