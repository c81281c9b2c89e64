"""The command-line options by which a step lists the files of NSD that a study needs."""

import argparse
from pathlib import Path

from cortex2image.data.nsd.layout import DEFAULT_BETAS, DEFAULT_SPACE, Layout
from cortex2image.data.nsd.manifest import Needed, needed


def add_manifest_options(parser: argparse.ArgumentParser) -> None:
    """Add --root, --subjects, --space, --preparation, --sessions, --atlas, --mask and --ncsnr."""
    parser.add_argument("--root", type=Path, required=True, help="folder that holds, or will hold, NSD")
    parser.add_argument("--subjects", nargs="+", required=True, help="such as sub-01")
    parser.add_argument("--space", default=DEFAULT_SPACE, help="func1pt8mm, func1mm or fsaverage")
    parser.add_argument("--preparation", default=DEFAULT_BETAS, help="dataset/betas in the config")
    parser.add_argument("--sessions", type=int, help="only the first so many")
    parser.add_argument("--atlas", help="name of the atlas, such as streams")
    parser.add_argument("--mask", choices=("brain", "atlas"), default="brain")
    parser.add_argument("--ncsnr", action="store_true", help="with the released noise ceilings")


def listed_files(args: argparse.Namespace) -> list[Needed]:
    """Return the files that the options ask for."""
    layout = Layout(args.root, args.space, args.preparation)
    return needed(layout, args.subjects, args.sessions, args.atlas, args.mask, args.ncsnr)
