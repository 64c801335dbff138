"""Jobs that failed, as a list for the end of a run: what, why, where its log is, how to go on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_RECORD = re.compile(r"^\d\d:\d\d:\d\d (?P<level>[A-Z]+) \S+ ?(?P<message>.*)$")
NO_REASON = (
    "its log holds no error; look for one above, or it was killed for its memory or its time"
)
MOST = 20
"""Failures that are listed; the rest are counted."""


@dataclass(frozen=True)
class Failure:
    """A job that failed.

    Attributes
    ----------
    job
        What it was to do, in words.
    logs
        Its logs; those on a cluster have a second one, of the scheduler.
    """

    job: str
    logs: tuple[str, ...]


def reason(logs: Sequence[str | Path]) -> str:
    """Return in one line why a job failed, by the last error in its logs.

    Parameters
    ----------
    logs
        As `nascent.logs.job_log` writes them, or any other text; those that are not there are
        passed over.
    """
    for path in map(Path, logs):
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        found = [number for number, line in enumerate(lines) if _level(line) == "ERROR"]
        if found:
            return _message(lines[found[-1] :])
    return NO_REASON


def _level(line: str) -> str:
    record = _RECORD.match(line)
    return record["level"] if record else ""


def _message(lines: list[str]) -> str:
    """Return the message of a record, or of a traceback its last line, which names the error."""
    record = _RECORD.match(lines[0])
    first = record["message"].strip() if record else lines[0]
    if not first.startswith("Traceback"):
        return first
    trace = [line for line in lines[1:] if line.strip() and not _level(line)]
    ends = [line for line in trace if not line.startswith(" ")]
    return ends[-1].strip() if ends else first


def failures_in_words(failures: Sequence[Failure], unfinished: int, command: str) -> Iterator[str]:
    """Yield the lines of the list.

    Parameters
    ----------
    failures
        In the order in which they happened.
    unfinished
        Jobs that did not run, for they wait for these.
    command
        With which the run goes on.
    """
    count = len(failures)
    yield f"{count} {'job' if count == 1 else 'jobs'} failed:"
    for failure in failures[:MOST]:
        yield f"  {failure.job}"
        yield f"    reason: {reason(failure.logs)}"
        yield f"    log: {', '.join(failure.logs) or 'none'}"
    if count > MOST:
        yield f"  and {count - MOST} more."
    if unfinished:
        yield f"{unfinished} {'job' if unfinished == 1 else 'jobs'} did not run."
    yield "What is made stays. Once the cause is mended, go on with:"
    yield f"  {command}"
