"""A synthetic subject with the sizes of NSD, written to disk in blocks.

Pictures have factors that no table shows. Features are random mixtures of the factors of their space, with
noise; voxels are random mixtures of the factors of all spaces, with noise of each trial.
So features predict voxels, and voxels predict features.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from shutil import disk_usage

import numpy as np

from cortex2image.errors import DataError
from cortex2image.seeds import rng_for
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS
from cortex2image.tables.results import FEATURES

SEED = 2023
REPEATS, SESSIONS, RUNS = 3, 40, 12
# Shares of the variance: of the factors in a feature, and in a single trial of a voxel.
FEATURE_SIGNAL, VOXEL_SIGNAL = 0.5, 0.2
NOISE_CEILING = VOXEL_SIGNAL / (VOXEL_SIGNAL + (1 - VOXEL_SIGNAL) / REPEATS)
NCSNR = (VOXEL_SIGNAL / (1 - VOXEL_SIGNAL)) ** 0.5
DECODED_FROM = "ventral"
OTHER_ROIS = ("early", "lateral")
BLOCK_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Size:
    """Numbers of pictures, test pictures, factors per space and voxels to decode from; widths of spaces."""

    pictures: int = 10_000
    test_pictures: int = 1_000
    rank: int = 200
    decoded_from: int = 7_604
    widths: dict[str, int] = field(default_factory=lambda: {"c": 59_136, "z": 6_400})

    def divided(self, scale: int) -> "Size":
        """Return the sizes divided by `scale`; at least four factors stay."""
        fewer = {name: getattr(self, name) // scale for name in ("pictures", "test_pictures", "decoded_from")}
        widths = {space: width // scale for space, width in self.widths.items()}
        return replace(self, **fewer, rank=max(4, self.rank // scale), widths=widths)

    @property
    def trials(self) -> int:
        """Return the number of trials of all sessions."""
        return self.pictures * REPEATS


@dataclass(frozen=True)
class Subject:
    """The tables of a subject below `folder`; a table that is there is used again."""

    folder: Path
    size: Size

    def trials(self) -> Path:
        """Return the table of trials, written if it is missing."""
        path = self.folder / "trials.parquet"
        if not path.exists():
            TRIALS.write(trial_columns(self.size), path)
        return path

    def features(self, space: str) -> Path:
        """Return the table of features of a space, written if it is missing."""
        path, width = self.folder / f"features/{space}.parquet", self.size.widths[space]
        if not path.exists():
            check_disk(self.folder, 4 * self.size.pictures * width)
            FEATURES.write_batches(feature_blocks(self.size, space), path, space=space)
        return path

    def voxels(self, number: int) -> Path:
        """Return the table of that many voxels, written if it is missing."""
        path = self.folder / f"voxels-{number}/voxels.parquet"
        if not path.exists():
            VOXELS.write(voxel_columns(number, self.size.decoded_from), path)
        return path

    def betas(self, voxels: int) -> Path:
        """Return the betas of that many voxels, written if they are missing, a session or less at a time."""
        path = self.folder / f"voxels-{voxels}/betas.parquet"
        if not path.exists():
            check_disk(self.folder, 4 * self.size.trials * voxels)
            BETAS.write_batches(beta_blocks(self.size, voxels), path)
        return path


def check_disk(folder: Path, needed: int) -> None:
    """Raise DataError if the disk of the folder has no room for that many bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    free = disk_usage(folder).free
    if free < needed:
        fix = "choose another --folder, fewer --voxels or a --scale"
        raise DataError(folder, f"{needed / 1e9:.1f} GB of free disk", f"{free / 1e9:.1f} GB", fix)


def shown(size: Size) -> np.ndarray:
    """Return the picture of every trial, (trials,): each three times, in random order over all sessions."""
    return rng_for(SEED, "order").permutation(np.repeat(np.arange(size.pictures), REPEATS))


