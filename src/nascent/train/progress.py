"""What a training job says of itself: a line an epoch, and a line a minute in longer ones."""

import logging
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

from nascent.logs import clock
from nascent.train.checkpoint import Progress
from nascent.train.monitor import chosen_epoch, smoothed
from nascent.train.options import Fitting

Item = TypeVar("Item")
EVERY_SECONDS = 60.0

logger = logging.getLogger(__name__)


def say_epoch(progress: Progress, fitting: Fitting, *, seconds: float) -> None:
    """Log the epoch just finished, which took `seconds`, and how long the rest takes at most."""
    epoch = progress.history[-1]
    values = progress.monitored(fitting.monitor)
    chosen = chosen_epoch(values, fitting.smooth)
    name = epoch.name.replace("_", " ")
    judged = (
        f"epoch {epoch.epoch}/{fitting.epochs}: loss {epoch.loss:.4g}, {name} {epoch.metric:.4g},"
        f" val loss {epoch.val_loss:.4g}, val {name} {epoch.val_metric:.4g}"
    )
    if fitting.smooth:
        means = smoothed(values, fitting.smooth)
        latest = means[np.isfinite(means)]
        judged += f", smoothed {latest[-1]:.4g}" if len(latest) else ", smoothed: too early"
    logger.info(
        "%s, learning rate %.3g, %.1f s, best epoch %s, at most %s left",
        judged,
        epoch.learning_rate,
        seconds,
        chosen or "not known yet",
        clock(seconds * (fitting.epochs - epoch.epoch)),
    )


def minutely(items: Iterable[Item], *, epoch: int, total: int) -> Iterator[Item]:
    """Yield the batches of an epoch and log every minute how many are done."""
    said = time.monotonic()
    for done, item in enumerate(items):
        if time.monotonic() - said >= EVERY_SECONDS:
            said = time.monotonic()
            logger.info("epoch %d: %d/%d batches", epoch, done, total)
        yield item
