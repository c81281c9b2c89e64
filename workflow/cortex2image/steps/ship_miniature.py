"""Complete the miniature with its model card and the checksums of its files.

Reads the folder of the model set, its held-out scores, the scores of guidance scales and a contact sheet.
Writes the shipped folder: all of these, ``README.md``, and ``SHA256SUMS`` of all other files.
"""

import math
import shutil
from collections.abc import Sequence
from pathlib import Path

from cortex2image.errors import run_step
from cortex2image.files import atomic, sha256
from cortex2image.miniature.card import model_card, recipe
from cortex2image.miniature.copies import FAITHFUL_SHARE, SHIFT, SIDE
from cortex2image.miniature.examples import COARSE
from cortex2image.miniature.score_table import read_rows
from cortex2image.networks.checksums import SUMS, TIMESTAMP
from cortex2image.scenes.captions import TEMPLATES, words
from cortex2image.scenes.scene import SINGLE_OBJECT_SHARE, SPLIT_ENDS
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, HELD_OUT_PAIRS, LIGHTS, SETTINGS
from cortex2image.study.command import Command
from cortex2image.study.training import Training

READS = (
    "seed",
    "training_scenes",
    "autoencoder_steps",
    "clip_steps",
    "judge_steps",
    "unet_steps",
    "steps",
    "guidance",
    "strength",
    "remarks",
)
COMMAND = Command(
    __doc__, Training, READS, inputs=("models", "scores", "tried", "sheet"), outputs=("shipped",)
)
PARTS = (
    ("vae", "AutoencoderKL", "64 x 64 x 3 to 16 x 16 x 4"),
    ("unet", "UNet2DConditionModel", "16 x 16 x 4, conditioned on 24 x 128"),
    ("text_encoder", "CLIPTextModel", "24 tokens, width 128"),
    ("clip", "CLIPModel", "64 x 64 pictures, 24 tokens, 96 dimensions in common"),
    ("judges/cnn", "JudgeCNN", "64 x 64 x 3, layers early, middle, late"),
    ("judges/residual", "JudgeResidual", "64 x 64 x 3, layer pooled"),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, training = COMMAND.parse(argv)
    folder = Path(args.shipped)
    marks = shutil.ignore_patterns(TIMESTAMP)
    shutil.copytree(args.models, folder, dirs_exist_ok=True, ignore=marks)
    shutil.copy(args.scores, folder / "training" / "held-out.csv")
    shutil.copy(args.tried, folder / "training" / "guidance.csv")
    shutil.copy(args.sheet, folder / "training" / "text-to-image.png")
    parts = [(*part, parameters(folder / part[0])) for part in PARTS]
    facts = vars(training) | scene_facts() | painting_facts() | recipe()
    facts["remarks"] = training.remarks or ""
    card = model_card(parts, read_rows(args.scores), read_rows(args.tried), HELD_OUT_PAIRS, facts)
    with atomic(folder / "README.md") as temporary:
        temporary.write_text(card)
    write_sums(folder)


def scene_facts() -> dict[str, object]:
    """Return the numbers of settings, categories and so on in scenes, and shares in per cent."""
    ends = list(SPLIT_ENDS.values())
    sizes = [100 * (end - start) for start, end in zip([0.0, *ends], ends, strict=False)]
    return {
        "settings": len(SETTINGS),
        "categories": len(CATEGORIES),
        "colours": len(COLOURS),
        "lights": len(LIGHTS),
        "captions": len(TEMPLATES),
        "words": len(words()),
        "single_object_share": 100 * SINGLE_OBJECT_SHARE,
        "split_shares": dict(zip(SPLIT_ENDS, sizes, strict=True)),
        "setting_chance": 1 / len(SETTINGS),
        "object_chance": 1 / len(CATEGORIES),
        "pair_chance": 1 / math.comb(len(CATEGORIES), 2),
    }


def painting_facts() -> dict[str, object]:
    """Return the size of coarse pictures, and the limits that define a copy."""
    return {"coarse": COARSE, "grid": SIDE, "shift": SHIFT, "faithful": 100 * FAITHFUL_SHARE}


def parameters(folder: Path) -> int:
    """Return the number of trained values in the safetensors files of a folder."""
    from safetensors import safe_open

    count = 0
    for path in folder.glob("*.safetensors"):
        with safe_open(path, framework="numpy") as tensors:
            count += sum(math.prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118
    return count


def write_sums(folder: Path) -> None:
    """Write the SHA-256 of every file of a folder in the format of ``sha256sum``, sorted by path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    with atomic(folder / SUMS) as temporary:
        temporary.write_text("".join(lines))


if __name__ == "__main__":
    run_step(main)
