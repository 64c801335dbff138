"""Change of a channel's share with the target, within groups, corrected for many channels.

Groups differ in staining and in target, so that shares and targets may go together between groups
without doing so in any of them. All ranks are therefore taken within groups, and chance is what
remains when the targets of a group are permuted among its examples.
"""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nascent.explain.statistics.intervals import GROUPS
from nascent.explain.statistics.rank_correlation import average_ranks, rank_correlation
from nascent.kind import with_article
from nascent.statistics.jackknife import (
    errors_wide,
    group_sums,
    limits,
    variance,
    without_each,
)
from nascent.statistics.verdict import CANNOT_TELL
from nascent.words import spoken

TREND = (
    "channel",
    "cells",
    "groups",
    "undefined",
    "spearman",
    "within_groups",
    "low",
    "high",
    "interval",
    "null_low",
    "null_high",
    "slope",
    "p",
    "q",
    "trend",
)
"""Columns of a table of trends."""

_LOGGER = logging.getLogger(__name__)

FALSE_DISCOVERIES = 0.05
"""Share of the trends told of that may be chance."""

FEWEST = 3
"""Examples a group must have to rank them: two are always in line."""


@dataclass(frozen=True)
class _Ranked:
    """Ranks within groups, of the examples in groups of `FEWEST` examples or more.

    Attributes
    ----------
    target : (n,) float64
        Within each group of mean 0 and spread from near −½ to near ½, so that groups count by
        examples.
    shares : (n, C) float64
        The same of the shares.
    groups : (n,) int
        Places of the groups.
    used : (N,) bool
        Examples that are among the n.
    """

    target: np.ndarray
    shares: np.ndarray
    groups: np.ndarray
    used: np.ndarray


