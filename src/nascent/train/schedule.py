"""How large a step is: the learning rate, a function of where the run is and of nothing else.

A resumed run needs no state of the schedule: the step's number and the history give its rate.
"""

import math
from collections.abc import Sequence

from nascent.train.options import Fitting


def learning_rate(
    fitting: Fitting, *, step: int, steps: int, monitored: Sequence[float] = ()
) -> float:
    """Return the learning rate of one step.

    Parameters
    ----------
    fitting
        Its `learning_rate`, `schedule`, `warmup` and `epochs`, and the plateau's options.
    step
        Steps taken before this one, from the start of the run.
    steps
        Steps an epoch.
    monitored
        The monitor after each finished epoch; what the plateau schedule goes by.

    Notes
    -----
    The warm-up rises by equal parts a step and reaches the full rate with its last one. The cosine
    is 0.5 (1 + cos(pi p)), with p the part of the steps after the warm-up that are taken
    (Loshchilov & Hutter 2017, SGDR, eq. 5, one period). The plateau lowers the rate as Keras'
    `ReduceLROnPlateau` does.
    """
    warm = fitting.warmup * steps
    rate = fitting.learning_rate
    if step < warm:
        rate *= min(1.0, (step + 1) / warm)
    elif fitting.schedule == "cosine":
        rate *= 0.5 * (1 + math.cos(math.pi * (step - warm) / (fitting.epochs * steps - warm)))
    if fitting.schedule == "plateau":
        rate *= fitting.plateau_factor ** plateaus(monitored, fitting.plateau_patience)
    return rate


def plateaus(monitored: Sequence[float], patience: int) -> int:
    """Return how often `patience` epochs went by without a better monitor; each starts anew."""
    best, waited, found = math.inf, 0, 0
    for value in monitored:
        if value < best:
            best, waited = value, 0
            continue
        waited += 1
        if waited == patience:
            found, waited = found + 1, 0
    return found
