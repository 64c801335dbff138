"""Intervals that hold several sources of chance: examples or groups, training seeds, draws of
weights.

Each source s has a variance V of the mean and a half-length h = t · √V of its own interval, t being
the quantile for the few or many units of that source. The half-length of all together is
Σ V t / √ΣV: the root of the summed variance times the mean of the quantiles, weighted by variance
(Cochran & Cox 1950, Experimental designs, section 4.14). It is on the safe side where a source has
few units, and with one source it is h.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nascent.statistics.bootstrap import interval
from nascent.statistics.jackknife import errors_wide, variance
from nascent.statistics.student import student_quantile
from nascent.statistics.verdict import GROUPS_FOR_A_VERDICT


@dataclass(frozen=True)
class Source:
    """What one source of chance adds to an interval.

    Attributes
    ----------
    variance : float
        Of the statistic; 0 of a source that adds nothing, NaN where it cannot be told.
    below, above : float
        How far the source's own interval reaches below and above the statistic.
    """

    variance: float
    below: float
    above: float


NOTHING = Source(0.0, 0.0, 0.0)
UNKNOWN = Source(np.nan, np.nan, np.nan)


def of_resamples(value: float, drawn: np.ndarray, *, units: int, confidence: float) -> Source:
    """Return what examples add: from a statistic and its resamples (B,) over `units` examples."""
    if units < 2 or not np.isfinite(value):
        return UNKNOWN
    low, high = interval(drawn, units=units, confidence=confidence)
    known = drawn[np.isfinite(drawn)]
    spread = float(known.var()) * units / (units - 1) if len(known) else np.nan
    return Source(spread, max(value - float(low), 0.0), max(float(high) - value, 0.0))


def of_groups(
    value: float, left_out: np.ndarray, sizes: np.ndarray, *, confidence: float
) -> Source:
    """Return what groups add: from a statistic and its values (G,) without each of the groups."""
    if len(left_out) < GROUPS_FOR_A_VERDICT:
        return UNKNOWN
    spread = float(variance(np.array([value]), left_out[:, None])[0])
    half = errors_wide(sizes, confidence) * np.sqrt(spread)
    return Source(spread, half, half)


def of_repeats(values: np.ndarray, *, confidence: float) -> Source:
    """Return what repeats add to their mean: s²/S of S training seeds or draws of weights (S,).

    One repeat adds nothing: the statement is then about that one.
    """
    if len(values) < 2:
        return NOTHING
    spread = float(np.var(values, ddof=1)) / len(values)
    half = student_quantile((1 + confidence) / 2, len(values) - 1) * np.sqrt(spread)
    return Source(spread, half, half)


def combined(value: float, sources: Sequence[Source]) -> tuple[float, float]:
    """Return the lower and upper limit of a statistic over all sources together."""
    total = sum(source.variance for source in sources)
    if not np.isfinite(total):
        return np.nan, np.nan
    if total == 0:
        return value, value
    below = sum(np.sqrt(source.variance) * source.below for source in sources)
    above = sum(np.sqrt(source.variance) * source.above for source in sources)
    return value - below / np.sqrt(total), value + above / np.sqrt(total)
