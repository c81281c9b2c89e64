"""Benchmark of drawing pictures; prints a section of docs/benchmarks.md.

    PYTHONPATH=workflow:. python -m tests.benchmarks.drawing --page docs/benchmarks.md
    PYTHONPATH=workflow:. python -m tests.benchmarks.drawing --model sd14 --page docs/benchmarks.md

The first draws with the shipped miniature: this project's engine; the forward passes of its networks that
the pictures need and nothing else; the pattern of the released code of Takagi and Nishimoto (2023), one
picture at a time with a model that is loaded already; and diffusers' own pipeline at several batch sizes. All
draw the same pictures from the same features, in one process and in turns; rates are medians.

The second draws with the widths of Stable Diffusion 1.4 and random weights: 512 pixels, 40 of 50 steps, with
guidance, over precision, compilation and batch size, and says how long NSD would take. `--size tiny` is the
same with thin networks and few steps, for a CPU.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tests.benchmarks.drawing_peers import Bare, Pipeline
from tests.benchmarks.drawing_rates import hours, matrix_rate, peak_bytes
from tests.benchmarks.measure import Measured, machine, replace_section, run, side_by_side
from tests.support.full_models import generator_of, write_full_model_set

from cortex2image.diffusion.cost import count, unet_passes
from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.networks.checksums import record
from cortex2image.networks.codec import encode_text
from cortex2image.networks.load import Diffusion, load_diffusion
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.pictures import pictures
from cortex2image.study.methods import FROM_PICTURE, METHODS

SAMPLES = 3
CAPTIONS = ("a red house in the snow", "a cat", "a blue shoe on sand", "two green cars at night")
LARGEST = 1.2
"""Time of the engine over that of the networks alone, at most."""
RELEASED, OURS, BARE = "one picture at a time, as released", "this project", "networks alone"


@dataclass(frozen=True)
class Task:
    """What is drawn: z and c of rows, samples of a stimulus one after the other; seeds; the sampling."""

    z: np.ndarray
    c: np.ndarray
    sampling: Sampling

    @property
    def seeds(self) -> list[int]:
        return list(range(len(self.z)))

    def parts(self, size: int) -> Iterator["tuple[dict[str, np.ndarray], list[int]]"]:
        """Yield features and seeds of batches."""
        for first in range(0, len(self.z), size):
            part = slice(first, first + size)
            yield {"z": self.z[part], "c": self.c[part]}, self.seeds[part]


def task(diffusion: Diffusion, stimuli: int, samples: int, sampling: Sampling) -> Task:
    """Return random z and c of captions, each repeated for its samples."""
    shape = diffusion.model_set.latent_shape
    z = np.random.default_rng(0).standard_normal((stimuli, int(np.prod(shape))), np.float32)
    texts = [CAPTIONS[number % len(CAPTIONS)] for number in range(stimuli)]
    c = encode_text(diffusion, texts).float().flatten(1).cpu().numpy()
    return Task(z.repeat(samples, 0), c.repeat(samples, 0), sampling)


def draw(denoiser: Denoiser, drawn: Task, size: int) -> np.ndarray:
    """Draw every picture with this project's engine."""
    return np.concatenate([pictures(METHODS["zc"], denoiser, *part) for part in drawn.parts(size)])


def miniature(args: argparse.Namespace) -> list[str]:
    """Return the section of the miniature."""
    known, batches = MODEL_SETS["miniature"], [int(size) for size in args.batches.split(",")]
    diffusion = load_diffusion(known, "cpu")
    drawn = task(diffusion, args.stimuli, SAMPLES, Sampling(args.steps, 0.8, 2.0, "matched", "mean"))
    denoiser, plain = Denoiser(diffusion, drawn.sampling), Pipeline.of(known, drawn.sampling)
    methods: dict[str, Callable[[], Any]] = {
        OURS: partial(draw, denoiser, drawn, known.at_once(None, 60)),
        BARE: partial(Bare(denoiser).forward, drawn, known.at_once(None, 60)),
        RELEASED: partial(plain.draw, drawn, 1),
    }
    methods |= {f"diffusers, {size} at once": partial(plain.draw, drawn, size) for size in batches}
    seen = side_by_side(methods, args.repeats)
    rows = unet_passes(FROM_PICTURE, drawn.sampling, diffusion.scheduler.config)
    each = count(known, diffusion.unet, diffusion.vae).picture(FROM_PICTURE, rows, SAMPLES)
    peak = matrix_rate(torch.device("cpu"), torch.float32)
    return [
        f"## Drawing with the miniature\n\n{machine(args.threads)}.",
        f"{len(drawn.z)} pictures of 64 pixels, {SAMPLES} of each stimulus, {drawn.sampling.steps} steps, "
        f"strength 0.8, guidance 2, float32; medians of {args.repeats} runs. A picture takes "
        f"{each / 1e9:.2f} billion multiplications; products of matrices run at {peak / 1e9:.0f} billion "
        "a second.",
        "\n| method | pictures/s | of the matrix rate | peak MB |\n|---|---|---|---|",
        *(row(name, measured, len(drawn.z), each / peak) for name, measured in seen.items()),
        *verdicts(seen),
    ]


