"""Channels that repeat each other: rounds of one stain, bleed-through, channels made of others.

Two channels are duplicates where their pixels correlate at or above a bound, in either sign. Pixels
are centred by the mean of their example and pooled over examples, so that the correlation speaks of
the pattern within examples. That of the examples' means stands beside it and decides nothing: means
of unlike stains correlate too, where larger or healthier examples have more of both; and two stains
of one structure share their pattern though each has levels of its own.

Channels are compared within their input. One without places, of plain columns, has no pattern
within an example: there the correlation over examples decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nascent.input_names import Features
from nascent.kind import capital
from nascent.words import spoken

CORRELATIONS = (
    "input",
    "channel",
    "other",
    "pixel_correlation",
    "mean_correlation",
    "cells",
    "duplicates",
)
"""Columns of a table of channel correlations."""

CHANNEL_GROUPS = (
    "input",
    "group",
    "channel",
    "least_correlation",
    "least_mean_correlation",
    "found",
)
"""Columns of a table of groups of channels."""

JOINT = "+"
"""Stands between the channels in the name of a group that was found."""


@dataclass(frozen=True)
class Likeness:
    """How channels correlate.

    Attributes
    ----------
    input : str
        That has the channels.
    channels : tuple of str
    pixels : (C, C) float64
        Σ over examples and pixels of (x − m)(y − n) / √(Σ (x − m)² Σ (y − n)²), where m and n are
        the means of the two channels in the pixel's example. NaN of a channel that is even in all
        examples. Of an input without places the same as `means`.
    means : (C, C) float64
        Pearson's correlation over examples of the channels' means. NaN of a constant one.
    cells : int
        That these are of.
    """

    input: str
    channels: tuple[str, ...]
    pixels: np.ndarray
    means: np.ndarray
    cells: int


def channel_likeness(
    cells: Iterable[np.ndarray],
    channels: Sequence[str],
    *,
    name: str = "image",
    has_places: bool = True,
) -> Likeness:
    """Correlate channels over examples, one in memory at a time.

    Parameters
    ----------
    cells
        (P, C) each: the measured pixels of an example, in units of the model's input.
    channels
        Names of the C channels.
    name
        Of the input.
    has_places
        Whether it has places; else P is 1.
    """
    products = np.zeros((len(channels), len(channels)))
    means = []
    for pixels in cells:
        if not len(pixels):
            continue
        wide = np.asarray(pixels, np.float64)
        means.append(wide.mean(axis=0))
        even = np.ptp(wide, axis=0) == 0
        centred = np.where(even, 0, wide - means[-1])
        products += centred.T @ centred
    over_cells = np.reshape(means, (len(means), len(channels)))
    even = np.ptp(over_cells, axis=0) == 0 if len(means) else np.ones(len(channels), bool)
    centred = np.where(even, 0, over_cells - over_cells.mean(axis=0)) if len(means) else over_cells
    of_means = _correlation(centred.T @ centred)
    of_pixels = _correlation(products) if has_places else of_means
    return Likeness(name, tuple(channels), of_pixels, of_means, len(means))


def correlation_table(likeness: Likeness, bound: float) -> pd.DataFrame:
    """Return the columns of `CORRELATIONS`, a row a pair of channels, the most alike first.

    `duplicates` says whether |pixel_correlation| is at or above `bound`.
    """
    first, second = np.triu_indices(len(likeness.channels), 1)
    names = np.asarray(likeness.channels, object)
    pixels = likeness.pixels[first, second]
    table = pd.DataFrame(
        {
            "input": likeness.input,
            "channel": names[first],
            "other": names[second],
            "pixel_correlation": pixels,
            "mean_correlation": likeness.means[first, second],
            "cells": likeness.cells,
            "duplicates": np.nan_to_num(np.abs(pixels)) >= bound,
        },
        columns=list(CORRELATIONS),
    )
    order = np.argsort(-np.nan_to_num(np.abs(pixels), nan=-1), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def found_groups(likeness: Likeness, bound: float) -> dict[str, list[str]]:
    """Return the groups of channels that repeat each other: name → channels, in their order.

    Average linkage of the distances 1 − |pixel correlation|, cut at 1 − `bound`: the mean
    correlation of the channels of two branches that are joined is at or above the bound. One pair
    a little below it splits no group of rounds, and a chain of likenesses makes none.
    """

    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(likeness.channels) < 2:
        return {}
    distance = 1 - np.nan_to_num(np.abs(likeness.pixels))
    np.fill_diagonal(distance, 0)
    grown = linkage(squareform(np.maximum(distance, 0), checks=False), "average")
    # Of equal channels the distance is 0 but for the rounding.
    clusters = fcluster(grown, 1 - bound + 1e-12, "distance")
    members = (np.flatnonzero(clusters == one) for one in pd.unique(clusters))
    named = [[likeness.channels[k] for k in places] for places in members if len(places) > 1]
    return {JOINT.join(channels): channels for channels in named}


def groups_table(
    groups: Mapping[str, Sequence[str]], likeness: Likeness, *, found: bool
) -> pd.DataFrame:
    """Return the columns of `CHANNEL_GROUPS`, a row a group and channel.

    Parameters
    ----------
    groups
        Name → channels.
    likeness
        Of the channels. `least_correlation` is the least |pixel correlation| of two channels of
        the group, `least_mean_correlation` the least |mean correlation|.
    found
        Whether the groups were found by correlation; False where the config names them.
    """
    place = {name: number for number, name in enumerate(likeness.channels)}
    rows = []
    for name, channels in groups.items():
        at = [place[channel] for channel in channels]
        least = [_least(matrix, at) for matrix in (likeness.pixels, likeness.means)]
        rows += [(likeness.input, name, channel, *least, found) for channel in channels]
    return pd.DataFrame(rows, columns=list(CHANNEL_GROUPS))


def channel_groups_of(table: pd.DataFrame, channels: Sequence[str]) -> dict[str, list[str]]:
    """Return the groups of a table as a model sees them: name → its channels, in their order.

    Channels that the model does not see are left out, and groups of which it sees fewer than two.
    """
    seen = table[table["channel"].isin(list(channels))]
    members = {
        str(name): [channel for channel in channels if channel in set(rows["channel"])]
        for name, rows in seen.groupby("group", sort=False)
    }
    return {name: own for name, own in members.items() if len(own) > 1}


def groups_of_inputs(table: pd.DataFrame, features: Features) -> dict[str, list[str]]:
    """Return the groups of the channels of all inputs of a model; see `channel_groups_of`."""
    return {
        name: own
        for channels in features.values()
        for name, own in channel_groups_of(table, channels).items()
    }


def warning(table: pd.DataFrame) -> str:
    """Return a sentence on the channels that repeat each other; empty where none do.

    Parameters
    ----------
    table
        As `correlation_table` gives it.
    """
    alike = table[table["duplicates"]]
    if alike.empty:
        return ""
    pairs = ", ".join(
        f"{row.channel} and {row.other} ({spoken().places} {row.pixel_correlation:.2f}, means"
        f" {row.mean_correlation:.2f})"
        for row in alike.head(10).itertuples()
    )
    more = f" and {len(alike) - 10} more pairs" if len(alike) > 10 else ""
    return (
        f"{capital(spoken().features)} repeat each other: {pairs}{more}. What a"
        " model reads from the pattern of one it may read from another: read their joint rows."
    )


def _least(matrix: np.ndarray, places: Sequence[int]) -> float:
    pairs = np.abs(matrix[np.ix_(places, places)])[np.triu_indices(len(places), 1)]
    return float(pairs.min())


def _correlation(products: np.ndarray) -> np.ndarray:
    lengths = np.sqrt(np.diagonal(products))
    lengths = np.where(lengths > 0, lengths, np.nan)
    found = np.clip(products / np.outer(lengths, lengths), -1, 1)
    np.fill_diagonal(found, np.where(np.isnan(lengths), np.nan, 1))
    return found
