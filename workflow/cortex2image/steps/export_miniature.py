"""Put the trained parts of the miniature together as one model set.

Reads the folders of the parts and their loss curves. Writes the folder of the model set; its model card and
check sums come after it has been scored.
"""

import argparse
import shutil
from pathlib import Path

from cortex2image.errors import run_step
from cortex2image.judges.architectures import ARCHITECTURES
from cortex2image.miniature.export import export_pipeline
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_network, read_part, read_tokenizer


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vae", type=Path, required=True, help="folder of the autoencoder")
    parser.add_argument("--clip", type=Path, required=True, help="folder of the CLIP model")
    parser.add_argument("--unet", type=Path, required=True, help="folder of the diffusion model")
    parser.add_argument("--scheduler", type=Path, required=True, help="folder of the scheduler")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of the tokenizer")
    for architecture in ARCHITECTURES:
        option = f"--judge-{architecture}"
        parser.add_argument(option, type=Path, required=True, help=f"folder of the {architecture} judge")
    parser.add_argument("--curves", type=Path, nargs="+", required=True, help="loss curves, .csv")
    parser.add_argument("--models", type=Path, required=True, help="output: folder of the model set")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    ensure_torchvision()
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from transformers import CLIPModel

    cpu = torch.device("cpu")
    clip = read_network(CLIPModel, args.clip, cpu)
    export_pipeline(
        vae=read_network(AutoencoderKL, args.vae, cpu),
        clip=clip,
        unet=read_network(UNet2DConditionModel, args.unet, cpu),
        scheduler=read_part(DDIMScheduler, args.scheduler),
        tokenizer=read_tokenizer(args.tokenizer, clip.config.text_config.vocab_size),
        folder=args.models,
    )
    for architecture, kind in ARCHITECTURES.items():
        judge = kind.load(getattr(args, f"judge_{architecture}"))
        judge.save(args.models / "judges" / architecture, torch.float16)
    (args.models / "training").mkdir(exist_ok=True)
    for curve in args.curves:
        shutil.copy(curve, args.models / "training" / curve.name)


if __name__ == "__main__":
    run_step(main)
