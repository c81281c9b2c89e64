"""depth: a map of how near each part of a picture is, at the size of the generated latent.

The technical report of Takagi and Nishimoto (2023) decodes four hidden states of the depth network, 590,848
values each, and computes the map from them. Here the map itself is decoded: its 64 x 64 values are all that
the generator is given, and 577 times fewer than the hidden states. Each value is then a linear function of
the voxels, as each value of z is, and its correlation with the true value is scored. Of a map from decoded
hidden states neither holds: layers that are not linear lie between, and they were never trained on states
that a ridge regression has shrunk towards their mean.
"""

import numpy as np

from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.depth import load_depth_estimator
from cortex2image.networks.load import Diffusion


def extract(stimuli: Stimuli, diffusion: Diffusion, latent: str) -> np.ndarray:
    """Return the depth maps of stimuli, float32 (n, side * side), in the units of the network."""
    estimator = load_depth_estimator(diffusion.model_set, diffusion.device.type)
    return estimator.maps(stimuli.pictures(estimator.picture_side))
