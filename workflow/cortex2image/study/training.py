"""Settings of config/miniature.yaml: how the miniature model set is trained, scored and shipped."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from cortex2image.errors import ConfigError
from cortex2image.study.config import checked
from cortex2image.study.fields import Section, build, setting


@dataclass(frozen=True, kw_only=True)
class Training(Section):
    """Training of the miniature model set. No setting has a default: the file gives every value."""

    seed: int = setting(
        "Every random draw of the training derives from this number and the identity of what is drawn.",
        minimum=0,
    )
    training_scenes: int = setting("Rendered scenes to learn from.", unit="scenes", minimum=1)
    test_scenes: int = setting("Rendered scenes of each kind to score with.", unit="scenes", minimum=1)
    validation_scenes: int = setting(
        "Rendered scenes to paint at each scale of guidance tried.", unit="scenes", minimum=1
    )
    compared: int = setting(
        "Pictures from captions of test scenes of one object: shown to judges, compared with real scenes by "
        "a two-sample classifier, and looked for among the training pictures.",
        unit="pictures",
        minimum=1,
    )
    generated: int = setting("Pictures of every other kind shown to judges.", unit="pictures", minimum=1)
    samples: int = setting(
        "Pictures of one caption, for each setting: how far they differ.", unit="pictures", minimum=2
    )
    steps: int = setting(
        "Steps of the full denoising schedule of scored pictures.", unit="steps", minimum=1, maximum=1000
    )
    guidance: float = setting(
        "Weight of classifier-free guidance of scored pictures; 1 is no guidance.", minimum=1, maximum=50
    )
    strength: float = setting(
        "Share of the schedule that image to image noises to and denoises from.",
        exclusiveMinimum=0,
        maximum=1,
    )
    guidance_tried: tuple[float, ...] = setting(
        "Weights of classifier-free guidance that are compared on validation scenes.",
        minItems=1,
        uniqueItems=True,
        items={"minimum": 1, "maximum": 50},
    )
    detector_steps: int = setting(
        "Batches that the two-sample classifier learns from.", unit="batches", minimum=1
    )
    autoencoder_steps: int = setting("Batches that the autoencoder learns from.", unit="batches", minimum=1)
    clip_steps: int = setting("Batches that CLIP learns from.", unit="batches", minimum=1)
    judge_steps: int = setting("Batches that each judge learns from.", unit="batches", minimum=1)
    unet_steps: int = setting("Batches that the U-Net learns from.", unit="batches", minimum=1)
    remarks: str = setting("What else the model card says of this training run; may be empty.")


def read_training(path: str | Path) -> Training:
    """Return the settings of a file such as config/miniature.yaml.

    Raises
    ------
    ConfigError
        The file is no mapping, has an unknown or missing key, or a value out of bounds.
    """
    values = yaml.safe_load(Path(path).read_text())
    if not isinstance(values, dict):
        raise ConfigError(str(path), "a mapping of settings", repr(values)[:200], "write one key per line")
    return build(Training, checked(Training, values, str(path)))
