"""A synthetic data set of prepared betas, with the methods of a reader and no files."""

import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cortex2image.data.prepared import BetaSession, BetaVoxels, ShownRun
from cortex2image.data.recording import Event, Stimulus

SHAPE = (4, 5, 3)
AFFINE = np.diag([2.0, 2.0, 2.0, 1.0])
INDICES = np.array([[0, 0, 1], [0, 1, 0], [1, 2, 2], [2, 0, 0], [3, 4, 2]])


class SyntheticBetas:
    """Sessions of 6 trials in two runs, with a count of the sessions in memory at once.

    A beta is 100 * session + trial + voxel / 10; it is NaN for voxel 1 in session 2, and for voxel 3 always.
    `alive` names the sessions whose betas are still in memory; `most` is the largest number of them so far.
    """

    def __init__(self, sessions: int = 3, trials: int = 6, read_trials: int | None = None) -> None:
        self.count, self.trials = sessions, trials
        self.read_trials = trials if read_trials is None else read_trials
        self.alive: set[str] = set()
        self.most = 0

    def subjects(self) -> list[str]:
        return ["sub-01"]

    def subject_files(self, subject: str) -> list[Path]:
        return []

    def problems(self, subject: str) -> list[str]:
        return ["ses-09: missing"]

    def stimuli(self, subjects: Sequence[str]) -> list[Stimulus]:
        names = sorted({event.stimulus_id for run in self.runs("sub-01") for event in run.events})
        return [
            Stimulus(name, "test" if name == "told-0" else "train", ("a cat",), None, None) for name in names
        ]

    def runs(self, subject: str) -> list[ShownRun]:
        half = self.trials // 2
        return [
            ShownRun(f"ses-{s:02d}", f"run-{r:02d}", tuple(self._event(i + r * half) for i in range(half)))
            for s in range(1, self.count + 1)
            for r in range(2)
        ]

    def _event(self, number: int) -> Event:
        return Event(4.0 * number, 3.0, f"told-{number % 4}")

    def sessions(self, subject: str) -> list[BetaSession]:
        labels = [f"ses-{s:02d}" for s in range(1, self.count + 1)]
        return [BetaSession(label, (Path(f"{label}.hdf5"),), self.trials) for label in labels]

    def voxels(self, subject: str) -> BetaVoxels:
        roi, side = ["early", "early", "ventral", "unlabelled", "ventral"], ["left"] * 3 + ["right"] * 2
        return BetaVoxels(INDICES, roi, side, SHAPE, AFFINE)

    def read(self, session: BetaSession, voxels: BetaVoxels) -> np.ndarray:
        number = int(session.session[-2:])
        trials = np.arange(self.read_trials)[:, None]
        betas = (100 * number + trials + np.arange(len(voxels.indices)) / 10).astype(np.float32)
        betas[:, [1, 3] if number == 2 else [3]] = np.nan
        self.alive.add(session.session)
        weakref.finalize(betas, self.alive.discard, session.session)
        self.most = max(self.most, len(self.alive))
        return betas

    def pictures(self, stimuli: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        for name in stimuli:
            yield name, np.full((8, 8, 3), 10 * int(name[-1]), np.uint8)