def trend_table(
    shares: pd.DataFrame,
    targets: pd.Series,
    groups: pd.Series,
    *,
    confidence: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return how the share of each channel changes with the target.

    Parameters
    ----------
    shares
        Examples × channels; examples whose shares are missing are left out.
    targets, groups
        By example id.
    confidence
        Of the interval.
    draws
        Permutations of the targets within groups.
    seed
        Of these.

    Returns
    -------
    pandas.DataFrame
        The columns of `TREND`. `spearman`: rank correlation over all examples; `within_groups`: the
        same of the ranks within groups, with its interval over groups (missing where these are too
        few) and the middle `confidence` of the permutations, `null_low` to `null_high`; `slope`:
        change of the share with one SD of the target, within groups, least squares; `p`: two-sided,
        by permutation, at least 1 / (`draws` + 1); `q`: p corrected over the channels (Benjamini &
        Hochberg 1995); `trend`: `rises` or `falls` where q is at most 5 % and the interval over
        groups has that sign too, also corrected over the channels; `cannot tell` where it has not,
        or there are too few groups for one;
        `none` where q is above 5 %, or `cannot tell` if the permutations are too few for the
        correction (`too_few`).
    """
    whole = ~shares.isna().any(axis=1) & targets.reindex(shares.index).notna()
    values = shares[whole].to_numpy(np.float64)
    target = targets.loc[shares.index[whole]].to_numpy(np.float64)
    places = pd.factorize(groups.loc[shares.index[whole]].astype(str), sort=True)[0]
    ranked = _within_groups(values, target, places)
    found = _correlations(ranked.target @ ranked.shares, ranked)
    chance = _permuted(ranked, draws, seed)
    over_groups = _over_groups(ranked, confidence)
    p = _p_values(found, chance)
    q = false_discovery_rates(p)
    tail = (1 - confidence) / 2
    null = np.quantile(chance, [tail, 1 - tail], axis=0)
    words = np.where(found > 0, "rises", "falls")
    several = int(np.count_nonzero(~np.isnan(p)))
    unsure = too_few(draws, several)
    if unsure:
        _LOGGER.warning(
            "%d permutations give p = %.3g at least, and the correction over %d"
            f" {spoken().features} asks for %.3g of {with_article(spoken().feature)} that changes"
            " alone: a trend may be missed; explain.bootstrap: %d is enough",
            *(draws, 1 / (1 + draws), several, FALSE_DISCOVERIES / several),
            int(np.ceil(several / FALSE_DISCOVERIES)),
        )
    otherwise = np.where(unsure & ~np.isnan(p), CANNOT_TELL, "none")
    # That examples are in line may be the doing of one group: other groups need not follow.
    told = q <= FALSE_DISCOVERIES
    return pd.DataFrame(
        {
            "channel": shares.columns,
            "cells": len(ranked.target),
            "groups": len(np.unique(ranked.groups)),
            "undefined": len(shares) - int(whole.sum()),
            "spearman": [rank_correlation(column, target) for column in values.T]
            if len(values) > 1
            else np.nan,
            "within_groups": found,
            "low": over_groups.low,
            "high": over_groups.high,
            "interval": GROUPS if np.isfinite(over_groups.low).any() else "",
            "null_low": null[0],
            "null_high": null[1],
            "slope": _slopes(values[ranked.used], target[ranked.used], ranked.groups),
            "p": p,
            "q": q,
            "trend": np.where(told, np.where(over_groups.told, words, CANNOT_TELL), otherwise),
        }
    )[list(TREND)]


def too_few(draws: int, channels: int) -> bool:
    """Say whether permutations are too few to find one channel that changes alone.

    The smallest p of D permutations is 1 / (1 + D), and Benjamini & Hochberg's correction of one
    small p over C channels multiplies it by C.
    """
    return channels / (1 + draws) > FALSE_DISCOVERIES


def false_discovery_rates(p: np.ndarray) -> np.ndarray:
    """Return q of each p-value: the false-discovery rate at which it would just be told of.

    Benjamini & Hochberg: Controlling the false discovery rate, Journal of the Royal Statistical
    Society B 57, 1995. Missing p-values stay missing and do not count.
    """

    from scipy.stats import false_discovery_control

    q = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        q[known] = false_discovery_control(p[known], method="bh")
    return q


def _within_groups(values: np.ndarray, target: np.ndarray, places: np.ndarray) -> _Ranked:
    used = np.bincount(places, minlength=1)[places] >= FEWEST if len(places) else places > 0
    values, target, places = values[used], target[used], places[used]
    ranks, of_target = np.empty_like(values), np.empty_like(target)
    for group in np.unique(places):
        here = places == group
        number = int(here.sum())
        of_target[here] = (average_ranks(target[here]) - (number + 1) / 2) / number
        for channel in range(values.shape[1]):
            of_share = average_ranks(values[here, channel])
            ranks[here, channel] = (of_share - (number + 1) / 2) / number
    return _Ranked(of_target, ranks, places, used)


def _correlations(products: np.ndarray, ranked: _Ranked) -> np.ndarray:
    """Return correlations from Σ of products (..., C); NaN where nothing varies within groups."""
    squares = (ranked.target**2).sum() * (ranked.shares**2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, products / np.sqrt(squares), np.nan)


def _permuted(ranked: _Ranked, draws: int, seed: int) -> np.ndarray:
    """Return the correlations (draws, C) with the targets of each group permuted."""
    generator = np.random.default_rng((seed, 0))
    dealt = np.empty((draws, len(ranked.target)))
    for group in np.unique(ranked.groups):
        here = np.flatnonzero(ranked.groups == group)
        copies = np.tile(ranked.target[here], (draws, 1))
        dealt[:, here] = generator.permuted(copies, axis=1)
    return _correlations(dealt @ ranked.shares, ranked)


def _p_values(found: np.ndarray, chance: np.ndarray) -> np.ndarray:
    # Permutations that reach the observed value but for rounding count as reaching it.
    reached = (np.abs(chance) >= np.abs(found) - 1e-12).sum(axis=0)
    return np.where(np.isnan(found), np.nan, (1 + reached) / (1 + len(chance)))


@dataclass(frozen=True)
class _OverGroups:
    """Interval of the correlations over groups, (C,) each, and whether groups tell them from 0."""

    low: np.ndarray
    high: np.ndarray
    told: np.ndarray


def _over_groups(ranked: _Ranked, confidence: float) -> _OverGroups:
    """Return what groups say; NaN and False where there are too few of them."""
    columns = ranked.shares.shape[1]
    square = (ranked.target**2)[:, None]
    sums = np.hstack([ranked.target[:, None] * ranked.shares, ranked.shares**2, square])
    of_groups = group_sums(sums, ranked.groups)

    def correlation(given: np.ndarray) -> np.ndarray:
        products, squares, of_target = np.split(given, [columns, 2 * columns], axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return products / np.sqrt(squares * of_target)

    value, left_out = correlation(of_groups.sum(axis=0)), correlation(without_each(of_groups))
    sizes = np.bincount(ranked.groups)[np.unique(ranked.groups)]
    low, high = limits(value, left_out, sizes, confidence=confidence)
    apart = (low > 0) | (high < 0)
    if apart.any():
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = np.abs(value) / np.sqrt(variance(value, left_out))
        apart &= _discovered(errors, sizes)
    low, high = np.clip([low, high], -1, 1)
    return _OverGroups(low, high, apart)


def _discovered(errors: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return which statistics lie so many errors from 0 at a false-discovery rate over channels.

    The rule of `false_discovery_rates`: of C, the k that lie furthest, with the largest k of which
    the k-th lies outside of its interval of confidence 1 − 5 % · k / C.
    """
    known = np.sort(errors[~np.isnan(errors)])[::-1]
    for k in range(len(known), 0, -1):
        if known[k - 1] > errors_wide(sizes, 1 - FALSE_DISCOVERIES * k / len(known)):
            return errors >= known[k - 1]
    return np.zeros(len(errors), bool)


def _slopes(values: np.ndarray, target: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the change of each share with one SD of the target, both taken from group means."""
    if len(target) < 2 or not np.ptp(target):
        return np.full(values.shape[1], np.nan)
    number = np.bincount(groups)[groups]
    centred = target - np.bincount(groups, target)[groups] / number
    square = centred @ centred
    if square <= 1e-12 * (target @ target):
        return np.full(values.shape[1], np.nan)
    # Shares need not be centred: the centred target sums to 0 in every group.
    return centred @ values / square * target.std(ddof=1)
