"""Fetching from a server that cuts connections, and what is said when it goes on doing so."""

import hashlib
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from cortex2image.data.nsd.bucket import PublicBucket, Refusal
from cortex2image.errors import DataError

CONTENT = bytes(range(200))


class CuttingHandler(BaseHTTPRequestHandler):
    """One object; the first answers end half-way through what they announce."""

    cuts = 0
    knows_ranges = True
    ranges: list[str]

    def do_HEAD(self):
        if self.path.endswith("/forbidden"):
            self.send_error(403)
        elif self.path.endswith("/absent"):
            self.send_error(404)
        else:
            self._announce(200, CONTENT)

    def do_GET(self):
        type(self).ranges.append(self.headers["Range"])
        start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        rest = CONTENT[start:] if self.knows_ranges else CONTENT
        self._announce(206 if self.knows_ranges else 200, rest)
        cut, type(self).cuts = self.cuts > 0, self.cuts - 1
        self.wfile.write(rest[: len(rest) // 2] if cut else rest)
        self.close_connection = True

    def log_message(self, *_):
        """Say nothing."""

    def _announce(self, status, content):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.md5(CONTENT).hexdigest()}"')
        self.end_headers()


@pytest.fixture
def server():
    """A handler class of the test's own, and the bucket it serves."""
    handler = type("Handler", (CuttingHandler,), {"ranges": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield handler, PublicBucket("bucket", f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def test_an_object_that_comes_in_pieces_is_put_together(server, tmp_path):
    handler, bucket = server
    handler.cuts = 2
    chunks: list[int] = []
    bucket.fetch(bucket.describe("key"), tmp_path / "file", chunks.append)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert handler.ranges == ["bytes=0-", "bytes=100-", "bytes=150-"]
    assert sum(chunks) == len(CONTENT)


def test_when_nothing_comes_any_more_it_is_given_up_and_resumed_later(server, tmp_path):
    handler, bucket = server
    handler.cuts = 9
    remote = bucket.describe("key")
    with pytest.raises(DataError, match=r"s3://bucket/key(.|\n)*what came is kept"):
        bucket.fetch(remote, tmp_path / "file", lambda size: None)
    assert not (tmp_path / "file").exists()
    handler.ranges.clear()
    bucket.fetch(remote, tmp_path / "file", lambda size: None)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert handler.ranges == ["bytes=199-"]


def test_a_server_that_sends_all_again_is_put_up_with(server, tmp_path):
    handler, bucket = server
    handler.cuts, handler.knows_ranges = 1, False
    bucket.fetch(bucket.describe("key"), tmp_path / "file", lambda size: None)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert handler.ranges == ["bytes=0-", "bytes=100-"]


@pytest.mark.parametrize(("key", "why"), [("forbidden", Refusal.FORBIDDEN), ("absent", Refusal.ABSENT)])
def test_what_nobody_may_read_is_told_from_what_is_not_there(server, key, why):
    assert server[1].describe(key) is why


def test_a_place_that_cannot_be_written_to_is_named(server, tmp_path):
    (tmp_path / "folder").write_text("a file where a folder should be")
    with pytest.raises(DataError, match=r"folder/file(.|\n)*place to write to"):
        server[1].fetch(server[1].describe("key"), tmp_path / "folder" / "file", lambda size: None)


def test_a_server_that_does_not_answer_is_named(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(DataError, match=r"s3://bucket/key(.|\n)*an answer of the bucket"):
        PublicBucket("bucket", url).describe("key")
