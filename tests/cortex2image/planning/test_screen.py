"""What a user sees of a run of Snakemake: lines of its own events, through its own logger."""

import io
import logging
from types import SimpleNamespace

import pytest
from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter
from snakemake_interface_logger_plugins.common import LogEvent

from cortex2image.planning import screen
from cortex2image.planning.screen import HANDLER, PlainLines, speak_plainly

RULES = {
    "decode": SimpleNamespace(docstring="Features from voxels.\nMore.", shellcmd="python"),
    "all": SimpleNamespace(docstring="Everything.", shellcmd=None),
}


def settings(**changes):
    plain = {
        "dryrun": False,
        "verbose": False,
        "printshellcmds": False,
        "debug_dag": False,
        "quiet": {"host"},
    }
    return SimpleNamespace(**plain | changes)


def workflow(main=True, **changes):
    return SimpleNamespace(
        output_settings=settings(**changes), is_main_process=main, get_rule=RULES.__getitem__
    )


@pytest.fixture
def logger():
    """Return a logger as Snakemake sets it up, which writes into `logger.written`."""
    made = logging.Logger("snakemake", logging.INFO)
    made.written = io.StringIO()
    handler = ColorizingTextHandler(nocolor=True, stream=made.written)
    handler.setFormatter(DefaultFormatter(set(), True))
    handler.addFilter(DefaultFilter(set(), False, False, False, False))
    handler.name = HANDLER
    made.addHandler(handler)
    return made


@pytest.fixture
def plain(logger, monkeypatch):
    monkeypatch.setattr(screen.threading, "Thread", lambda **_: SimpleNamespace(start=lambda: None))
    speak_plainly(workflow(), logger, "logs/small")
    return logger


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(screen.time, "monotonic", lambda: now.seconds)
    return now


def said(logger):
    return [line for line in logger.written.getvalue().splitlines() if line]


def begin(logger, total):
    logger.info("Job stats:\n...", extra={"event": LogEvent.RUN_INFO, "stats": {"total": total}})


def start(logger, number, rule="decode", log=(), **wildcards):
    facts = {"jobid": number, "rule_name": rule, "wildcards": wildcards, "log": list(log), "rule_msg": None}
    logger.info("a block", extra={"event": LogEvent.JOB_INFO, **facts})
    logger.info("command", extra={"event": LogEvent.SHELLCMD, "shellcmd": "python"})


def end(logger, number, done, total):
    logger.info("Finished", extra={"event": LogEvent.JOB_FINISHED, "job_id": number})
    logger.info(None, extra={"event": LogEvent.PROGRESS, "done": done, "total": total})


def fail(logger, number, log):
    facts = {"jobid": number, "rule_name": "decode", "rule_msg": None, "log": [str(log)]}
    logger.error("Error in rule", extra={"event": LogEvent.JOB_ERROR, **facts})


def test_a_job_is_a_line_with_its_place_and_the_time(clock, plain):
    begin(plain, 12)
    start(plain, 5, subject="sub-01", space="z")
    clock.seconds = 40
    end(plain, 5, 1, 12)
    start(plain, 6, subject="sub-02", space="z")
    start(plain, 0, rule="all")
    assert said(plain) == [
        "12 jobs to run. What each says while it runs is in logs/small",
        "[ 1/12, 0 s] decode sub-01 z: Features from voxels.",
        "[ 2/12, 40 s, about 7 min 20 s left] decode sub-02 z: Features from voxels.",
    ]


def test_a_long_job_says_that_it_is_done(clock, plain):
    begin(plain, 2)
    start(plain, 1, subject="sub-01")
    clock.seconds = 3700
    end(plain, 1, 1, 2)
    assert said(plain)[-1] == "[1/2, 1 h 1 min] decode sub-01 done in 1 h 1 min"


def test_a_job_that_is_tried_again_keeps_its_number(clock, plain):
    begin(plain, 1)
    start(plain, 4)
    start(plain, 4)
    assert said(plain)[1] == said(plain)[2]


