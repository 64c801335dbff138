"""When something is said to be so, and when it is left open.

A verdict is about other examples of other groups, so it needs an interval over groups, and groups
enough to have one. Of fewer it is left open, and says so: `cannot tell (2 wells)`. Where a table
states the interval over examples too, as for models and checks, the verdict needs both on one side.
The burden of proof is on whoever claims something.
"""

import numpy as np

from nascent.words import spoken

GROUPS_FOR_A_VERDICT = 3
"""Groups from which on an interval over groups is given and a verdict made of it. With two the
interval of 99 % is 64 standard errors wide on either side; with three it is 10, with four 6."""

CANNOT_TELL = "cannot tell"


def cannot_tell(groups: int) -> str:
    """Return the words for what is left open; they name the groups where there are too few.

    Parameters
    ----------
    groups
        That the examples come from.
    """
    if groups >= GROUPS_FOR_A_VERDICT:
        return CANNOT_TELL
    words = spoken()
    return f"{CANNOT_TELL} ({groups} {words.group if groups == 1 else words.groups})"


def decided(holds: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Return True or False where a limit is known, and None, which is open, where it is missing.

    Parameters
    ----------
    holds
        (...) bool, what the limits say.
    limit
        (...) float, NaN where there is no interval.
    """
    return np.where(np.isnan(limit), None, holds.astype(object))


def side(limits: tuple[float, ...], *, of: float = 0.0) -> int:
    """Return 1 where all limits lie above `of`, −1 where all lie below, 0 where that is open.

    A limit that is missing (NaN) lies nowhere.
    """
    values = np.asarray(limits, float)
    return int((values > of).all()) - int((values < of).all())