def trial_columns(size: Size) -> dict[str, object]:
    """Return the columns of the table of trials."""
    pictures, number = shown(size), np.arange(size.trials)
    seen = np.zeros(size.pictures, int)
    repetition = np.empty(size.trials, int)
    for trial, picture in enumerate(pictures):
        repetition[trial] = seen[picture]
        seen[picture] += 1
    held_out = rng_for(SEED, "test").permutation(size.pictures) < size.test_pictures
    session, run = divmod(number * SESSIONS * RUNS // size.trials, RUNS)
    return {
        "trial_id": trial_ids(number),
        "stimulus_id": stimulus_ids(pictures),
        "session": [f"ses-{label:02d}" for label in session + 1],
        "run": [f"run-{label:02d}" for label in run + 1],
        "repetition": repetition,
        "split": np.where(held_out[pictures], "test", "train").tolist(),
        "fold": [None] * size.trials,
        "onset": np.full(size.trials, np.nan),
        "duration": np.full(size.trials, np.nan),
    }


def trial_ids(numbers: np.ndarray) -> list[str]:
    """Return the names of trials."""
    return [f"trial-{number:05d}" for number in numbers]


def stimulus_ids(pictures: np.ndarray) -> list[str]:
    """Return the names of pictures."""
    return [f"picture-{picture:05d}" for picture in pictures]


def voxel_columns(number: int, decoded_from: int) -> dict[str, object]:
    """Return the columns of the table of voxels: those to decode from, and halves of the rest."""
    if number < decoded_from:
        raise DataError("--voxels", f"at least {decoded_from}, to decode from", f"{number}", "ask for more")
    index = np.arange(number)
    side = int(np.ceil(number ** (1 / 3)))
    i, j, k = np.unravel_index(index, (side, side, side))
    halves = [OTHER_ROIS[place * 2 // number] for place in index[decoded_from:].tolist()]
    return {
        "voxel_id": index,
        **{"i": i, "j": j, "k": k},
        "roi": [DECODED_FROM] * decoded_from + halves,
        "hemisphere": np.where(i < side / 2, "left", "right").tolist(),
        "ncsnr": np.full(number, NCSNR),
        "noise_ceiling": np.full(number, NOISE_CEILING),
        "noise_ceiling_sd": np.full(number, 0.05),
        "noise_ceiling_unclipped": np.full(number, NOISE_CEILING),
    }


def factors(size: Size, space: str) -> np.ndarray:
    """Return the factors of every picture, (pictures, rank) float32, with variances that add up to 1."""
    spread = np.arange(1, size.rank + 1, dtype=np.float32) ** -0.25
    drawn = rng_for(SEED, "factors", space).standard_normal((size.pictures, size.rank), np.float32)
    return drawn * (spread / np.sqrt((spread**2).sum()))


def mixed(signal: np.ndarray, mixing: np.ndarray, share: float, *identity: object) -> np.ndarray:
    """Return (n, w) values of variance 1: (n, k) factors of variance 1 in all, mixed (k, w), and noise."""
    values = rng_for(SEED, *identity).standard_normal((len(signal), mixing.shape[1]), np.float32)
    values *= np.float32((1 - share) ** 0.5)
    values += (signal * np.float32(share**0.5)) @ mixing
    return values


def feature_blocks(size: Size, space: str) -> Iterator[dict[str, object]]:
    """Yield blocks of pictures with their features."""
    width, signal = size.widths[space], factors(size, space)
    mixing = rng_for(SEED, "features", space).standard_normal((size.rank, width), np.float32)
    for chosen in blocks(0, size.pictures, width):
        values = mixed(signal[chosen], mixing, FEATURE_SIGNAL, "features", space, chosen.start)
        names = stimulus_ids(np.arange(chosen.start, chosen.stop))
        yield {"stimulus_id": names, "feature": vectors(values)}
        del values  # or it would stay while the next block is drawn


def beta_blocks(size: Size, voxels: int) -> Iterator[dict[str, object]]:
    """Yield blocks of trials with their betas; no block spans two sessions."""
    signal = np.hstack([factors(size, space) for space in size.widths]) * np.float32(len(size.widths) ** -0.5)
    mixing = rng_for(SEED, "voxels", voxels).standard_normal((signal.shape[1], voxels), np.float32)
    pictures = shown(size)
    edges = [-(-session * size.trials // SESSIONS) for session in range(SESSIONS + 1)]
    for first, last in pairwise(edges):
        for chosen in blocks(first, last, voxels):
            values = mixed(signal[pictures[chosen]], mixing, VOXEL_SIGNAL, "betas", voxels, chosen.start)
            names = trial_ids(np.arange(chosen.start, chosen.stop))
            yield {"trial_id": names, "beta": vectors(values)}
            del values  # as above


def blocks(first: int, last: int, width: int) -> Iterator[slice]:
    """Yield consecutive rows in as few, about equal, blocks of float32 as BLOCK_BYTES allow."""
    number = max(1, -(-4 * width * (last - first) // BLOCK_BYTES))
    edges = [first + (last - first) * block // number for block in range(number + 1)]
    return (slice(a, b) for a, b in pairwise(edges) if a < b)
