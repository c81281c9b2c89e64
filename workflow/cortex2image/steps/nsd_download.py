"""Fetch the files of NSD that a study needs from its public bucket, if they are missing or have another size.

The bucket gives the size of every file. A file of another size on disk is fetched anew, and stays until the
new one is whole. Several files are fetched at a time, and interrupted downloads are resumed. The content is
checked against the MD5 that the bucket gives. For objects that were stored in parts, this needs the size of
the parts; where it cannot be inferred, only the size of the file is checked, and the line of the file says
so. Finally writes the same table as the step nsd_manifest.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from cortex2image.data.nsd.bucket import PublicBucket, Refusal
from cortex2image.data.nsd.download import ByteProgress, PartialFile, RemoteObject
from cortex2image.data.nsd.manifest import BUCKET, TERMS, Needed, study_manifest
from cortex2image.data.nsd.manifest_report import as_text, as_tsv, missing, readable
from cortex2image.data.paths import root_folder
from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.files import atomic
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = (
    "subjects",
    "dataset/@source",
    "dataset/mask",
    "dataset/rois",
    "dataset/terms_accepted",
    "standardise/ncsnr_from",
)
COMMAND = Command(__doc__, Study, READS, outputs=("table",))
FILES_AT_A_TIME = 8


def check_terms(accepted: bool) -> None:
    """Raise ConfigError unless the user has accepted the terms of use in the config."""
    if not accepted:
        fix = "accept them, then set dataset/terms_accepted: true in the config"
        raise ConfigError("dataset/terms_accepted", f"true. {TERMS}", "false", fix)


def describe(bucket: PublicBucket, files: Sequence[Needed], parallel: int) -> list[RemoteObject]:
    """Return the objects of the files; the bucket may lack files that are optional or already on disk.

    Raises
    ------
    DataError
        The bucket denies access, or lacks a file that is required and not on disk.
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
    """Return the objects that are missing on disk or differ in size; print a line for each that differs."""
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
    """Raise DataError unless the disk of `root` has room for `coming` bytes."""
    free = shutil.disk_usage(next(folder for folder in (root, *root.parents) if folder.exists())).free
    if coming > free:
        fix = "make room, or choose fewer subjects or sessions in the config; nothing was fetched"
        raise DataError(root, f"{readable(coming)} of free space", readable(free), fix)


def failed(jobs: Mapping[Future[bool], RemoteObject], progress: ByteProgress) -> Iterator[DataError]:
    """Print a line for each download as it ends; yield the errors of failed downloads."""
    for number, job in enumerate(as_completed(jobs), start=1):
        try:
            outcome = f"fetched, {'MD5' if job.result() else 'only size'} checked"
        except DataError as error:
            yield error
            outcome = "failed"
        print(f"{number} of {len(jobs)} {outcome}: {jobs[job].key} ({progress.line()})", flush=True)


def fetch_all(bucket: PublicBucket, remotes: Sequence[RemoteObject], root: Path, parallel: int) -> None:
    """Fetch every object to its path; when one fails, the others are still fetched.

    Raises
    ------
    DataError
        The disk lacks room, or some downloads failed; the error gives the fault of each.
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


def main(
    argv: Sequence[str] | None = None, parallel: int = FILES_AT_A_TIME, endpoint_url: str | None = None
) -> None:
    """Fetch files that are missing or differ, and list files that must come from elsewhere.

    Parameters
    ----------
    argv : sequence of str, optional
    parallel : int
        Number of files that are fetched at a time.
    endpoint_url : str, optional
        A server other than Amazon's, such as a mirror.
    """
    args, study = COMMAND.parse(argv)
    root, accepted = root_folder(study.dataset), study.dataset.terms_accepted
    files = [file for file in study_manifest(study) if file.origin == BUCKET]
    if missing(files):
        check_terms(accepted)
    bucket = PublicBucket(BUCKET, endpoint_url, parallel)
    wanted = differing(describe(bucket, files, parallel), root)
    if wanted:
        check_terms(accepted)
        fetch_all(bucket, wanted, root, parallel)
    afterwards = study_manifest(study)
    with atomic(args.table) as temporary:
        temporary.write_text(as_tsv(afterwards))
    left = missing(afterwards)
    print(as_text(left) if left else "Every file that the study needs is there.")


if __name__ == "__main__":
    run_step(main)
