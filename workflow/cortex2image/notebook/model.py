"""Fitted models of a subject: responses that new pictures predict, and features decoded from responses.

Both are fitted as the steps of the workflow fit them, to training trials alone, with the same inner folds and
therefore the same penalties, so that their predictions are those of the tables.
"""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cortex2image.errors import ConfigError, DataError
from cortex2image.features.captions import caption_states
from cortex2image.features.of_pictures import picture_features
from cortex2image.features.stimuli import AT_ONCE
from cortex2image.networks.load import Diffusion
from cortex2image.pictures import read_picture
from cortex2image.study.settings import Study
from cortex2image.study.spaces import CAPTIONS, PICTURED, FeatureSpace

Shown = Sequence[str | Path] | np.ndarray | Sequence[np.ndarray]


def takes_captions(space: FeatureSpace) -> bool:
    """Return whether captions, and nothing else, give the features of a space."""
    return bool(space.facts.core) and space.needs == {CAPTIONS}


def require_predictable(space: FeatureSpace) -> None:
    """Raise :class:`ConfigError` unless pictures alone, or captions alone, give the features of a space."""
    if str(space) not in PICTURED and not takes_captions(space):
        expected = f"a space that a picture or a caption alone gives: {', '.join((*PICTURED, 'c'))}"
        found = f"{space}, which is made of pictures, captions and noise"
        raise ConfigError("space of an encoder", expected, found, "choose another space")


@dataclass(frozen=True)
class Encoder:
    """Predicts the responses of a subject's voxels to any picture, or to any caption.

    Attributes
    ----------
    subject : str
    space : FeatureSpace
    fit : RidgeCV or AsReleasedRidgeCV
        Fitted to the training trials, in the features' units.
    study : Study
    open_networks : callable
        Loads the networks that give the features; called when features are first needed.
    """

    subject: str
    space: FeatureSpace
    fit: Any
    study: Study
    open_networks: Callable[[], Diffusion]

    def __repr__(self) -> str:
        of, voxels = "captions" if takes_captions(self.space) else "pictures", len(self.alpha)
        return f"Encoder of {self.subject}: {of}, as {self.space}, to {voxels} voxels"

    @property
    def alpha(self) -> np.ndarray:
        """Return the penalty of each voxel, (voxels,)."""
        alpha: np.ndarray = self.fit.alpha_
        return alpha

    def predict(self, shown: Shown, stimuli: Sequence[str] | None = None) -> np.ndarray:
        """Return the responses that pictures predict, or captions for the space c.

        Parameters
        ----------
        shown : paths of k pictures; or k pictures, uint8 (H, W, 3); or k captions, or k lists of captions
        stimuli : k ids, optional
            The stimulus that each picture stands for. It matters where latents are samples
            (``features/latent: sample``): a picture then gets the draws of its stimulus. Without ids the
            draws follow from the picture itself.

        Returns
        -------
        (k, voxels) float32 array
            In the units of the betas; voxels as in the table ``voxels``.

        Raises
        ------
        DataError
            A file or array is no picture.
        """
        predicted: np.ndarray = self.fit.predict(self.features(shown, stimuli))
        return predicted

    def features(self, shown: Shown, stimuli: Sequence[str] | None = None) -> np.ndarray:
        """Return the features of pictures or captions, (k, p) float32; parameters as of :meth:`predict`."""
        if isinstance(shown, str | Path):
            fix = "put it into a list"
            raise DataError(
                "what an encoder predicts from", "a list", f"a single {type(shown).__name__}", fix
            )
        if not len(shown):
            raise DataError("what an encoder predicts from", "at least one", "none", "give one")
        return self._of_captions(shown) if takes_captions(self.space) else self._of_pictures(shown, stimuli)

    @cached_property
    def networks(self) -> Diffusion:
        """Return the networks, loaded once."""
        return self.open_networks()

    @property
    def _at_once(self) -> int:
        return int(self.networks.model_set.at_once(self.study.models.batch_size, AT_ONCE))

    def _of_captions(self, shown: Shown) -> np.ndarray:
        texts = [[str(one)] if isinstance(one, str | Path) else list(map(str, one)) for one in shown]
        parts = [texts[first : first + self._at_once] for first in range(0, len(texts), self._at_once)]
        return np.concatenate([caption_states(self.networks, part) for part in parts])

    def _of_pictures(self, shown: Shown, stimuli: Sequence[str] | None) -> np.ndarray:
        if stimuli is not None and len(stimuli) != len(shown):
            expected, fix = f"{len(shown)} ids, one per picture", "give as many"
            raise DataError("stimuli", expected, f"{len(stimuli)}", fix)
        with ExitStack() as stack:
            paths = _files(shown, stack)
            ids = list(stimuli) if stimuli is not None else [_identity(path) for path in paths]
            drawn = self.study.features.latent, self.study.seed, self._at_once
            return picture_features(paths, ids, self.space, self.networks, *drawn)


@dataclass(frozen=True)
class Decoder:
    """Decodes features from responses, as ``decode_features`` does.

    Attributes
    ----------
    subject, space : str
    voxels : (w,) array of int
        Positions, among the voxels of the subject, of those that it decodes from.
    count : int
        Number of voxels of the subject.
    fit : RidgeCV or AsReleasedRidgeCV
    """

    subject: str
    space: str
    voxels: np.ndarray
    count: int
    fit: Any

    def __repr__(self) -> str:
        return f"Decoder of {self.subject}: {len(self.voxels)} of {self.count} voxels to {self.space}"

    @property
    def alpha(self) -> np.ndarray:
        """Return the penalty of each feature, (p,)."""
        alpha: np.ndarray = self.fit.alpha_
        return alpha

    def predict(self, betas: np.ndarray) -> np.ndarray:
        """Return the features that responses decode to.

        Parameters
        ----------
        betas : (k, voxels) or (k, w) array
            Responses of all voxels of the subject, or of those that the decoder takes. The workflow decodes
            the mean response to a stimulus.

        Returns
        -------
        (k, p) float32 array

        Raises
        ------
        DataError
            Responses of another number of voxels.
        """
        betas = np.asarray(betas, np.float32)
        if betas.ndim != 2 or betas.shape[1] not in (self.count, len(self.voxels)):
            expected = f"(k, {self.count}) betas, or (k, {len(self.voxels)}) of the voxels it decodes from"
            raise DataError("betas", expected, f"{betas.shape}", "give one row per response")
        chosen = betas if betas.shape[1] == len(self.voxels) else betas[:, self.voxels]
        decoded: np.ndarray = self.fit.predict(np.ascontiguousarray(chosen))
        return decoded


def _files(shown: Shown, stack: ExitStack) -> list[str]:
    """Return paths of pictures; arrays become files, so that one reader sees everything."""
    if all(isinstance(one, str | Path) for one in shown):
        return [str(one) for one in shown]
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    paths = [folder / f"{number}.png" for number in range(len(shown))]
    for path, one in zip(paths, shown, strict=True):
        Image.fromarray(_checked(one)).save(path, compress_level=0)
    return list(map(str, paths))


def _checked(picture: object) -> np.ndarray:
    array = np.asarray(picture)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        found = f"{array.dtype} {array.shape}"
        fix = "convert it: values from 0 to 255, RGB last"
        raise DataError("picture", "paths, or uint8 (H, W, 3) arrays", found, fix)
    return array


def _identity(path: str) -> str:
    """Return an id of a picture that follows from what it shows, wherever its file lies."""
    picture = read_picture(path)
    return hashlib.blake2b(picture.tobytes() + str(picture.shape).encode(), digest_size=16).hexdigest()
