"""What a user sees while the workflow runs: a line per job in plain words, and the log of a job that fails.

Snakemake itself prints a block per job, with every source file that the job depends on. It keeps doing so in
the file that it names at the end, and on the screen with ``--printshellcmds``, ``--verbose``, ``--dry-run``
or a ``--quiet`` of the user.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from cortex2image.progress import duration

HANDLER = "DefaultStreamHandler"
"""Name of the handler with which Snakemake writes on the screen."""
NOISE = (
    "Assuming unrestricted shared filesystem usage",
    "Conda environments: ignored",
    "Config file config/config.yaml is extended",
    "Execute ",
    "Removing output files of failed job",
    "Select jobs to execute",
    "Using shell:",
)
"""Beginnings of messages that tell a user nothing. Warnings and errors are shown whatever they say."""
STOPPED = "Terminating processes on user request"
"""Beginning of the message that the user stopped the run: jobs that end afterwards did not fail."""
LOG_LINES = 40
"""Most lines of the log of a failed job on the screen."""
SILENCE_S = 60.0
"""Seconds without a line after which the running jobs are named."""
LONG_S = 60.0
"""Seconds from which on a job is worth a line when it is done."""


@dataclass
class RunningJob:
    """A job that runs: its name in words, its logs and when it started (seconds of a monotonic clock)."""

    name: str
    logs: list[str]
    start: float

    @property
    def said(self) -> str:
        """Return the last line of its logs, empty if there is none yet."""
        for log in self.logs:
            lines = _lines(log)
            if lines:
                return lines[-1]
        return ""


class PlainLines(logging.Handler):
    """Writes what happens to the jobs of a run as plain lines, and all other messages as Snakemake does.

    Parameters
    ----------
    stream : text file
        Usually standard error.
    usual : logging.Handler
        Snakemake's own handler, whose filters and formatter serve all other messages.
    logs : str
        Folder of the logs of jobs.
    meaning : function of the name of a rule
        Returns what the rule makes, one line.
    """

    def __init__(self, stream: TextIO, usual: logging.Handler, logs: str, meaning: Callable[[str], str]):
        super().__init__(usual.level)
        self.name = HANDLER
        self.filters = list(usual.filters)
        self.usual, self.stream, self.logs, self.meaning = usual, stream, logs, meaning
        self.running: dict[int, RunningJob] = {}
        self.started: dict[int, int] = {}
        self.done = self.total = 0
        self.stopped = False
        self.start = self.last = time.monotonic()
        self._events: Mapping[str, Callable[[Any], None]] = {
            "run_info": self._begin,
            "job_info": self._job_starts,
            "job_finished": self._job_ends,
            "progress": self._count,
            "job_error": self._job_fails,
            "shellcmd": lambda record: None,
            "resources_info": lambda record: None,
            "error": self._error,
        }

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message of Snakemake."""
        event = str(getattr(getattr(record, "event", None), "value", ""))
        self.stopped |= str(record.msg).startswith(STOPPED)
        try:
            if event in self._events:
                self._events[event](record)
            elif record.levelno > logging.INFO or not str(record.msg).startswith(NOISE):
                self.say(self.usual.format(record))
        except Exception:  # a message must not end the run that it is about
            self.handleError(record)

    def say(self, text: str) -> None:
        """Write a line, unless it is empty."""
        if text and text != "None":
            self.last = time.monotonic()
            self.stream.write(f"{text}\n")
            self.stream.flush()

    def say_running(self) -> None:
        """Name the jobs that run, each with the last line of its log, after a time without any line."""
        self.acquire()
        try:
            now = time.monotonic()
            for job in list(self.running.values()) if now - self.last >= SILENCE_S else []:
                said = f": {job.said}" if job.said else ""
                self.say(f"{self._place(self.done)} {job.name} runs for {duration(now - job.start)}{said}")
        finally:
            self.release()

    def _begin(self, record: Any) -> None:
        self.start, self.total = time.monotonic(), int(record.stats["total"])
        self.say(f"{self.total} jobs to run. What each says while it runs is in {self.logs}")

    def _job_starts(self, record: Any) -> None:
        name = " ".join([record.rule_name, *map(str, dict(record.wildcards).values())])
        self.running[record.jobid] = RunningJob(name, list(record.log), time.monotonic())
        # A job that is tried again keeps its number.
        number = self.started.setdefault(record.jobid, len(self.started) + 1)
        if meaning := self.meaning(record.rule_name):
            self.say(f"{self._place(number)} {name}: {meaning}")

    def _job_ends(self, record: Any) -> None:
        job = self.running.pop(record.job_id, None)
        took = time.monotonic() - job.start if job else 0.0
        if job and took >= LONG_S:
            self.say(f"{self._place(self.done + 1)} {job.name} done in {duration(took)}")

    def _count(self, record: Any) -> None:
        self.done, self.total = record.done, record.total

    def _job_fails(self, record: Any) -> None:
        job = self.running.pop(record.jobid, None)
        if job is None:
            # Snakemake repeats at the end what it reported when it happened.
            return
        took = duration(time.monotonic() - job.start)
        if self.stopped:
            self.say(f"Stopped after {took}: {job.name}")
            return
        self.say(f"\nFAILED after {took}: {job.name}")
        for log in record.log:
            self.say("\n".join([*(f"  {line}" for line in _end(log)), f"  (its log: {log})"]))
        self.say(f"{record.rule_msg}\n" if record.rule_msg else "")

    def _error(self, record: Any) -> None:
        # That the command of a job failed, and the whole command: the log of the job says why.
        if "CalledProcessError" not in record.getMessage():
            self.say(self.usual.format(record))

    def _place(self, number: int) -> str:
        """Return how far the run is: number of jobs, time so far, and about how much is left if known."""
        passed = time.monotonic() - self.start
        left = ""
        if self.done and passed >= SILENCE_S / 2:
            left = f", about {duration(passed / self.done * (self.total - self.done))} left"
        return f"[{number:>{len(str(self.total))}}/{self.total}, {duration(passed)}{left}]"


