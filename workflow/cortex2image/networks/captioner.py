"""The captioning network of a model set: BLIP (Li, Li, Xiong and Hoi 2022), which looks and then writes.

Its image encoder turns a picture into states, a row for the picture and one per patch; its text decoder
writes a caption from these states alone. Whatever predicts the states, such as a ridge regression from fMRI,
therefore yields a caption.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.errors import ModelSetError
from cortex2image.networks.checksums import verify
from cortex2image.networks.compat import spared
from cortex2image.networks.components import FIX, read_network
from cortex2image.networks.normalised import Colours, read_colours
from cortex2image.networks.registry import ModelSet
from cortex2image.study.space_names import parse_space

FOLDER = "captioner"
SEARCH = {
    "do_sample": False,
    "num_beams": 3,
    "max_length": 20,
    "min_length": 5,
    "repetition_penalty": 1.5,
}
"""How a caption is written: the settings of the technical report of Takagi and Nishimoto (2023)."""


@dataclass(frozen=True)
class Captioner:
    """A loaded captioning network.

    Attributes
    ----------
    network : transformers.BlipForConditionalGeneration
    tokenizer : tokenizers.Tokenizer
    colours : Colours
        Normalisation of the pictures that the network was trained on.
    side : int
        Side in pixels of the pictures that it sees here.
    """

    network: Any
    tokenizer: Any
    colours: Colours
    side: int

    @torch.inference_mode()
    def states(self, images: np.ndarray) -> np.ndarray:
        """Return what the image encoder makes of pictures.

        The encoder has a position embedding per patch of the pictures it was trained with; for pictures of
        another side they are interpolated (bicubic, as in the code of BLIP).

        Parameters
        ----------
        images : uint8 (n, side, side, 3)

        Returns
        -------
        float32 (n, states * width)
            Last hidden states after the final normalisation, flattened in C order.
        """
        pixels = self.colours.normalised(images).to(self.network.device)
        seen = self.network.vision_model(pixel_values=pixels, interpolate_pos_encoding=True)
        states: np.ndarray = seen.last_hidden_state.flatten(1).float().cpu().numpy()
        return states

    @torch.inference_mode()
    def caption(self, states: np.ndarray) -> str:
        """Return the caption that the text decoder writes from states, float32 (states * width,).

        One stimulus at a time: a caption is a chain of choices, and the rounding of a batch could turn one.
        """
        network, text = self.network, self.network.config.text_config
        given = torch.tensor(states, dtype=torch.float32, device=network.device)
        given = given.reshape(1, -1, network.config.vision_config.hidden_size)
        begin = torch.full((1, 1), text.bos_token_id, device=network.device)
        tokens = network.text_decoder.generate(
            input_ids=begin,
            attention_mask=torch.ones_like(begin),
            encoder_hidden_states=given,
            encoder_attention_mask=torch.ones(given.shape[:2], dtype=torch.long, device=network.device),
            eos_token_id=text.sep_token_id,
            pad_token_id=text.pad_token_id,
            **SEARCH,
        )
        written: str = self.tokenizer.decode(tokens[0, 1:].tolist(), skip_special_tokens=True)
        return written.strip()


@lru_cache(maxsize=1)
def load_captioner(model_set: ModelSet, device: str = "auto") -> Captioner:
    """Load the captioning network of a model set, once per process, in float32.

    Raises
    ------
    ConfigError
        The model set has no captioning network, or the device does not exist.
    ModelSetError
        A file is missing, altered, pickled or not listed, or the network gives states of another width than
        the model set declares.
    """
    width = parse_space("blip").width(model_set)
    from tokenizers import Tokenizer

    with spared():
        from transformers import BlipForConditionalGeneration

    verify(model_set, [FOLDER])
    folder = model_set.folder / FOLDER
    network = read_network(BlipForConditionalGeneration, folder, choose_device(device))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return Captioner(network, tokenizer, read_colours(folder), picture_side(network.config, width, folder))


def picture_side(config: Any, width: int, folder: Path) -> int:
    """Return the side of the pictures for which the image encoder gives `width` values.

    Parameters
    ----------
    config : transformers.BlipConfig
    width : int
        As the model set declares it: the states of a square of patches, and one of the whole picture.
    folder : path, for the error message

    Raises
    ------
    ModelSetError
        No side gives this width.
    """
    vision = config.vision_config
    patches = math.isqrt(max(width // vision.hidden_size - 1, 0))
    if (patches**2 + 1) * vision.hidden_size != width or not patches:
        expected = f"states of {width} values in all, of one model set"
        raise ModelSetError(folder, expected, f"states of {vision.hidden_size} values each", FIX)
    side: int = patches * vision.patch_size
    return side
