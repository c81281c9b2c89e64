"""Fetch the files of NSD that a study needs and that are missing, from its public bucket.

Several at a time; each is resumed where an earlier attempt was cut, checked, and whole or absent. Prints a
line per file, and writes the table of the step nsd_manifest as it is afterwards.
"""

import argparse
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from cortex2image.data.nsd.bucket import PublicBucket
from cortex2image.data.nsd.byte_progress import ByteProgress
from cortex2image.data.nsd.manifest import BUCKET, TERMS, Needed
from cortex2image.data.nsd.manifest_options import add_manifest_options, listed_files
from cortex2image.data.nsd.manifest_table import as_text, as_tsv, missing, readable
from cortex2image.data.nsd.partial_file import PartialFile, RemoteObject
from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.files import atomic


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_manifest_options(parser)
    parser.add_argument("--terms-accepted", choices=("true", "false"), default="false")
    parser.add_argument("--table", required=True, help="TSV to write")
    parser.add_argument("--parallel", type=int, default=8, help="files at a time")
    parser.add_argument("--endpoint-url", help="a server other than Amazon's, such as a mirror")
    return parser.parse_args(argv)


def check_terms(accepted: str) -> None:
    """Raise ConfigError unless the user has said that the terms of use are accepted."""
    if accepted != "true":
        fix = "accept them, then set dataset/terms_accepted: true in the config"
        raise ConfigError("dataset/terms_accepted", f"true. {TERMS}", accepted, fix)


def describe(bucket: PublicBucket, files: Sequence[Needed], parallel: int) -> list[RemoteObject]:
    """Return the objects of the missing files; optional ones that the bucket lacks are left out.

    Raises
    ------
    DataError
        The bucket has no such key.
    """
    with ThreadPoolExecutor(parallel) as pool:
        remotes = list(pool.map(bucket.describe, [file.key for file in files]))
    unknown = [f.key for f, remote in zip(files, remotes, strict=True) if remote is None and f.required]
    if unknown:
        fix = "correct space, betas or rois/atlas under dataset in the config; nothing was fetched"
        raise DataError(f"s3://{bucket.name}", "every file listed", f"no {', no '.join(unknown)}", fix)
    return [remote for remote in remotes if remote is not None]


def check_room(root: Path, coming: int) -> None:
    """Raise DataError unless the disk of `root` has room for the bytes that are to come."""
    free = shutil.disk_usage(next(folder for folder in (root, *root.parents) if folder.exists())).free
    if coming > free:
        fix = "make room, or choose fewer subjects or sessions in the config; nothing was fetched"
        raise DataError(root, f"{readable(coming)} of free space", readable(free), fix)


def failed(jobs: Mapping[Future[None], RemoteObject], progress: ByteProgress) -> Iterator[DataError]:
    """Print a line for each job as it ends; yield what was wrong with those that failed."""
    for number, job in enumerate(as_completed(jobs), start=1):
        try:
            job.result()
            outcome = f"fetched, {'MD5' if jobs[job].md5 else 'only size'} checked"
        except DataError as error:
            yield error
            outcome = "failed"
        print(f"{number} of {len(jobs)} {outcome}: {jobs[job].key} ({progress.line()})", flush=True)


def fetch_all(bucket: PublicBucket, remotes: Sequence[RemoteObject], root: Path, parallel: int) -> None:
    """Fetch every object to its place; one that fails does not keep the others from coming.

    Raises
    ------
    DataError
        There is no room, or some failed: what was wrong with each.
    """
    coming = sum(remote.size - PartialFile(root / remote.key, remote).bytes for remote in remotes)
    check_room(root, coming)
    progress = ByteProgress(coming)
    with ThreadPoolExecutor(parallel) as pool:
        jobs = {pool.submit(bucket.fetch, r, root / r.key, progress.advance): r for r in remotes}
        try:
            failures = list(failed(jobs, progress))
        except BaseException:
            progress.stop()
            pool.shutdown(cancel_futures=True)
            raise
    if failures:
        found = "\n".join(map(str, failures))
        raise DataError(
            root, f"{len(remotes)} files fetched", f"{len(failures)} failed:\n{found}", "run again"
        )


def main(argv: Sequence[str] | None = None) -> None:
    """Fetch what is missing, and say what has to come from elsewhere."""
    args = parse_args(argv)
    files = [file for file in missing(listed_files(args)) if file.origin == BUCKET]
    if files:
        check_terms(args.terms_accepted)
        bucket = PublicBucket(BUCKET, args.endpoint_url, args.parallel)
        fetch_all(bucket, describe(bucket, files, args.parallel), args.root, args.parallel)
    afterwards = listed_files(args)
    with atomic(args.table) as temporary:
        temporary.write_text(as_tsv(afterwards))
    left = missing(afterwards)
    print(as_text(left) if left else "Every file that the study needs is there.")


if __name__ == "__main__":
    run_step(main)