def speak_plainly(workflow: Any, logger: logging.Logger, logs: str) -> None:
    """Let Snakemake say what happens in plain lines, if it writes on a screen and the user asked for no more.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
    logger : logging.Logger
        Snakemake's own. Where its handler is another one than expected, it stays as it is.
    logs : str
        Folder of the logs of jobs.
    """
    settings = workflow.output_settings
    quiet = {str(getattr(kind, "name", kind)).lower() for kind in settings.quiet or ()}
    own = settings.dryrun or settings.verbose or settings.printshellcmds or settings.debug_dag
    wanted = workflow.is_main_process and not own and not quiet - {"host"}
    usual = next((one for one in logger.handlers if one.name == HANDLER), None)
    if not wanted or not isinstance(usual, logging.StreamHandler):
        return
    lines = PlainLines(usual.stream, usual, logs, lambda rule: _first_line(workflow.get_rule(rule)))
    logger.removeHandler(usual)
    logger.addHandler(lines)
    threading.Thread(target=_speak_up, args=(lines,), daemon=True).start()


def _speak_up(lines: PlainLines) -> None:
    while True:
        time.sleep(SILENCE_S / 4)
        lines.say_running()


def _first_line(rule: Any) -> str:
    """Return what a rule makes; empty for a rule that only names a target."""
    text = (rule.docstring or "").strip().splitlines()
    return text[0] if text and rule.shellcmd else ""


def _lines(log: str) -> list[str]:
    """Return the lines of a log that hold something; none if it cannot be read."""
    try:
        text = Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()]


def _end(log: str) -> list[str]:
    """Return the last lines of a log, with a word on those before."""
    lines = _lines(log)
    before = len(lines) - LOG_LINES
    if before > 0:
        return [f"({before} lines before)", *lines[-LOG_LINES:]]
    return lines or ["(nothing)"]
