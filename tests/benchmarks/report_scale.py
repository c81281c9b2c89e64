"""Benchmark of the report of a large study; prints a section of docs/benchmarks.md.

    PYTHONPATH=workflow:. python -m tests.benchmarks.report_scale --folder /somewhere/with/2/GB --threads 2 \\
        --page docs/benchmarks.md

A study of random numbers, 1,000 test stimuli x 5 samples x 6 methods x 4 subjects with pictures of 64 px and
16 metrics, goes through the steps `thumbnails` and `report`, each in a process of its own. Then a browser
opens the first page and the gallery from disk, with an empty cache, and scrolls the gallery to its end.
Pictures are further names of 500 different files; every one is read, shrunk and encoded.
"""

import argparse
import os
import resource
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from unittest import mock

import numpy as np
from playwright.sync_api import Page
from tests.benchmarks.measure import machine, replace_section
from tests.benchmarks.step_process import IMPORTED_FROM, THREAD_VARIABLES, Seen, watched
from tests.support import report_study
from tests.support.browser import opened_browser
from tests.support.studies import as_option

from cortex2image.metrics.registry import METRICS

SUBJECTS, STIMULI, SAMPLES, SIDE, DIFFERENT, OF_METRICS = 4, 1000, 5, 64, 500, 16
METHODS = ("c", "zc", "ceiling", "shuffled", "no_brain", "shuffled_fit")
LONGEST_S, MOST_GB, PAINT_S, OVERVIEW_MB = 300, 2.0, 2.0, 3.0
SCROLL = """() => new Promise((done) => {
  let [last, longest, steps] = [performance.now(), 0, 0];
  const height = document.documentElement.scrollHeight;
  const step = (now) => {
    longest = Math.max(longest, now - last);
    last = now;
    steps += 1;
    scrollTo(0, (height * steps) / 200);
    steps < 200 ? requestAnimationFrame(step) : done(longest);
  };
  requestAnimationFrame(step);
})"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass(frozen=True)
class Opened:
    """What a browser saw: seconds to the first paint and the first picture, and how the gallery scrolled."""

    overview_s: float
    gallery_s: float
    tiles_s: float
    longest_frame_ms: float
    tiles_at_end: int


def write_large_study(root: Path, scale: int) -> list[str]:
    """Write the study, of sizes divided by `scale`; return the command line of its report."""
    names = [f"nsd/scene-{i:05d}" for i in range(STIMULI // scale)]
    judged = [name for name, facts in METRICS.items() if facts.kind in ("pixels", "identification")]
    pool, number = [], count()
    rng = np.random.default_rng(0)
    for i in range(max(2, DIFFERENT // scale)):
        pool.append(report_study.write_picture(root.parent / "pool" / f"{i}.png", rng, SIDE))

    def linked(path: Path, _: object, side: int = SIDE) -> str:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(pool[next(number) % len(pool)], path)
        return str(path)

    sizes = {
        "SUBJECTS": tuple(f"sub-{i + 1:02d}" for i in range(SUBJECTS)),
        "STIMULUS_IDS": names,
        "SAMPLES": SAMPLES,
        "METRICS": tuple(judged[:OF_METRICS]),
    }
    # Strips are written by the steps that are measured.
    steps = {"write_picture": linked, "write_thumbnails": lambda *_: None}
    with mock.patch.multiple(report_study, **sizes, **steps):
        return report_study.write_study(root, METHODS, ("z", "c", "zc"), True, "bids")


def thumbnails_command(root: Path, subject: str, threads: int) -> list[str]:
    """Return the command line of the strips of a subject."""
    tables = [str(root / subject / "reconstructions" / f"{method}.parquet") for method in METHODS]
    options = ["--subject", subject, "--stimuli", str(root / "stimuli.parquet"), "--reconstructions", *tables]
    options += ["--novelty", str(root / "novelty.parquet"), "--threads", str(threads)]
    options += ["--pictures", str(root / "report" / "pictures" / subject)]
    return [*options, *as_option(reconstruct={"methods": METHODS})]


def step(name: str, options: list[str], threads: int) -> Seen:
    """Run a step as a job of the workflow does."""
    environment = dict.fromkeys(THREAD_VARIABLES, str(threads)) | {
        "PYTHONPATH": os.pathsep.join(IMPORTED_FROM)
    }
    command = [sys.executable, "-m", f"cortex2image.steps.{name}", *options]
    return watched(command, os.environ | environment)


def in_browser(report: Path) -> Opened:
    """Open the first page and the gallery."""
    with opened_browser() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto((report / "index.html").resolve().as_uri())
        overview = painted(page)
        page.close()
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto((report / "gallery.html").resolve().as_uri())
        page.wait_for_selector(".tile")
        tiles = float(page.evaluate("performance.now()")) / 1e3
        gallery, longest = painted(page), float(page.evaluate(SCROLL))
        page.wait_for_timeout(500)
        at_end = int(page.evaluate("document.querySelectorAll('.tile').length"))
        page.close()
    return Opened(overview, gallery, tiles, longest, at_end)


def children_cpu() -> float:
    """Return the seconds of cores that ended processes of this one took, whatever else the machine did."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def painted(page: Page) -> float:
    """Return the seconds from the start of a page to its first paint with content."""
    page.wait_for_function(f"({PAINT}) !== null")
    return float(page.evaluate(PAINT)) / 1e3


