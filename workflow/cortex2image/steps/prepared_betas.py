"""Copy the betas of one subject that others estimated into the tables that the single-trial GLM writes.

Reads trials.parquet and the prepared betas, as many sessions at once as there are threads. Writes
single_trial_betas.parquet and mask_voxels.parquet, whose metadata hold the grid. If a voxel has no data in a
session, its betas of the session are written as 0, and mask_voxels.parquet counts the session. If the study
uses the noise ceilings that were released with the betas, mask_voxels.parquet holds them too.
"""

import json
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from cortex2image.data.open_dataset import open_betas
from cortex2image.data.prepared import BetaDataset, BetaSession, BetaVoxels, HasReleasedNcsnr
from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.progress import say, track
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import MASK_VOXELS, SINGLE_TRIAL_BETAS, TRIALS

READS = ("dataset/@source", "dataset/mask", "dataset/rois", "standardise/ncsnr_from")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    inputs=("trials",),
    outputs=("betas", "voxels"),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the betas of one subject, and the voxels that they belong to."""
    args, study = COMMAND.parse(argv)
    trials, dataset = TRIALS.read(args.trials), open_betas(study.dataset)
    sessions = dataset.sessions(args.subject)
    check_sessions(sessions, trials, args.trials)
    voxels = dataset.voxels(args.subject)
    say(f"{args.subject}: {trials.num_rows} trials, {len(sessions)} sessions, {len(voxels.indices)} voxels")
    released = study.standardise.ncsnr_from == "released"
    ncsnr = released_ncsnr(dataset, args.subject, voxels) if released else None
    facts = {"affine": json.dumps(voxels.affine.tolist()), "shape": json.dumps(voxels.shape)}
    invalid = np.zeros(len(voxels.indices), np.int32)
    read = read_in_order(dataset, sessions, voxels, args.threads)
    SINGLE_TRIAL_BETAS.write_batches(batches(read, sessions, trials, invalid), args.betas, **facts)
    MASK_VOXELS.write(voxel_columns(voxels, invalid, ncsnr), args.voxels, **facts)


def check_sessions(sessions: Sequence[BetaSession], trials: pa.Table, source: str) -> None:
    """Raise DataError unless the sessions hold the trials of trials.parquet, in its order."""
    listed = list(Counter(trials["session"].to_pylist()).items())
    there = [(session.session, session.trials) for session in sessions]
    if listed != there:
        differing = sorted(set(listed) ^ set(there))
        found = f"{len(there)} sessions" + (
            f"; differing: {differing[0][0]}" if differing else " in another order"
        )
        expected = f"the {len(listed)} sessions of the betas, with as many trials each"
        raise DataError(source, expected, found, "delete the table and run the workflow again")


def read_in_order(
    dataset: BetaDataset, sessions: Sequence[BetaSession], voxels: BetaVoxels, threads: int
) -> Iterator[np.ndarray]:
    """Yield the betas of each session in order, while threads read the next sessions.

    At most `threads` sessions are in memory, if the caller drops one before it asks for the next.
    """
    waiting: deque[Future[np.ndarray]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for session in sessions:
            waiting.append(pool.submit(dataset.read, session, voxels))
            if len(waiting) == threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def batches(
    read: Iterator[np.ndarray], sessions: Sequence[BetaSession], trials: pa.Table, invalid: np.ndarray
) -> Iterator[dict[str, object]]:
    """Yield the rows of each session; count in `invalid` the sessions in which each voxel has no data.

    Raises
    ------
    DataError
        A session holds another number of trials than it should.
    """
    first = 0
    for session in track(sessions, "read betas, sessions"):
        betas = next(read)
        if len(betas) != session.trials:
            fix = "replace the file by a whole copy"
            raise DataError(session.files[0], f"{session.trials} trials", f"{len(betas)}", fix)
        zero_invalid(betas, session.session, invalid)
        yield {"trial_id": trials["trial_id"].slice(first, len(betas)), "beta": vectors(betas)}
        first += session.trials
        del betas  # otherwise it would stay in memory while the next session is read


def zero_invalid(betas: np.ndarray, session: str, invalid: np.ndarray) -> None:
    """Set voxels that are NaN in all trials of a session to 0, and add 1 to their counts in `invalid`."""
    unusable = np.isnan(betas).all(axis=0)
    if unusable.any():
        say(f"{session}: {unusable.sum()} of {len(unusable)} voxels have no data")
    betas[:, unusable] = 0
    invalid += unusable


def released_ncsnr(dataset: BetaDataset, subject: str, voxels: BetaVoxels) -> np.ndarray:
    """Return the noise ceilings that were released with the betas, (voxels,); NaN where unknown.

    Raises
    ------
    ConfigError
        No noise ceilings were released with the data set.
    """
    if not isinstance(dataset, HasReleasedNcsnr):
        fix = "set standardise/ncsnr_from: all, or train"
        raise ConfigError("standardise/ncsnr_from", "a data set with released noise ceilings", "none", fix)
    return dataset.released_ncsnr(subject, voxels)


def voxel_columns(voxels: BetaVoxels, invalid: np.ndarray, ncsnr: np.ndarray | None) -> dict[str, object]:
    """Return the columns of mask_voxels.parquet."""
    columns: dict[str, object] = {name: voxels.indices[:, axis] for axis, name in enumerate("ijk")}
    columns |= {"voxel_id": np.arange(len(invalid)), "roi": voxels.roi, "hemisphere": voxels.hemisphere}
    ratio = pa.nulls(len(invalid), pa.float64()) if ncsnr is None else pa.array(ncsnr, from_pandas=True)
    return columns | {"invalid_sessions": invalid, "released_ncsnr": ratio}


if __name__ == "__main__":
    run_step(main)
