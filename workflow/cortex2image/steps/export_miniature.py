"""Put the trained parts of the miniature together as one model set.

Reads the folders of the parts and their loss curves. Writes the folder of the model set; the step
ship_miniature adds the model card and the checksums after the model set was scored.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from cortex2image.errors import run_step
from cortex2image.judges.architectures import ARCHITECTURES
from cortex2image.miniature.export import export_pipeline
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_network, read_part, read_tokenizer
from cortex2image.study.command import Command
from cortex2image.study.training import Training

JUDGES = {architecture: f"judge_{architecture}" for architecture in ARCHITECTURES}
COMMAND = Command(
    __doc__,
    Training,
    inputs=("vae", "clip", "unet", "scheduler", "tokenizer", "judge_cnn", "judge_residual"),
    lists=("curves",),
    outputs=("models",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, _ = COMMAND.parse(argv)
    ensure_torchvision()
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from transformers import CLIPModel

    cpu, models = torch.device("cpu"), Path(args.models)
    clip = read_network(CLIPModel, Path(args.clip), cpu)
    export_pipeline(
        vae=read_network(AutoencoderKL, Path(args.vae), cpu),
        clip=clip,
        unet=read_network(UNet2DConditionModel, Path(args.unet), cpu),
        scheduler=read_part(DDIMScheduler, Path(args.scheduler)),
        tokenizer=read_tokenizer(Path(args.tokenizer), clip.config.text_config.vocab_size),
        folder=models,
    )
    for architecture, option in JUDGES.items():
        judge = ARCHITECTURES[architecture].load(getattr(args, option))
        judge.save(models / "judges" / architecture, torch.float16)
    (models / "training").mkdir(exist_ok=True)
    for curve in args.curves:
        shutil.copy(curve, models / "training" / Path(curve).name)


if __name__ == "__main__":
    run_step(main)
