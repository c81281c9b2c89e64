"""Fetch the files of NSD that a study needs and that are missing, or of another size, from its public bucket.

The bucket is asked for the size of every file; one that differs on the disk is fetched anew, and stays until
the new one is whole. Several come at a time, each resumed where an earlier attempt was cut. The content is
checked with the MD5 that the bucket gives; of objects stored in parts, where the size of the parts can be
inferred, else the size alone is checked, and the line of the file says so. Writes the table of the step
nsd_manifest as it is afterwards.
"""

import argparse
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from cortex2image.data.nsd.bucket import PublicBucket, Refusal
from cortex2image.data.nsd.download import ByteProgress, PartialFile, RemoteObject
from cortex2image.data.nsd.manifest import BUCKET, TERMS, Needed
from cortex2image.data.nsd.manifest_options import add_manifest_options, listed_files
from cortex2image.data.nsd.manifest_report import as_text, as_tsv, missing, readable
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
    """Return the objects of the files; those that are optional, or there, may lack in the bucket.

    Raises
    ------
    DataError
        The bucket denies access, or has no such key.
    """
    with ThreadPoolExecutor(parallel) as pool:
        answers = list(pool.map(bucket.describe, [file.key for file in files]))
    where = f"s3://{bucket.name}"
    if answers and all(answer is Refusal.FORBIDDEN for answer in answers):
        fix = "see whether a proxy or firewall stands between, and whether the bucket is still public"
        raise DataError(where, "objects that everybody may read", f"access denied to all {len(files)}", fix)
    needed = [file.required and not file.whole for file in files]
    pairs = zip(files, answers, needed, strict=True)
    unknown = [file.key for file, answer, need in pairs if need and isinstance(answer, Refusal)]
    if unknown:
        fix = "correct space, betas or rois/atlas under dataset in the config; nothing was fetched"
        raise DataError(where, "every file listed", f"no {', no '.join(unknown)}", fix)
    return [answer for answer in answers if isinstance(answer, RemoteObject)]


def differing(remotes: Sequence[RemoteObject], root: Path) -> list[RemoteObject]:
    """Return the objects that are not on the disk in their size; print a line for those of another size."""
    wanted = []
    for remote in remotes:
        path = root / remote.key
        size = path.stat().st_size if path.is_file() else None
        if size != remote.size:
            wanted.append(remote)
        if size not in (None, remote.size):
            print(
                f"{remote.key}: {size} bytes on disk, {remote.size} in the bucket; fetched anew", flush=True
            )
    return wanted


def check_room(root: Path, coming: int) -> None:
    """Raise DataError unless the disk of `root` has room for the bytes that are to come."""
    free = shutil.disk_usage(next(folder for folder in (root, *root.parents) if folder.exists())).free
    if coming > free:
        fix = "make room, or choose fewer subjects or sessions in the config; nothing was fetched"
        raise DataError(root, f"{readable(coming)} of free space", readable(free), fix)


def failed(jobs: Mapping[Future[bool], RemoteObject], progress: ByteProgress) -> Iterator[DataError]:
    """Print a line for each job as it ends; yield what was wrong with those that failed."""
    for number, job in enumerate(as_completed(jobs), start=1):
        try:
            outcome = f"fetched, {'MD5' if job.result() else 'only size'} checked"
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
    """Fetch what is missing or differs, and say what has to come from elsewhere."""
    args = parse_args(argv)
    files = [file for file in listed_files(args) if file.origin == BUCKET]
    if missing(files):
        check_terms(args.terms_accepted)
    bucket = PublicBucket(BUCKET, args.endpoint_url, args.parallel)
    wanted = differing(describe(bucket, files, args.parallel), args.root)
    if wanted:
        check_terms(args.terms_accepted)
        fetch_all(bucket, wanted, args.root, args.parallel)
    afterwards = listed_files(args)
    with atomic(args.table) as temporary:
        temporary.write_text(as_tsv(afterwards))
    left = missing(afterwards)
    print(as_text(left) if left else "Every file that the study needs is there.")


if __name__ == "__main__":
    run_step(main)
