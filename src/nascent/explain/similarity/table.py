"""Which images the maps look like: every map channel against every image channel, and chance.

A map may look like an image because the model looked at it, or because all examples are bright in
the middle. So every map is also held against the images of *other* examples, each fitted into the
outline of the map's own (`nascent.attribute.references.fitted`): what is left of the likeness there
is chance. Laid over each other as they lie, examples of different outlines would have neither rim
nor middle in common, and whatever follows the outline would seem to be of this example.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nascent.attribute.references import fitted
from nascent.explain.reading.strata import ordered
from nascent.explain.similarity.measures import MEASURES, best_matches, similarities
from nascent.explain.statistics.exchange import NOBODY, adjusted, along
from nascent.explain.statistics.intervals import mean_interval
from nascent.statistics.verdict import decided

if TYPE_CHECKING:
    # It loads Keras, which the figures of these tables do without.
    from nascent.explain.reading.cells import CellReader, ExplainedCell

ALL = "all"
"""Stands for the stratum where all examples are taken together."""

SIMILARITY = (
    "stratum",
    "measure",
    "map_channel",
    "image_channel",
    "cells",
    "groups",
    "undefined",
    "similarity",
    "null",
    "null_sd",
    "z",
    "excess",
    "low",
    "high",
    "interval",
    "beats_null",
    "wins",
    "wins_low",
    "wins_high",
    "null_wins",
    "rank",
)
"""Columns of a table of similarities."""

FEWEST = 16
"""Measured pixels that an example must have to be compared with others."""


@dataclass(frozen=True)
class Compared:
    """The likeness of maps and images of some examples.

    Attributes
    ----------
    ids : list
    found : (n, M, K, C) float32
        Of an example's map with its own image, for each of `MEASURES`.
    chance : (E, n, M, K, C) float32
        Of its map with the images of E other examples; NaN where there is none or an example has
        hardly a pixel.
    rings : (E, n) int
        Who these are (`nascent.explain.statistics.exchange.rings`).
    """

    ids: list[Hashable]
    found: np.ndarray
    chance: np.ndarray
    rings: np.ndarray


def compare(
    cells: "CellReader | Mapping[Hashable, ExplainedCell]",
    ids: Sequence[Hashable],
    rings: np.ndarray,
    *,
    bins: int,
) -> Compared:
    """Compare the maps of examples with their own images and with those of other examples.

    Parameters
    ----------
    cells
        Example by id. They are asked for one after the other along the circles of `rings`, so that
        a reader that keeps E + 1 of them reads hardly any twice.
    ids
        Of n examples.
    rings
        (E, n), each example's others (`nascent.explain.statistics.exchange.rings`).
    bins
        Of the mutual information.
    """
    found = chance = None
    for place in along(rings):
        cell = cells[ids[place]]
        own = similarities(cell.map[cell.mask], cell.image[cell.mask], bins=bins)
        if found is None or chance is None:
            found = np.empty((len(ids), *own.shape), np.float32)
            chance = np.full((*rings.shape, *own.shape), np.nan, np.float32)
        found[place] = own
        for ring, other in enumerate(rings[:, place]):
            if other != NOBODY:
                chance[ring, place] = _with_other(cell, cells[ids[other]], bins)
    if found is None or chance is None:
        found, chance = np.empty((0, len(MEASURES), 0, 0)), np.empty((0, 0, len(MEASURES), 0, 0))
    return Compared(list(ids), found, chance, rings)


def similarity_table(
    compared: Compared,
    cells: pd.DataFrame,
    map_channels: Sequence[str],
    image_channels: Sequence[str],
    *,
    confidence: float,
) -> pd.DataFrame:
    """Return every pair of channels by stratum and measure, beside chance.

    Parameters
    ----------
    compared
        See `compare`.
    cells
        Index `id`; columns `stratum` and `group`.
    map_channels, image_channels
        Names of the K and of the C channels.
    confidence
        Of the intervals, see `nascent.explain.statistics.intervals`.

    Returns
    -------
    pandas.DataFrame
        The columns of `SIMILARITY`; the stratum `all` comes first. `similarity`: mean over
        examples; `excess`: mean of what the likeness of each example's map and image adds to what
        either of the two has with those of other examples
        (`nascent.explain.statistics.exchange.adjusted`), with its interval; `null`: mean of these
        chances; `null_sd`: SD over examples and others; `z`: the excess in these SDs; `beats_null`:
        that interval lies above 0, for `mae` below, for correlations on one side.
        `wins`: share of the examples in which this image channel is the best match of the map
        channel, with its interval; `null_wins`: the same among other examples. `rank`: of the image
        channels of a map channel by wins, then by likeness; 1 is the most frequent.
    """
    if not compared.ids:
        return pd.DataFrame(columns=SIMILARITY)
    told = cells.loc[compared.ids]
    groups = told["group"].to_numpy(str)
    names = [ALL, *ordered(told["stratum"])]
    tables = []
    for place, measure in enumerate(MEASURES):
        found, chance = compared.found[:, place], compared.chance[:, :, place]
        excess = adjusted(found, chance, compared.rings)
        won = best_matches(found.astype(np.float64), measure)
        by_chance = best_matches(chance.astype(np.float64), measure)
        for stratum in names:
            inside = (
                np.ones(len(told), bool)
                if stratum == ALL
                else (told["stratum"] == stratum).to_numpy()
            )
            if not inside.any():
                continue
            values = found[inside], excess[inside], chance[:, inside]
            columns = _pairs(*values, groups[inside], measure, confidence)
            columns |= _wins(won[inside], by_chance[:, inside], groups[inside], confidence)
            table = pd.DataFrame({name: values.reshape(-1) for name, values in columns.items()})
            table.insert(0, "map_channel", np.repeat(map_channels, len(image_channels)))
            table.insert(1, "image_channel", np.tile(image_channels, len(map_channels)))
            table = table.assign(stratum=stratum, measure=measure)
            tables.append(_ranked(table, measure)[list(SIMILARITY)])
    return pd.concat(tables, ignore_index=True)


def _with_other(cell: "ExplainedCell", other: "ExplainedCell", bins: int) -> np.ndarray:
    if min(cell.mask.sum(), other.mask.sum()) < FEWEST:
        shape = (len(MEASURES), cell.map.shape[-1], other.image.shape[-1])
        return np.full(shape, np.nan)
    theirs = fitted(other.image, other.mask, cell.mask)
    return similarities(cell.map[cell.mask], theirs[cell.mask], bins=bins)


def _pairs(
    found: np.ndarray,
    excess: np.ndarray,
    chance: np.ndarray,
    groups: np.ndarray,
    measure: str,
    confidence: float,
) -> dict[str, np.ndarray]:
    """Return mean, null and excess of each pair: found, excess (n, K, C), chance (E, n, K, C)."""
    found, chance = found.astype(np.float64), chance.astype(np.float64)
    shape = found.shape[1:]
    known = ~np.isnan(found)
    mean, beyond = _mean(found, 0), _mean(excess, 0)
    spread = np.sqrt(_mean((chance - _mean(chance, (0, 1))) ** 2, (0, 1)))
    limits = mean_interval(excess.reshape(len(found), -1), groups, confidence=confidence)
    low, high = limits.low.reshape(shape), limits.high.reshape(shape)
    above, below = low > 0, high < 0
    beats = {"mae": below, "mutual_information": above}.get(measure, above | below)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, beyond / spread, np.nan)
    return {
        "cells": known.sum(axis=0),
        "groups": _groups_of(known, groups),
        "undefined": (~known).sum(axis=0),
        "similarity": mean,
        "null": _mean(found - excess, 0),
        "null_sd": spread,
        "z": z,
        "excess": beyond,
        "low": low,
        "high": high,
        "interval": np.full(shape, limits.over, object),
        "beats_null": decided(beats, low),
    }


def _wins(
    won: np.ndarray, by_chance: np.ndarray, groups: np.ndarray, confidence: float
) -> dict[str, np.ndarray]:
    shape = won.shape[1:]
    limits = mean_interval(won.reshape(len(won), -1), groups, confidence=confidence)
    return {
        "wins": _mean(won, 0),
        "wins_low": limits.low.reshape(shape),
        "wins_high": limits.high.reshape(shape),
        "null_wins": _mean(by_chance, (0, 1)),
    }


def _ranked(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    size = -table["similarity"] if measure == "mae" else table["similarity"].abs()
    order = table.assign(size=size).sort_values(["wins", "size"], ascending=False, kind="stable")
    return table.assign(rank=order.groupby("map_channel", sort=False).cumcount() + 1)


def _mean(values: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=axis) / known.sum(axis=axis)


def _groups_of(known: np.ndarray, groups: np.ndarray) -> np.ndarray:
    return np.sum([known[groups == name].any(axis=0) for name in np.unique(groups)], axis=0)
