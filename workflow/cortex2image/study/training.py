"""Settings of config/miniature.yaml: how the miniature model set is trained, scored and shipped."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from cortex2image.errors import ConfigError
from cortex2image.given_files import read_bytes, shown
from cortex2image.study.config import checked
from cortex2image.study.fields import Section, build, setting


@dataclass(frozen=True, kw_only=True)
class Training(Section):
    """Training of the miniature model set. No setting has a default: the file gives every value."""

    seed: int = setting(
        "Seed of the training: every random draw depends on it and on what is drawn, never on order.",
        minimum=0,
    )
    training_scenes: int = setting("Rendered scenes for training.", unit="scenes", minimum=1)
    test_scenes: int = setting("Rendered scenes of each kind for scoring.", unit="scenes", minimum=1)
    validation_scenes: int = setting(
        "Rendered scenes to paint at each of the weights in `guidance_tried`.", unit="scenes", minimum=1
    )
    compared: int = setting(
        "Pictures painted from captions of test scenes with one object. Judges classify them, a two-sample "
        "classifier compares them with real scenes, and training pictures are searched for copies of them.",
        unit="pictures",
        minimum=1,
    )
    generated: int = setting("Pictures of every other kind that judges classify.", unit="pictures", minimum=1)
    samples: int = setting(
        "Pictures of one caption per setting, to measure how far they differ.", unit="pictures", minimum=2
    )
    steps: int = setting(
        "Steps of the full denoising schedule for scored pictures.", unit="steps", minimum=1, maximum=1000
    )
    guidance: float = setting(
        "Weight of classifier-free guidance for scored pictures; 1 is no guidance.", minimum=1, maximum=50
    )
    strength: float = setting(
        "How far along the noise schedule image to image noises a picture before it denoises it, as a share.",
        exclusiveMinimum=0,
        maximum=1,
    )
    guidance_tried: tuple[float, ...] = setting(
        "Weights of classifier-free guidance that are compared on validation scenes.",
        minItems=1,
        uniqueItems=True,
        items={"minimum": 1, "maximum": 50},
    )
    detector_steps: int = setting("Training batches of the two-sample classifier.", unit="batches", minimum=1)
    autoencoder_steps: int = setting("Training batches of the autoencoder.", unit="batches", minimum=1)
    clip_steps: int = setting("Training batches of CLIP.", unit="batches", minimum=1)
    judge_steps: int = setting("Training batches of each judge.", unit="batches", minimum=1)
    unet_steps: int = setting("Training batches of the U-Net.", unit="batches", minimum=1)
    remarks: str | None = setting("Further remarks of the model card on this training run; null for none.")


def read_training(path: str | Path) -> Training:
    """Return the settings of a file such as config/miniature.yaml.

    Raises
    ------
    ConfigError
        The file is no mapping, has an unknown or missing key, or a value out of bounds.
    """
    try:
        values = yaml.safe_load(read_bytes(path).decode())
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ConfigError(
            str(path), "a mapping of settings as YAML", str(error), "correct the file"
        ) from None
    if not isinstance(values, dict):
        raise ConfigError(str(path), "a mapping of settings", shown(values), "write one key per line")
    return build(Training, checked(Training, values, str(path)))
