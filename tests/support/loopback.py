"""Servers on this computer in place of public ones: files over HTTP, and a bucket that speaks S3."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from cortex2image.data.nsd.manifest import BUCKET


class LoopbackFiles:
    """Files served over HTTP, whole or by byte range, as plain addresses and as a hub serves repositories.

    Attributes
    ----------
    files : dict
        Content of each path.
    requests : list of (method, path, Range header)
        What was asked for, in order.
    cut : dict
        Number of bytes after which the next transfer of a path breaks off.
    ranged : bool
        Whether the server understands byte ranges.
    told : dict
        Wrong headers in the answers for a path; None leaves a header out.
    commit : str
        Revision that the hub states for every file.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut: dict[str, int] = {}
        self.requests: list[tuple[str, str, str | None]] = []
        self.told: dict[str, dict[str, str | None]] = {}
        self.ranged, self.commit, self.url = True, "0" * 40, ""

    def put(self, repository: str, revision: str, name: str, content: bytes) -> None:
        """Add a file to a repository of the hub."""
        self.files[f"/{repository}/resolve/{revision}/{name}"] = content

    def fetched(self) -> list[str]:
        """Return the paths whose content was asked for, in order."""
        return [path for method, path, _ in self.requests if method == "GET"]


@contextmanager
def loopback_files() -> Iterator[LoopbackFiles]:
    """Yield a server of files, which stops afterwards."""
    shelf = LoopbackFiles()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

        def _answer(self, body: bool) -> None:
            asked = self.headers.get("Range")
            shelf.requests.append((self.command, self.path, asked))
            content = shelf.files.get(self.path)
            if content is None:
                self._head(404, 0, {"X-Error-Code": "EntryNotFound"})
                return
            start = int(asked.removeprefix("bytes=").split("-")[0]) if asked and shelf.ranged else 0
            if start and start >= len(content):
                self._head(416, 0, {"Content-Range": f"bytes */{len(content)}"})
                return
            etag = f'"{hashlib.sha256(content).hexdigest()}"'
            whole = f"bytes {start}-{len(content) - 1}/{len(content)}"
            facts = {"ETag": etag, "X-Repo-Commit": shelf.commit, "Content-Range": whole}
            self._head(206 if start else 200, len(content) - start, facts)
            if body:
                self._send(content[start:])

        def _head(self, status: int, length: int, facts: dict[str, str]) -> None:
            self.send_response(status)
            headers = {"Content-Length": str(length), **facts, **shelf.told.get(self.path, {})}
            for name, value in headers.items():
                if value is not None:
                    self.send_header(name, value)
            self.end_headers()
            self.close_connection = headers["Content-Length"] is None

        def _send(self, content: bytes) -> None:
            stop = shelf.cut.pop(self.path, None)
            self.wfile.write(content[:stop])
            if stop is not None:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    shelf.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class LoopbackBucket:
    """The public bucket of NSD, empty at first, on an S3 server, with a client that may write to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self.client.create_bucket(Bucket=BUCKET, ACL="public-read")

    def put(self, key: str, content: bytes) -> None:
        """Store an object that everybody may read."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content, ACL="public-read")

    def put_in_parts(self, key: str, content: bytes) -> None:
        """Store an object in parts, as large ones are: its ETag is not the MD5 of its content."""
        where = {"Bucket": BUCKET, "Key": key}
        begun = self.client.create_multipart_upload(**where, ACL="public-read")
        upload = where | {"UploadId": begun["UploadId"]}
        sent = self.client.upload_part(**upload, PartNumber=1, Body=content)
        parts = [{"ETag": sent["ETag"], "PartNumber": 1}]
        self.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        self.client.put_object_acl(**where, ACL="public-read")

    def clear(self) -> None:
        """Remove every object."""
        for item in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.client.delete_object(Bucket=BUCKET, Key=item["Key"])


@contextmanager
def loopback_bucket() -> Iterator[LoopbackBucket]:
    """Yield a bucket, whose server stops afterwards."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield LoopbackBucket(f"http://{host}:{port}")
    finally:
        server.stop()
