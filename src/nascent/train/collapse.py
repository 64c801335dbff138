"""Training that came to nothing: a loss that is no number, or the same prediction for every
example.

Both are accidents of the initial weights as often as of the options, so that a new seed may do.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nascent.errors import TrainError
from nascent.train.checkpoint import Epoch

CONSTANT = 1e-3
"""Predictions whose spread is below this are constant, see `nascent.task.Task.spread`."""

logger = logging.getLogger(__name__)


class NotANumber(TrainError):
    """The loss is no longer a number."""


@dataclass(frozen=True)
class Attempt:
    """One training with one seed.

    Attributes
    ----------
    seed
        Of the initial weights, the order of the examples and the augmentation.
    reason
        Why it is a collapse; None where it is none.
    """

    seed: int
    reason: str | None = None


def attempt_seeds(seed: int, retries: int) -> list[int]:
    """Return the seed given, and those of so many retries, which follow from it."""
    derived = np.random.SeedSequence(seed).generate_state(retries)
    return [seed, *(int(number) for number in derived)]


def refuse_no_number(epoch: Epoch, architecture: str) -> None:
    """Raise NotANumber where an epoch's losses are not finite."""
    if not np.isfinite([epoch.loss, epoch.val_loss]).all():
        raise NotANumber(
            f"the loss is no longer a number in epoch {epoch.epoch}"
            f" (training {epoch.loss}, validation {epoch.val_loss})",
            where=architecture,
            mend="Lower the model's learning_rate, or look for extreme pixels in channels.tsv.",
        )


def collapse_of(chosen: Epoch) -> str | None:
    """Return why the chosen epoch is a collapse, or None where it is none."""
    if chosen.val_spread < CONSTANT:
        return (
            f"the validation predictions of epoch {chosen.epoch} are constant: their spread is"
            f" {chosen.val_spread:.2g}"
        )
    return None


def attempts_until_sound(
    seeds: Sequence[int], train: Callable[[int], str | None]
) -> tuple[Attempt, ...]:
    """Train with one seed after the other until one does not collapse.

    Parameters
    ----------
    seeds
        To try, at least one.
    train
        Trains with a seed; returns why that was a collapse, or None.

    Returns
    -------
    tuple of Attempt
        In their order; the last one is the result, collapsed or not.

    Raises
    ------
    NotANumber
        Where the last seed ends in a loss that is no number.
    """
    attempts: list[Attempt] = []
    for number, seed in enumerate(seeds, start=1):
        try:
            reason = train(seed)
        except NotANumber as error:
            if number == len(seeds):
                raise
            reason = error.what
        attempts.append(Attempt(seed, reason))
        if reason is None:
            break
        outlook = f"trying seed {seeds[number]}" if number < len(seeds) else "kept as it is"
        logger.warning("collapse with seed %d (%s): %s", seed, reason, outlook)
    return tuple(attempts)
