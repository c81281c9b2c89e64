"""Pictures under a caption that is decoded and written out: the core of the method ``caption``.

The states of a captioning network are decoded like any features, the network writes a caption from them, and
the text encoder of the generator turns the caption into c (Takagi and Nishimoto 2023, technical report). The
picture then starts from z, as with decoded c.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.networks.captioner import Captioner, load_captioner
from cortex2image.networks.codec import encode_text
from cortex2image.networks.load import Diffusion, load_diffusion
from cortex2image.reconstruction.pictures import pictures
from cortex2image.reconstruction.studio import Drawn, Painter, Studio
from cortex2image.study.methods import Method


def open_painter(method: Method, studio: Studio) -> Painter:
    """Load the captioning network and the diffusion model, and return what draws the batches of a method."""
    captioner = load_captioner(studio.models, studio.device)
    diffusion = load_diffusion(studio.models, studio.device, studio.precision, studio.compiled)
    denoiser, writer = Denoiser(diffusion, studio.sampling), Writer(captioner, diffusion)

    def paint(features: Mapping[str, np.ndarray], seeds: Sequence[int]) -> Drawn:
        written = [writer(states) for states in features["blip"]]
        conditions = {"z": features["z"], "c": np.stack([one.c for one in written])}
        return Drawn(pictures(method, denoiser, conditions, seeds), [one.caption for one in written])

    return paint


@dataclass(frozen=True)
class Written:
    """A caption, and the text states c of the generator for it, float32 (text_length * text_width,)."""

    caption: str
    c: np.ndarray


@dataclass(frozen=True)
class Writer:
    """Writes a caption once per stimulus, however many samples of it are drawn.

    Captions are known by their states, so that a writer need not be told which rows are of one stimulus.
    """

    captioner: Captioner
    diffusion: Diffusion
    known: dict[bytes, Written] = field(default_factory=dict)

    def __call__(self, states: np.ndarray) -> Written:
        """Return the caption of decoded states, float32 (states * width,), and its text states."""
        name = hashlib.blake2b(np.ascontiguousarray(states).tobytes(), digest_size=16).digest()
        if name not in self.known:
            self.known[name] = self._write(states)
        return self.known[name]

    def _write(self, states: np.ndarray) -> Written:
        caption = self.captioner.caption(states)
        return Written(caption, encode_text(self.diffusion, [caption]).float().flatten().cpu().numpy())
