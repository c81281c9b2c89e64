"""blip: what the image encoder of a captioning network makes of a picture, from which a caption follows.

With BLIP of 240-pixel pictures, the side that Takagi and Nishimoto (2023) took in their technical report: 226
states of 768 values, 173,568 in all. At the 384 pixels of the published weights there would be 577 states and
443,136 values, 2.6 times as many to decode from the same trials. Pictures are normalised as in BLIP's
training; the code of the report only scaled them to [0, 1].
"""

import numpy as np

from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.captioner import load_captioner
from cortex2image.networks.load import Diffusion


def extract(stimuli: Stimuli, diffusion: Diffusion, latent: str) -> np.ndarray:
    """Return the states of the image encoder for stimuli, float32 (n, states * width)."""
    captioner = load_captioner(diffusion.model_set, diffusion.device.type)
    return captioner.states(stimuli.pictures(captioner.side))