def row(name: str, seen: Measured, number: int, seconds: float) -> str:
    """Return the row of a method; `seconds` is what a picture would take at the rate of matrix products."""
    rate = number / seen.median
    return f"| {name} | {rate:.2f} | {rate * seconds:.0%} | {seen.megabytes:.0f} |"


def verdicts(seen: dict[str, Measured]) -> list[str]:
    """Return the goals, and how far other pictures are from ours."""
    ours = seen[OURS]
    peers = {name: measured for name, measured in seen.items() if name not in (OURS, BARE)}
    fastest = min(peers, key=lambda name: peers[name].median)
    over = ours.median / seen[BARE].median
    differing = peers[fastest].value.astype(int) - ours.value
    met = "met" if over <= LARGEST else "missed"
    return [
        f"\n- The engine takes {over:.2f} times the networks alone (<= {LARGEST}) {met}.",
        f"- {seen[RELEASED].median / ours.median:.2f} times the pictures/s of one at a time, "
        f"{peers[fastest].median / ours.median:.2f} times those of {fastest}.",
        f"- Pictures of diffusers differ in {np.mean(differing != 0):.4%} of values, "
        f"by {np.abs(differing).max()} of 255 at most.",
    ]


def stable_diffusion(args: argparse.Namespace) -> list[str]:
    """Return the section of Stable Diffusion 1.4 with random weights."""
    thin = args.size == "tiny"
    sampling = Sampling(4 if thin else 50, 0.8, 5.0, "matched", "mean")
    device = torch.device(args.device)
    lines, best = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        known = generator_of("stable-diffusion-v1-4", Path(folder), thin)
        write_full_model_set(known.folder, known, thin, torch.float16)
        record(known)
        for precision in args.precisions.split(","):
            peak = matrix_rate(device, getattr(torch, precision))
            for compiled in (False, True) if args.compile else (False,):
                diffusion = load_diffusion(known, args.device, precision, compiled)
                rows = unet_passes(FROM_PICTURE, sampling, diffusion.scheduler.config)
                each = count(known, diffusion.unet, diffusion.vae).picture(FROM_PICTURE, rows)
                for size in (int(size) for size in args.batches.split(",")):
                    rate, memory = rate_of(diffusion, sampling, size, args.repeats)
                    best = max(best, rate)
                    name = f"{precision}{', compiled' if compiled else ''} | {size}"
                    lines.append(f"| {name} | {seen_of(rate, memory, each, peak)} |")
                del diffusion
    limit = f" Memory is limited to {args.limit_gb:g} GB." if args.limit_gb else ""
    return [
        f"## Drawing with Stable Diffusion 1.4{', thin' if thin else ''}\n\n{machine(args.threads)}.",
        f"Random weights, 512 pixels, {sampling.steps} steps, strength 0.8, guidance 5; a picture takes "
        f"{each / 1e12:.2f} million million multiplications.{limit}",
        "\n| precision | batch | pictures/s | of the matrix rate | peak GB |\n|---|---|---|---|---|",
        *lines,
        f"\n- 982 stimuli, 5 samples, 4 subjects at the best of these rates: {hours(best):.1f} hours.",
    ]


def seen_of(rate: float, memory: float, each: float, peak: float) -> str:
    """Return pictures a second, their share of the rate of matrix products, and memory, as columns."""
    if not rate:
        return "out of memory | |"
    return f"{rate:.3f} | {rate * each / peak:.0%} of {2 * peak / 1e12:.1f} TFLOP/s | {memory / 1e9:.1f}"


def rate_of(diffusion: Diffusion, sampling: Sampling, size: int, repeats: int) -> tuple[float, float]:
    """Return pictures a second, the best of several batches, and peak bytes; 0 if memory does not suffice."""
    drawn, denoiser = task(diffusion, size, 1, sampling), Denoiser(diffusion, sampling)
    call = partial(draw, denoiser, drawn, size)
    try:
        call()
        with peak_bytes(diffusion.device) as peak:
            seconds = min(run(call)[0] for _ in range(repeats))
    except torch.cuda.OutOfMemoryError:
        torch.cuda.empty_cache()
        return 0.0, 0.0
    return size / seconds, peak()


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=("miniature", "sd14"), default="miniature")
    parser.add_argument("--size", choices=("full", "tiny"), default="full", help="of sd14: whole or thin")
    parser.add_argument("--stimuli", type=int, default=20, help=f"of the miniature, each {SAMPLES} times")
    parser.add_argument("--steps", type=int, default=20, help="of the miniature")
    parser.add_argument("--batches", help="sizes, separated by commas")
    parser.add_argument("--precisions", default="float16,bfloat16,float32", help="of sd14")
    parser.add_argument("--compile", action="store_true", help="of sd14: with and without")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="of sd14")
    parser.add_argument("--limit-gb", type=float, help="memory of the GPU that may be used")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--page", type=Path, help="page whose section is replaced; only printed without it")
    args = parser.parse_args(argv)
    args.batches = args.batches or ("8,20,60" if args.model == "miniature" else "1,4,8,16,32")
    return args


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    torch.set_num_threads(args.threads)
    if args.limit_gb:
        total = torch.cuda.get_device_properties(args.device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, args.limit_gb * 1e9 / total))
    lines = (miniature if args.model == "miniature" else stable_diffusion)(args)
    print(*lines, sep="\n")
    if args.page:
        replace_section(args.page, f"drawing {args.model}", "\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
