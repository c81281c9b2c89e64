"""A file that was damaged after it was written is refused by name; what is told to do mends the study."""

import dataclasses
import os
import re
import shutil

import numpy as np
import pytest
from tests.faults.whole import differences

from cortex2image.tables.recordings import TRIALS

# One finished study serves all these tests: with several test processes they belong to one.
pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.xdist_group("faults")]


def flipped(path):
    """Flip 64 bits."""
    content = np.fromfile(path, np.uint8)
    where = np.random.default_rng(7).choice(8 * content.size, 64, replace=False)
    np.bitwise_xor.at(content, where // 8, (1 << where % 8).astype(np.uint8))
    return content.tobytes()


def halved(path):
    """Cut the file short."""
    return path.read_bytes()[: path.stat().st_size // 2]


def older(path):
    """Write the table as another version of the project would have."""
    copy = path.with_name("copy.parquet")
    dataclasses.replace(TRIALS, version=TRIALS.version - 1).write(TRIALS.read(path), copy)
    content = copy.read_bytes()
    copy.unlink()
    return content


def damage(path, how):
    """Replace the content of a file and keep its times, so that no job runs again for it alone."""
    times, content = path.stat(), how(path)
    path.unlink()  # pictures may be further names of the same file
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


DECODED, EVALUATED = "sub-01/decoded/z.parquet", "sub-01/evaluation/zc.parquet"
REDRAWN = "sub-01/reconstructions/zc.parquet"


@pytest.mark.parametrize(
    ("file", "how", "asked", "said", "deleted"),
    [
        ("sub-01/betas.parquet", flipped, DECODED, "delete the file and run the workflow again", None),
        ("features/z.parquet", halved, DECODED, "cut short", None),
        ("sub-01/trials.parquet", older, DECODED, "another version of cortex2image wrote it", None),
        ("features/judged/clip-embeds.npy", flipped, EVALUATED, "delete this folder and", "features/judged"),
        ("sub-01/reconstructions/zc/*.png", halved, EVALUATED, "delete its table and run", REDRAWN),
    ],
)
def test_damage_is_named_and_mended(study, finished, file, how, asked, said, deleted):
    """Only the table that is asked for is missing: a job that would read on writes it wrong."""
    path = min(study.results.glob(file))
    damage(path, how)
    (study.results / asked).unlink()
    assert study.asking(asked).run() != 0
    parts = rf"Error: \S*{re.escape(path.name)}\n +expected: .*\n +found: .*\n +to do: .*"
    message = re.search(parts, study.said)
    assert message, study.said[-5000:]
    assert said in message[0]
    assert "Traceback" not in study.said
    assert not (study.results / asked).exists()
    _delete(study.results / (deleted or file))
    assert study.asking(asked).run() == 0, study.said[-5000:]
    assert study.run() == 0, study.said[-5000:]
    assert differences(study.results, finished.results) == []


def _delete(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()
