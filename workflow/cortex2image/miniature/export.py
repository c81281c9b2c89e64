"""Write the trained parts of the miniature in the folder layout of Stable Diffusion."""

import json
from pathlib import Path
from typing import Any

from cortex2image.miniature.clip import DEVIATION, MEAN
from cortex2image.networks.compat import ensure_torchvision

PREPROCESSOR = {
    "image_processor_type": "CLIPImageProcessor",
    "do_convert_rgb": True,
    "do_resize": True,
    "size": {"shortest_edge": 64},
    "do_center_crop": True,
    "crop_size": {"height": 64, "width": 64},
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "resample": 3,
    "do_normalize": True,
    "image_mean": MEAN,
    "image_std": DEVIATION,
}


def export_pipeline(
    vae: Any, clip: Any, unet: Any, scheduler: Any, tokenizer: Any, folder: str | Path
) -> None:
    """Write a ``diffusers.StableDiffusionPipeline``, and the whole CLIP in subfolder ``clip``, in float16.

    Parameters
    ----------
    vae, clip, unet, scheduler, tokenizer
        Objects of the ordinary diffusers and transformers classes; the networks are converted in place.
    folder : path

    The text encoder is the text tower of CLIP, as in Stable Diffusion. It is written a second time because
    diffusers expects it in a folder of its own.
    """
    ensure_torchvision()
    from diffusers import StableDiffusionPipeline

    folder = Path(folder)
    pipeline: Any = StableDiffusionPipeline(
        vae=vae.half(),
        text_encoder=_text_encoder(clip),
        tokenizer=tokenizer,
        unet=unet.half(),
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(str(folder), safe_serialization=True)
    clip.half().save_pretrained(folder / "clip")
    (folder / "clip" / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR, indent=2) + "\n")


def _text_encoder(clip: Any) -> Any:
    """Return the text tower of a CLIP as a ``transformers.CLIPTextModel`` in float16."""
    from transformers import CLIPTextModel

    encoder: Any = CLIPTextModel(clip.config.text_config)
    weights = clip.text_model.state_dict()
    if next(iter(encoder.state_dict())).startswith("text_model."):
        weights = {f"text_model.{name}": value for name, value in weights.items()}
    encoder.load_state_dict(weights)
    return encoder.half().eval()
