"""The three splits and the shares of the examples they are given."""

import math
from collections.abc import Mapping

import numpy as np

from nascent.errors import SplitError, did_you_mean
from nascent.words import spoken

SPLITS = ("train", "val", "test")


def checked(fractions: Mapping[str, float]) -> dict[str, float]:
    """Return the fractions in the order train, val, test.

    Raises
    ------
    SplitError
        Where a split is missing or unknown, a fraction is not above zero, or they do not sum to 1.
    """
    for name in fractions:
        if name not in SPLITS:
            raise SplitError(
                f"there is no split {name!r}",
                where="splits.fractions",
                mend=did_you_mean(name, SPLITS),
            )
    for name in SPLITS:
        if not fractions.get(name, 0) > 0:
            raise SplitError(
                f"the fraction of {name} is {fractions.get(name)}",
                where="splits.fractions",
                mend="Every split needs a fraction above zero.",
            )
    total = math.fsum(fractions.values())
    if not math.isclose(total, 1, abs_tol=1e-9):
        raise SplitError(
            f"the fractions sum to {total:g}, not to 1",
            where="splits.fractions",
            mend="Change one of them.",
        )
    return {name: float(fractions[name]) for name in SPLITS}


def largest_remainder(count: int, shares: np.ndarray) -> np.ndarray:
    """Divide `count` whole examples by `shares` (summing to 1) so that none is off by one or more.

    Each part gets the floor of its quota; what is left goes to the largest remainders, the first of
    equal ones first (Hamilton's method).
    """
    quotas = exact(count * shares)
    parts = np.floor(quotas).astype(np.int64)
    order = np.argsort(parts - quotas, kind="stable")
    parts[order[: count - parts.sum()]] += 1
    return parts


def exact(quotas: np.ndarray) -> np.ndarray:
    """Take the rounding of binary fractions off quotas, so that 30 × 0.1 is 3 and not more."""
    return np.round(quotas, 9)


def refuse_empty(counts: Mapping[str, int], cells: int) -> None:
    """Raise SplitError where a split would hold none of the `cells` examples."""
    empty = [name for name, count in counts.items() if count == 0]
    if empty:
        raise SplitError(
            f"{cells} {spoken().examples} are too few: no {spoken().example} is left for"
            f" {' and '.join(empty)}",
            where="splits.fractions",
            mend=f"Use more {spoken().examples}, or give a larger fraction.",
        )
