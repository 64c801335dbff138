"""Logs of jobs, and progress lines that a log file can bear."""

import logging
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from nascent.errors import NascentError

Item = TypeVar("Item")
_LINE = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")


@contextmanager
def job_log(path: str | Path) -> Iterator[logging.Logger]:
    """Log a job to `path` and to standard error.

    A NascentError ends the job with its one message and exit status 1; any other exception is
    a defect, and its traceback is kept in the log.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger("nascent")
    logger.setLevel(logging.INFO)
    handlers = [logging.FileHandler(path, mode="w", encoding="utf-8"), logging.StreamHandler()]
    for handler in handlers:
        handler.setFormatter(_LINE)
        logger.addHandler(handler)
    logging.captureWarnings(True)
    try:
        yield logger
    except NascentError as error:
        logger.error("%s", error)
        sys.exit(1)
    except Exception:
        logger.error("%s", traceback.format_exc())
        raise
    finally:
        logging.captureWarnings(False)
        for handler in handlers:
            logger.removeHandler(handler)
            # On a full disk the log itself cannot be finished; what ended the job counts.
            with suppress(OSError):
                handler.close()


def progress(
    items: Iterable[Item],
    *,
    total: int,
    what: str,
    logger: logging.Logger | None = None,
    every_seconds: float = 10.0,
) -> Iterator[Item]:
    """Yield `items`, and log how far along they are and how long the rest will take."""
    logger = logger or logging.getLogger("nascent")
    began = said = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if done == total or now - said >= every_seconds:
            said = now
            left = (now - began) / done * (total - done)
            logger.info(
                "%s %d/%d (%.0f %%), %s left", what, done, total, 100 * done / total, clock(left)
            )


def clock(seconds: float) -> str:
    """Return a span of time as one reads it: `2 h 5 min`, `3 min 20 s`."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
