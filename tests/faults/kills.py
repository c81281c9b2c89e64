"""Kill a study at random moments until it has survived a number of kills, and compare it with a quiet run.

``python -m tests.faults.kills --kills 100 --seed 1`` prints a line for every kill; it ends with status 1 and
the names of the files if a file under its final name is not whole, or if a table or a picture differs.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from tests.faults.study import END_S, EVERYTHING, Study, kill, new_study, outlived, started_by, steps_of
from tests.faults.whole import differences, leftovers, require_whole

# Where many files become one.
JOINS = ("index_reconstructions", "scores", "join_features", "encoding_scores", "standardise", "stimuli")
LONGEST_S, LONGER = 15, 1.5
EVERY_S = 0.01

Running = subprocess.Popen[bytes]


def main_process(running: Running, study: Study, chance: random.Random, longest: float) -> bool:
    """Kill Snakemake alone; its jobs go on, and write when the next run is under way."""
    return _ended_before(running, chance.uniform(2, longest)) or _killed(running, [])


def everything(running: Running, study: Study, chance: random.Random, longest: float) -> bool:
    """Kill Snakemake and all its jobs, as when the machine goes down."""
    return _ended_before(running, chance.uniform(2, longest)) or _killed(running, started_by(running))


def worker(running: Running, study: Study, chance: random.Random, longest: float) -> bool:
    """Kill one step, as when memory runs out; Snakemake says so and ends."""
    _wait_for(running, lambda: bool(steps_of(running)))
    if _ended_before(running, chance.uniform(0, longest / 4)) or not (
        steps := sorted(steps_of(running), key=_pid)
    ):
        return True
    kill([chance.choice(steps)])
    return running.wait(END_S) == 0  # the step had ended before the signal came


def writing(running: Running, study: Study, chance: random.Random, longest: float) -> bool:
    """Kill everything at a moment when a further file or folder stands under a temporary name."""
    there = len(leftovers(study.results))
    return not _wait_for(running, lambda: len(leftovers(study.results)) > there, longest) or _killed(
        running, started_by(running)
    )


def joins(running: Running, study: Study, chance: random.Random, longest: float) -> bool:
    """Kill everything while a step runs that joins many files."""
    return (
        not _wait_for(running, lambda: bool(set(steps_of(running).values()) & {*JOINS}), longest)
        or _ended_before(running, chance.uniform(0, longest / 4))
        or _killed(running, started_by(running))
    )


KINDS: dict[str, Callable[[Running, Study, random.Random, float], bool]] = {
    kind.__name__: kind for kind in (main_process, everything, worker, writing, joins)
}
"""Each waits for its moment and kills; it returns whether the run had ended before."""


def survive(study: Study, kinds: Sequence[str], chance: random.Random) -> list[str]:
    """Run a study to its end in spite of kills of these kinds, and return those that took place.

    Every run is killed once, and the lock cleaned after it. Once the study is done there is nothing left to
    kill: the kills may be fewer than asked.
    """
    done: list[str] = []
    orphans: set[psutil.Process] = set()
    whole, longest = 0, float(LONGEST_S)
    for kind in kinds:
        begun, running = time.monotonic(), study.start()
        ended = KINDS[kind](running, study, chance, longest)
        status = running.wait(END_S)
        if ended:
            _require_success(study, status)
            break
        orphans.update(process for process in psutil.process_iter() if _works_in(process, study))
        study.unlock()
        done.append(kind)
        before, whole, seconds = whole, require_whole(study.results), time.monotonic() - begun
        longest = longest * LONGER if whole == before else LONGEST_S  # or a slow machine would never end
        print(f"{kind}: killed after {seconds:.0f} s, {whole} whole files", flush=True)
    else:
        _require_success(study, study.run())
    if still := outlived(orphans, END_S):
        raise AssertionError(f"jobs that do not end: {still}")
    return done


def _works_in(process: psutil.Process, study: Study) -> bool:
    try:
        return process.cwd() == str(study.root)
    except psutil.Error:
        return False


def _require_success(study: Study, status: int) -> None:
    if status:
        raise AssertionError(f"a run without a kill ends with status {status}: {study.said[-4000:]}")


def _killed(running: Running, children: Sequence[psutil.Process]) -> bool:
    """Kill Snakemake first, so that it cannot tidy up, then the children; return whether it had ended."""
    if running.poll() is not None:
        return True
    running.kill()
    kill(children)
    return False


def _ended_before(running: Running, seconds: float) -> bool:
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _wait_for(running: Running, happens: Callable[[], bool], longest: float = END_S) -> bool:
    """Return whether something happened before the run ended."""
    end = time.monotonic() + longest
    while running.poll() is None and time.monotonic() < end:
        if happens():
            return True
        time.sleep(EVERY_S)
    return running.poll() is None


def _pid(process: psutil.Process) -> int:
    return int(process.pid)


def campaign(quiet: Study, shaken: Study, kills: int, seed: int) -> list[str]:
    """Survive a number of kills in as many runs of the study as it takes; return what differs."""
    chance, done = random.Random(seed), 0
    while done < kills:
        done += len(survive(shaken, chance.choices(list(KINDS), k=kills - done), chance))
        wrong = differences(shaken.results, quiet.results) + leftovers(shaken.results)
        print(f"{done} kills survived, {len(wrong)} differences", flush=True)
        if wrong:
            return wrong
        shutil.rmtree(shaken.root / "results")
    return []


def main() -> None:
    """Run a campaign from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        quiet, shaken = (new_study(Path(folder, name), EVERYTHING) for name in ("quiet", "shaken"))
        _require_success(quiet, quiet.run())
        sys.exit("\n".join(campaign(quiet, shaken, given.kills, given.seed)) or None)


if __name__ == "__main__":
    main()