def megabytes(path: Path) -> float:
    """Return the size of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def compare(args: argparse.Namespace) -> list[str]:
    """Return the lines of the section."""
    root = args.folder / "study"
    report_command = write_large_study(root, args.scale)
    cpu = children_cpu()
    subjects = [f"sub-{i + 1:02d}" for i in range(SUBJECTS)]
    strips = [step("thumbnails", thumbnails_command(root, s, args.threads), args.threads) for s in subjects]
    pages = step("report", report_command, args.threads)
    cpu = children_cpu() - cpu
    seen = in_browser(root / "report")
    seconds = sum(one.seconds for one in (*strips, pages))
    peak = max(one.peak_gb for one in (*strips, pages))
    overview, folder = megabytes(root / "report" / "index.html"), megabytes(root / "report")
    pictures, data = (megabytes(root / "report" / part) for part in ("pictures", "data"))

    def against(value: float, goal: float, unit: str) -> str:
        return f"{value:.3g} {unit} (<= {goal:g}: {'met' if value <= goal else 'missed'})"

    stimuli = STIMULI // args.scale
    return [
        "## Report of a large study",
        "",
        machine(args.threads) + (f"; {args.machine_was}" if args.machine_was else "") + ".",
        f"{stimuli} test stimuli x {SAMPLES} samples x {len(METHODS)} methods x {SUBJECTS} subjects = "
        f"{stimuli * SAMPLES * len(METHODS) * SUBJECTS:,} pictures of {SIDE} px, {OF_METRICS} metrics.",
        "",
        f"- Built in {against(seconds, LONGEST_S, 's')}, with {cpu:.0f} s of cores; the strips of a "
        f"subject took {min(s.seconds for s in strips):.0f} to {max(s.seconds for s in strips):.0f} s and "
        f"the pages {pages.seconds:.0f} s; peak memory {against(peak, MOST_GB, 'GB')}.",
        f"- First page: {against(overview, OVERVIEW_MB, 'MB')}, first paint after "
        f"{against(seen.overview_s, PAINT_S, 's')}.",
        f"- Gallery: first paint after {against(seen.gallery_s, PAINT_S, 's')}, first pictures after "
        f"{against(seen.tiles_s, PAINT_S, 's')}; scrolled to its end in 200 steps, the longest frame took "
        f"{seen.longest_frame_ms:.0f} ms, and {seen.tiles_at_end} pictures were in the page.",
        f"- Folder: {folder:.0f} MB, of which small pictures {pictures:.0f} MB, data {data:.0f} MB.",
    ]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder for the study")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scale", type=int, default=1, help="divide the number of stimuli by it")
    parser.add_argument("--machine-was", default="", help="what else is to be known, such as: not quiet")
    parser.add_argument("--page", type=Path, help="page whose section is replaced; only printed without it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    lines = compare(args)
    print(*lines, sep="\n")
    if args.page:
        replace_section(args.page, "report scale", "\n".join(lines))


if __name__ == "__main__":
    main()
