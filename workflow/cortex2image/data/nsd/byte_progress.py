"""Progress of several downloads together, in bytes."""

import threading
import time

from cortex2image.data.nsd.manifest_table import readable
from cortex2image.progress import say


class StoppedError(Exception):
    """The user, or the machine, ended the work that the download belongs to."""


class ByteProgress:
    """How many bytes have come, of all threads together; a line on standard error every so often.

    Parameters
    ----------
    total : int
        Bytes that are to come.
    every_s : float
        Seconds between two lines.
    """

    def __init__(self, total: int, every_s: float = 10.0) -> None:
        self.total, self.every_s, self.done = total, every_s, 0
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._start = self._last = time.monotonic()

    def advance(self, size: int) -> None:
        """Count bytes that came; any thread may.

        Raises
        ------
        StoppedError
            The work was stopped; what came is kept.
        """
        if self._stopped.is_set():
            raise StoppedError
        with self._lock:
            self.done += size
            if time.monotonic() - self._last >= self.every_s:
                self._last = time.monotonic()
                say(self.line())

    def line(self) -> str:
        """Return how far it is, and how fast."""
        seconds = max(time.monotonic() - self._start, 1e-3)
        return f"{readable(self.done)} of {readable(self.total)}, {readable(self.done / seconds)}/s"

    def stop(self) -> None:
        """Let every thread end at its next chunk."""
        self._stopped.set()
