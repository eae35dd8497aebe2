"""What a person sees when something fails: our one-line error, once, in place of Luigi's tracebacks."""

import hashlib
import logging
import mmap
import os
import sys

import luigi.configuration

from pipeline.errors import CaptionloomError

TRACEBACK = "CAPTIONLOOM_TRACEBACK"
_SETTINGS = {
    "core": {"log_level": "WARNING"},
    "worker": {"check_complete_on_run": "true", "wait_interval": "0.1", "cache_task_completion": "true"},
    # Without these a failed task leaves exit status 0.
    "retcode": {
        "already_running": "10",
        "missing_data": "20",
        "not_run": "25",
        "task_failed": "30",
        "scheduling_error": "35",
        "unhandled_exception": "40",
    },
}
_shown = mmap.mmap(-1, 4096)
"""Hashes of what was shown, of 8 bytes each, in memory that a process shares with its workers: a full disk fails the
tasks of all of them in the same words."""


def show(error: BaseException) -> None:
    """Write an error to stderr, once, without a traceback."""
    if isinstance(error, CaptionloomError):
        text = f"captionloom: {error}"
    else:
        where = "".join(f" {note}" for note in getattr(error, "__notes__", ()))
        text = f"captionloom: internal error{where}, {type(error).__name__}: {error}; --traceback shows more"
    if _is_new(text):
        sys.stderr.write(text + "\n")


def note(text: str) -> None:
    """Write something that is no error but should be known, once."""
    if _is_new(text):
        sys.stderr.write(f"captionloom: {text}\n")


def forget_shown() -> None:
    """Begin anew: another command in this process has its own errors to tell."""
    _shown[:] = bytes(len(_shown))


def _is_new(text: str) -> bool:
    mark = hashlib.sha256(text.encode(errors="replace")).digest()[:8]
    for start in range(0, len(_shown), len(mark)):
        known = _shown[start : start + len(mark)]
        if known == mark:
            return False
        if not any(known):
            _shown[start : start + len(mark)] = mark
            return True
    return True


def want_traceback() -> None:
    """Let Luigi's own log, tracebacks included, through: in this process and those it starts."""
    os.environ[TRACEBACK] = "1"


def traceback_wanted() -> bool:
    """Whether somebody asked for tracebacks."""
    return TRACEBACK in os.environ


def take_over_from_luigi() -> None:
    """Set exit codes and logging, leaving alone what a luigi.cfg of the user says."""
    settings = luigi.configuration.get_config()
    for section, values in _SETTINGS.items():
        for key, value in values.items():
            if settings.get(section, key, None) is None:
                settings.set(section, key, value)
    logging.getLogger("luigi-interface").addFilter(_in_our_words)


def _in_our_words(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1] is not None:
        show(record.exc_info[1])
    about_failure = bool(record.exc_info) or record.getMessage().startswith("Will not run")
    return not about_failure or traceback_wanted()
