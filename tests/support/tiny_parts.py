"""Tiny model sets with a captioning network, or with a depth network and a U-Net that takes depth maps."""

import json
from pathlib import Path
from typing import Any

import torch
from tests.support.tiny_models import SIZE, tiny_description, write_sums, write_tiny_model_set

from cortex2image.networks.registry import ModelSet

COLOURS = {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.4]}
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", "##s", "##es", "[DEC]")
PATCH, WIDTH, PATCHES = 4, 16, 3
# The network is trained with 4 x 4 patches of 16 pixels and sees 3 x 3 patches of 12.
STATES = (PATCHES**2 + 1) * WIDTH


def write_captioner_set(folder: Path) -> ModelSet:
    """Write a tiny model set with a captioning network; return its description."""
    write_tiny_model_set(folder, judges=False)
    save_captioner(folder / "captioner")
    write_sums(folder)
    return tiny_description(folder, name="tiny-captioner", part_widths={"captioner": STATES})


def write_depth_set(folder: Path) -> ModelSet:
    """Write a tiny model set with a depth network and a U-Net of five channels; return its description."""
    write_tiny_model_set(folder, judges=False)
    from diffusers import UNet2DConditionModel

    config = UNet2DConditionModel.load_config(folder / "unet")
    UNet2DConditionModel.from_config({**config, "in_channels": 5}).save_pretrained(folder / "unet")
    save_depth_estimator(folder)
    write_sums(folder)
    return tiny_description(folder, name="tiny-depth", part_widths={"depth": 16})


def save_captioner(folder: Path, width: int = WIDTH, image_size: int = SIZE, patch: int = PATCH) -> None:
    """Save a BLIP of seeded random weights, and a tokenizer of letters in the format of BERT's."""
    from tokenizers import Tokenizer, decoders
    from tokenizers.models import WordPiece
    from transformers import BlipConfig, BlipForConditionalGeneration

    torch.manual_seed(1)
    network = BlipForConditionalGeneration(BlipConfig(**captioner_config(width, image_size, patch)))
    spread(network)
    network.save_pretrained(folder)
    tokenizer = Tokenizer(WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.add_special_tokens([word for word in WORDS if word.startswith("[")])
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(json.dumps(COLOURS))


def captioner_config(width: int, image_size: int, patch: int) -> dict[str, Any]:
    """Return the configuration of a captioning network that is thin inside."""
    sizes = {"hidden_size": width, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    tokens = {"pad_token_id": 0, "sep_token_id": 3, "eos_token_id": 3, "bos_token_id": len(WORDS) - 1}
    text = {"vocab_size": len(WORDS), "encoder_hidden_size": width, "max_position_embeddings": 32}
    vision = {"image_size": image_size, "patch_size": patch}
    return {"text_config": sizes | text | tokens, "vision_config": sizes | vision, "projection_dim": 8}


def spread(network: torch.nn.Module) -> None:
    """Give a network weights under which outputs depend on inputs; those it begins with give almost none."""
    for weight in network.parameters():
        if weight.dim() > 1:
            weight.data.normal_(0, weight[0].numel() ** -0.5)


def save_depth_estimator(folder: Path) -> None:
    """Save a DPT of seeded random weights that sees pictures of 32 pixels."""
    from transformers import DPTConfig, DPTForDepthEstimation

    torch.manual_seed(2)
    config = DPTConfig(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=32,
        patch_size=16,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
    )
    network = DPTForDepthEstimation(config)
    spread(network)
    network.save_pretrained(folder / "depth_estimator")
    (folder / "feature_extractor").mkdir()
    (folder / "feature_extractor" / "preprocessor_config.json").write_text(json.dumps(COLOURS))
