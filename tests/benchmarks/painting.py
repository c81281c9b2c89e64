"""Benchmark of rendering scenes and of painting with the miniature; prints a section of docs/benchmarks.md.

    PYTHONPATH=workflow:. python tests/benchmarks/painting.py --page docs/benchmarks.md

Renders scenes of 64 pixels, and paints pictures of one caption with the shipped model set in both precisions.
All methods run in one process, in turns; rates are medians. Memory is the largest above that at the start.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from tests.benchmarks.measure import Measured, machine, replace_section, side_by_side

from cortex2image.miniature.painter import Painter
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scene

CAPTION = "a red house in the snow"
GUIDANCE = 3.0
"""Above 1, so that every step takes two passes of the U-Net."""


def render_all(number: int) -> None:
    """Sample and render scenes; the time includes both."""
    for index in range(number):
        render(sample_scene(0, "train", index))


def paint_all(painter: Painter, number: int) -> None:
    """Paint pictures of one caption."""
    painter.paint([painter.embed([CAPTION])] * number, "benchmark")


def methods(scenes: int, pictures: int, steps: int) -> dict[str, tuple[int, Callable[[], None]]]:
    """Return what is measured, and how many pictures each call makes."""
    folder = MODEL_SETS["miniature"].folder
    painters = {
        f"painted, {steps} steps, {str(dtype).partition('.')[2]}": Painter.load(
            folder, steps, GUIDANCE, 0, dtype
        )
        for dtype in (torch.float32, torch.bfloat16)
    }
    painted = {name: (pictures, partial(paint_all, painter, pictures)) for name, painter in painters.items()}
    return {"rendered": (scenes, partial(render_all, scenes)), **painted}


def table(seen: dict[str, Measured], numbers: dict[str, int]) -> list[str]:
    """Return the rows of the table."""
    return [
        f"| {name} | {numbers[name]} | {numbers[name] / m.median:.1f} | {m.megabytes:.0f} |"
        for name, m in seen.items()
    ]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=400, help="scenes to render per run")
    parser.add_argument("--pictures", type=int, default=64, help="pictures to paint per run")
    parser.add_argument("--steps", type=int, default=20, help="denoising steps")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--page", type=Path, help="page whose section is replaced; only printed without it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    torch.set_num_threads(args.threads)
    made = methods(args.scenes, args.pictures, args.steps)
    seen = side_by_side({name: call for name, (_, call) in made.items()}, args.repeats)
    lines = [
        f"## Rendering and painting\n\n{machine(args.threads)}.",
        f"64-pixel pictures; medians of {args.repeats} runs.",
        "\n| pictures | number | per second | peak MB |\n|---|---|---|---|",
        *table(seen, {name: number for name, (number, _) in made.items()}),
    ]
    print(*lines, sep="\n")
    if args.page:
        replace_section(args.page, "painting", "\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
