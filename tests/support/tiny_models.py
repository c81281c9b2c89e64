"""A complete model set of few random weights, in the layout of a real one."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from cortex2image.files import sha256
from cortex2image.judges.architectures import JudgeCNN, JudgeResidual
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.judge_specs import JudgeSpec
from cortex2image.networks.registry import ModelSet

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

LENGTH, WIDTH, SIZE = 8, 16, 16
UNET_CHANNELS = (8, 16)
JUDGES = (
    JudgeSpec("cnn", "cnn", "judges/cnn", ("early", "middle", "late")),
    JudgeSpec("residual", "residual", "judges/residual", ("pooled",)),
    JudgeSpec("clip", "clip", "clip", ("embeds",)),
)


def tiny_description(folder: Path, **facts: Any) -> ModelSet:
    """Return the description of a tiny set without judges; `facts` replace single entries of it."""
    tiny = {
        "name": "any",
        "folder": folder,
        "latent_shape": (4, 4, 4),
        "generated_shape": (4, 4, 4),
        "unet_channels": UNET_CHANNELS,
        "unet_attends": (False, True),
        "unet_residuals": 1,
        "text_length": LENGTH,
        "text_width": WIDTH,
        "image_size": SIZE,
        "judges": (),
    }
    return ModelSet(**(tiny | facts))


def write_tiny_model_set(folder: Path, text_width: int = WIDTH, judges: bool = True) -> ModelSet:
    """Write a model set of 16-pixel pictures, 4 x 4 x 4 latents and 8 tokens; return its description.

    `text_width` is the width of the text states that the U-Net takes; a width other than 16 makes a set whose
    parts do not fit each other.
    """
    ensure_torchvision()
    torch.manual_seed(0)
    tokenizer = save_tokenizer(folder / "tokenizer")
    save_diffusion(folder, len(tokenizer), text_width)
    if judges:
        save_clip(folder / "clip", len(tokenizer))
        settings, categories = ("sea", "room"), ("cat", "house", "shoe")
        JudgeCNN(settings, categories).save(folder / "judges" / "cnn")
        JudgeResidual(settings, categories, ("red",)).save(folder / "judges" / "residual")
    write_sums(folder)
    return tiny_description(folder, name="tiny", judges=JUDGES if judges else ())


def write_sums(folder: Path) -> None:
    """Write the SHA256SUMS of all files in a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines))


def save_tokenizer(folder: Path) -> "CLIPTokenizer":
    """Save a tokenizer that knows letters only, and return it."""
    from transformers import CLIPTokenizer

    letters = "abcdefghijklmnopqrstuvwxyz.,"
    tokens = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocab = {token: number for number, token in enumerate(tokens)}
    tokenizer = CLIPTokenizer(vocab=vocab, merges=[], model_max_length=LENGTH)
    tokenizer.save_pretrained(folder)
    return tokenizer


def save_diffusion(folder: Path, vocabulary: int, text_width: int) -> None:
    """Save autoencoder, U-Net, text encoder and scheduler with seeded random weights."""
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    channels = {"block_out_channels": (8, 8, 8), "norm_num_groups": 4, "layers_per_block": 1}
    AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        latent_channels=4,
        scaling_factor=0.7,
        sample_size=SIZE,
        **channels,
    ).save_pretrained(folder / "vae")
    UNet2DConditionModel(
        sample_size=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=UNET_CHANNELS,
        norm_num_groups=4,
        layers_per_block=1,
        cross_attention_dim=text_width,
        attention_head_dim=2,
    ).save_pretrained(folder / "unet")
    CLIPTextModel(CLIPTextConfig(**tower(vocabulary))).save_pretrained(folder / "text_encoder")
    DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        steps_offset=1,
        clip_sample=False,
        set_alpha_to_one=False,
    ).save_pretrained(folder / "scheduler")


def save_clip(folder: Path, vocabulary: int) -> None:
    """Save a CLIP of 16-pixel pictures with its normalisation of colours."""
    from transformers import CLIPConfig, CLIPModel

    vision = {"image_size": SIZE, "patch_size": 4, "projection_dim": 12}
    sizes = {"hidden_size": WIDTH, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = CLIPConfig(text_config=tower(vocabulary), vision_config=sizes | vision, projection_dim=12)
    CLIPModel(config).save_pretrained(folder)
    normalisation = {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.4]}
    (folder / "preprocessor_config.json").write_text(json.dumps(normalisation))


def tower(vocabulary: int) -> dict[str, int]:
    """Return the configuration of a text tower; the last two tokens begin and end a text."""
    return {
        "vocab_size": vocabulary,
        "hidden_size": WIDTH,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": LENGTH,
        "projection_dim": 12,
        "bos_token_id": vocabulary - 2,
        "eos_token_id": vocabulary - 1,
        "pad_token_id": vocabulary - 1,
    }


def alexnet_weights(seed: int = 0) -> dict[str, torch.Tensor]:
    """Return the weights of an untrained AlexNet's convolutions, by their names in torchvision."""
    shapes = {0: (64, 3, 11), 3: (192, 64, 5), 6: (384, 192, 3), 8: (256, 384, 3), 10: (256, 256, 3)}
    generator, weights = torch.Generator().manual_seed(seed), {}
    for place, (out, channels, side) in shapes.items():
        scale = (2 / (channels * side**2)) ** 0.5
        kernel = torch.randn(out, channels, side, side, generator=generator)
        weights[f"features.{place}.weight"] = kernel * scale
        weights[f"features.{place}.bias"] = torch.randn(out, generator=generator) / 10
    return weights