def test_a_failed_job_shows_its_log_once_and_no_command(clock, plain, tmp_path):
    log = tmp_path / "decode.log"
    log.write_text("a remark\n\nDataError: here\n  expected: x\n")
    begin(plain, 1)
    start(plain, 3, log=[log], subject="sub-01")
    clock.seconds = 12
    error = {"event": LogEvent.ERROR, "exception": "RuleException"}
    plain.error("RuleException:\nCalledProcessError in file x:\nCommand 'set -euo", extra=error)
    fail(plain, 3, log)
    fail(plain, 3, log)
    assert said(plain)[2:] == [
        "FAILED after 12 s: decode sub-01",
        "  a remark",
        "  DataError: here",
        "    expected: x",
        f"  (its log: {log})",
    ]


def test_jobs_of_a_run_that_the_user_stops_did_not_fail(clock, plain, tmp_path):
    log = tmp_path / "decode.log"
    log.write_text("Traceback\nKeyboardInterrupt\n")
    begin(plain, 3)
    start(plain, 7, log=[str(log)], subject="sub-01")
    clock.seconds = 12
    plain.warning("Terminating processes on user request, this might take some time.")
    fail(plain, 7, log)
    assert said(plain)[-1] == "Stopped after 12 s: decode sub-01"
    assert not any("FAILED" in line or "Traceback" in line for line in said(plain))


def test_of_a_long_log_the_end_is_shown(clock, plain, tmp_path):
    log = tmp_path / "decode.log"
    log.write_text("".join(f"line {i}\n" for i in range(100)))
    begin(plain, 1)
    start(plain, 3, log=[log])
    fail(plain, 3, log)
    shown = said(plain)[3:-1]
    assert shown[0] == "  (60 lines before)"
    assert shown[1:] == [f"  line {i}" for i in range(60, 100)]


def test_a_log_that_is_missing_or_empty_is_named(clock, plain, tmp_path):
    begin(plain, 2)
    (tmp_path / "empty.log").touch()
    for number, name in ((1, "empty.log"), (2, "none.log")):
        start(plain, number)
        fail(plain, number, tmp_path / name)
    assert said(plain).count("  (nothing)") == 2


def test_after_a_silence_running_jobs_are_named_with_what_they_said_last(clock, plain, tmp_path):
    log = tmp_path / "draw.log"
    begin(plain, 3)
    start(plain, 1, log=[log], subject="sub-01")
    log.write_text("draw: 3/9 after 50 s, 0.06/s, 1 min 40 s left\n\n")
    (lines,) = plain.handlers
    clock.seconds = 59
    lines.say_running()
    assert len(said(plain)) == 2
    clock.seconds = 61
    lines.say_running()
    lines.say_running()
    assert said(plain)[2:] == [
        "[0/3, 1 min 1 s] decode sub-01 runs for 1 min 1 s: draw: 3/9 after 50 s, 0.06/s, 1 min 40 s left"
    ]


def test_warnings_and_errors_are_always_shown(plain):
    plain.info("Select jobs to execute...")
    plain.info("Nothing to be done")
    plain.warning("Select jobs to execute: a warning")
    plain.error("MissingInputException", extra={"event": LogEvent.ERROR, "exception": "x"})
    assert said(plain) == [
        "Nothing to be done",
        "Select jobs to execute: a warning",
        "MissingInputException",
    ]


def test_a_message_of_an_unknown_form_does_not_end_the_run(plain, capsys):
    plain.info("Job stats", extra={"event": LogEvent.RUN_INFO})
    plain.info("on it goes")
    assert said(plain) == ["on it goes"]
    assert "Logging error" in capsys.readouterr().err


@pytest.mark.parametrize(
    "changes",
    [
        {"dryrun": True},
        {"verbose": True},
        {"printshellcmds": True},
        {"debug_dag": True},
        {"quiet": {"rules"}},
    ],
)
def test_who_asks_for_something_else_gets_what_snakemake_writes(logger, changes):
    before = list(logger.handlers)
    speak_plainly(workflow(**changes), logger, "logs/small")
    assert logger.handlers == before


def test_jobs_and_other_handlers_stay_as_they_are(logger):
    before = list(logger.handlers)
    speak_plainly(workflow(main=False), logger, "logs/small")
    assert logger.handlers == before
    before[0].name = "Mine"
    speak_plainly(workflow(), logger, "logs/small")
    assert logger.handlers == before


def test_the_handler_of_snakemake_is_replaced(plain):
    (lines,) = plain.handlers
    assert isinstance(lines, PlainLines)
