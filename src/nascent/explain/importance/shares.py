"""Channel importance: which share of an example's attribution falls on each channel.

A share has no unit and an example's shares sum to 1. With C channels a map that knows nothing
spreads evenly, 1/C each; and a model that knows nothing, one of random weights, spreads as it
happens to. Both references stand beside every importance.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from nascent.errors import AttributionError
from nascent.examples import ALL_INPUTS
from nascent.explain.reading.strata import STRATA
from nascent.explain.statistics.intervals import Interval, cells_interval, mean_interval
from nascent.statistics.student import student_quantile
from nascent.words import spoken

IMPORTANCE = (
    "aggregate",
    "stratum",
    "input",
    "channel",
    "cells",
    "groups",
    "zero_cells",
    "importance",
    "low",
    "high",
    "interval",
    "low_cells",
    "high_cells",
    "uniform",
    "null",
    "null_low",
    "null_high",
    "null_half",
    "copies",
    "beats_null",
)
"""Columns of a table of importance."""


@dataclass(frozen=True)
class Resampling:
    """How intervals are found.

    Attributes
    ----------
    confidence
        Of the intervals.
    draws
        Resamples.
    seed
        Equal seeds resample equal examples, so that models and methods compare by the same draws.
    """

    confidence: float
    draws: int
    seed: int


def channel_importance(
    shares: pd.DataFrame,
    strata: pd.Series,
    groups: pd.Series | None = None,
    *,
    resampling: Resampling,
    aggregate: str = "absolute",
    whole: str = ALL_INPUTS,
    null: pd.DataFrame | None = None,
    names: Sequence[str] = STRATA,
) -> pd.DataFrame:
    """Return the mean share of each channel in each stratum, with intervals and a null.

    Parameters
    ----------
    shares
        Examples × channels, see `nascent.explain.importance.aggregates.channel_shares`.
    strata, groups
        Stratum and group by example id; without groups there are intervals over examples alone.
    resampling
        Of the intervals.
    aggregate
        Of the shares.
    whole
        What the shares are parts of: an input, or all of them.
    null
        Shares by models of random weights: index `id`, a column `copy` that numbers the
        models, and a column a channel; None where there are none.
    names
        Strata, in the order of the rows.

    Returns
    -------
    pandas.DataFrame
        The columns of `IMPORTANCE`: `cells` that the mean is over, from `groups`; `zero_cells`,
        left out because their map is zero; `low`, `high` over whole groups, missing where these are
        too few, and over examples in any case; `uniform`, 1/C (missing for signed shares); mean and
        prediction interval of the null, its half width `null_half` and the `copies` that it is made
        of. `beats_null`: whether the interval lies above that of the null, for signed shares
        outside of it; missing where either is missing, and where it does not but the null is too
        wide to deny anything, see `Chance.too_wide`.

    Raises
    ------
    AttributionError
        Where an example has no stratum.
    """
    confidence = resampling.confidence
    missing = shares.index[~shares.index.isin(strata.index)]
    if len(missing):
        raise AttributionError(
            f"{len(missing)} {spoken().examples} with maps are in no stratum, the first is"
            f" {missing[0]}",
            mend="Make maps and strata from the same splits.",
        )
    of_cell = strata.loc[shares.index].to_numpy()
    of_group = np.full(len(shares), "") if groups is None else groups.loc[shares.index].to_numpy()
    tables = []
    for stratum in names:
        inside = of_cell == stratum
        known = ~shares[inside].isna().any(axis=1).to_numpy()
        values, places = shares[inside].to_numpy()[known], of_group[inside][known]
        found = mean_interval(values, places, confidence=confidence)
        over_cells = cells_interval(values, **asdict(resampling))
        least = -1.0 if aggregate == "signed" else 0.0
        copies = _of_stratum(null, strata, stratum, shares.columns)
        chance = chance_interval(copies, confidence, least=least)
        tables.append(
            pd.DataFrame(
                {
                    "aggregate": aggregate,
                    "stratum": stratum,
                    "input": whole,
                    "channel": shares.columns,
                    "cells": len(values),
                    "groups": len(np.unique(places)),
                    "zero_cells": int(inside.sum()) - len(values),
                    "importance": values.mean(axis=0) if len(values) else np.nan,
                    "low": found.low,
                    "high": found.high,
                    "interval": found.over,
                    "low_cells": over_cells.low,
                    "high_cells": over_cells.high,
                    "uniform": np.nan if aggregate == "signed" else 1 / shares.shape[1],
                    "null": chance.mean,
                    "null_low": chance.low,
                    "null_high": chance.high,
                    "null_half": chance.half,
                    "copies": len(copies),
                    "beats_null": beats_chance(found, chance, aggregate),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True)
class Chance:
    """What models of random weights give each channel: mean and prediction interval, (C,).

    Attributes
    ----------
    mean, low, high
        Limits are not beyond what a share can be.
    half
        Half the width of the interval, whatever a share can be.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    half: np.ndarray

    @property
    def too_wide(self) -> np.ndarray:
        """Where the interval denies nothing: its half width is above the share of equal channels.

        A channel with twice the share that it would have if all were alike could lie inside.
        """
        return self.half > 1 / len(self.half)


def chance_interval(copies: np.ndarray, confidence: float, *, least: float = 0.0) -> Chance:
    """Return mean and prediction interval of one more model of random weights.

    Of D independent values with mean m and SD s (ddof 1), the next lies in m ± t · s · √(1 + 1/D)
    with probability `confidence`, where t is the quantile of Student's law with D − 1 degrees of
    freedom and the values are normal (Hahn & Meeker 1991, Statistical intervals, section 4.7).

    Parameters
    ----------
    copies
        (D, C): the mean share over examples, a row a model of random weights.
    confidence
        Between 0 and 1.
    least
        The smallest share there can be: −1 of signed ones.

    Returns
    -------
    Chance
        NaN without models, limits also with one.
    """
    count, channels = copies.shape
    nothing = np.full(channels, np.nan)
    if count == 0:
        return Chance(nothing, nothing, nothing, nothing)
    mean = copies.mean(axis=0)
    if count == 1:
        return Chance(mean, nothing, nothing, nothing)
    t = student_quantile((1 + confidence) / 2, count - 1)
    half = t * copies.std(axis=0, ddof=1) * np.sqrt(1 + 1 / count)
    return Chance(mean, np.maximum(mean - half, least), np.minimum(mean + half, 1.0), half)


def beats_chance(found: Interval, chance: Chance, aggregate: str) -> np.ndarray:
    """Return True where an interval lies above that of chance, for signed shares outside of it.

    (C,) of True, False and None: where one of the two is missing, and where the interval does not
    lie above one that is too wide to deny anything.
    """
    beats = found.low > chance.high
    if aggregate == "signed":
        beats |= found.high < chance.low
    missing = np.isnan(found.low) | np.isnan(chance.high)
    return np.where(missing | (~beats & chance.too_wide), None, beats.astype(object))


def _of_stratum(
    null: pd.DataFrame | None, strata: pd.Series, stratum: str, channels: pd.Index
) -> np.ndarray:
    """Return the mean share over the examples of a stratum, a row a model of random weights."""
    if null is None:
        return np.empty((0, len(channels)))
    members = null[strata.reindex(null.index).to_numpy() == stratum]
    means = members.groupby("copy")[list(channels)].mean().dropna()
    return means.to_numpy()
