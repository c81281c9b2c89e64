"""A public S3 bucket: objects are fetched without credentials, and interrupted downloads are resumed."""

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cortex2image.data.nsd.download import PartialFile, RemoteObject
from cortex2image.errors import DataError

CHUNK_BYTES = 1 << 20
# Attempts at a request that gets no answer, with growing pauses in between.
ATTEMPTS = 5
PARTIAL_CONTENT = 206
CHANGED = 412


class Refusal(Enum):
    """Why an object cannot be fetched. S3 says FORBIDDEN of absent keys to users who may not list them."""

    ABSENT = 404
    FORBIDDEN = 403


class PublicBucket:
    """A bucket that everybody may read.

    Parameters
    ----------
    name : str
    endpoint_url : str, optional
        A server other than Amazon's.
    connections : int
        Number of objects that are fetched at a time.
    """

    def __init__(self, name: str, endpoint_url: str | None = None, connections: int = 4) -> None:
        settings = Config(
            signature_version=UNSIGNED,
            max_pool_connections=connections,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )
        self.name = name
        self.client: Any = boto3.client("s3", endpoint_url=endpoint_url, config=settings)

    def describe(self, key: str) -> RemoteObject | Refusal:
        """Return size and ETag of an object, or why it cannot be fetched.

        Raises
        ------
        DataError
            The bucket does not answer.
        """
        try:
            head = self.client.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if _status(error) in {refusal.value for refusal in Refusal}:
                return Refusal(_status(error))
            raise self._failed(key, error) from error
        except BotoCoreError as error:
            raise self._failed(key, error) from error
        return RemoteObject(key, head["ContentLength"], head["ETag"].strip('"'))

    def fetch(self, remote: RemoteObject, path: Path, advance: Callable[[int], None]) -> bool:
        """Fetch an object to `path`, continuing a partial file that an earlier attempt left beside it.

        Parameters
        ----------
        remote : RemoteObject
        path : Path
        advance : callable
            Called with the number of bytes of each chunk that arrives.

        Returns
        -------
        bool
            Whether the content was checked against the ETag; otherwise only the size was.

        Raises
        ------
        DataError
            The connection broke and does not come back, the object changed meanwhile, `path` cannot be
            written, or the content is not what the bucket announced. Nothing new is then at `path`.
        """
        try:
            part = PartialFile(path, remote)
            part.start()
            self._complete(remote, part, advance)
            return part.finish()
        except (BotoCoreError, ClientError) as error:
            raise self._failed(remote.key, error) from error
        except OSError as error:
            fix = "make room there, or correct dataset/root; what came is kept"
            raise DataError(path, "a place to write to", str(error), fix) from error

    def _complete(self, remote: RemoteObject, part: PartialFile, advance: Callable[[int], None]) -> None:
        """Fetch the rest; continue after each interruption if any bytes arrived since the last one."""
        while part.bytes < remote.size:
            before = part.bytes
            try:
                self._append(remote, part, advance)
                break
            except BotoCoreError:
                if part.bytes <= before:
                    raise

    def _append(self, remote: RemoteObject, part: PartialFile, advance: Callable[[int], None]) -> None:
        rest, unchanged = f"bytes={part.bytes}-", f'"{remote.etag}"'
        answer = self.client.get_object(Bucket=self.name, Key=remote.key, Range=rest, IfMatch=unchanged)
        # A server that does not support ranges sends the whole object.
        resumed = answer["ResponseMetadata"]["HTTPStatusCode"] == PARTIAL_CONTENT
        with part.data.open("ab" if resumed else "wb") as file:
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                file.write(chunk)
                advance(len(chunk))

    def _failed(self, key: str, error: BotoCoreError | ClientError) -> DataError:
        where = f"s3://{self.name}/{key}"
        if _status(error) == CHANGED:
            expected, fix = "the object that the download began with", "run again: it starts anew"
            return DataError(where, expected, "another: it was replaced meanwhile", fix)
        fix = "see whether the bucket can be reached, and run again: what came is kept"
        return DataError(where, "an answer of the bucket", str(error), fix)


def _status(error: BotoCoreError | ClientError) -> int | None:
    return error.response["ResponseMetadata"]["HTTPStatusCode"] if isinstance(error, ClientError) else None
