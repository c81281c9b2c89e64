"""Files over HTTP on this computer: as the hub serves them, and as plain addresses, with broken transfers."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class LoopbackFiles:
    """Serves `files`, by path, from byte ranges too; says what was asked for in `requests`.

    Attributes
    ----------
    cut : dict
        Path to the number of bytes after which the next transfer of it breaks off.
    ranged : bool
        Whether byte ranges are understood.
    told : dict
        Path to headers that its answers have otherwise than they should; None for a header left out.
    commit : str
        What the hub says the revision of every file is.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut: dict[str, int] = {}
        self.requests: list[tuple[str, str, str | None]] = []
        self.told: dict[str, dict[str, str | None]] = {}
        self.ranged, self.commit, self.url = True, "0" * 40, ""

    def put(self, repository: str, revision: str, name: str, content: bytes) -> None:
        """Add a file of a repository of the hub."""
        self.files[f"/{repository}/resolve/{revision}/{name}"] = content

    def fetched(self) -> list[str]:
        """Return the paths whose contents were asked for, in order."""
        return [path for method, path, _ in self.requests if method == "GET"]


@contextmanager
def loopback_files() -> Iterator[LoopbackFiles]:
    """Yield a server that is gone afterwards."""
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
