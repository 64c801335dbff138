"""Which images the maps look like: every map channel against every image channel, and chance.

A map may look like an image because the model looked at it, or because all nuclei are bright in the
middle. So every map is also held against the images of *other* nuclei, each fitted into the outline
of the map's own (`nascent.attribute.references.fitted`): what is left of the likeness there is
chance. Laid over each other as they lie, nuclei of different outlines would have neither rim nor
middle in common, and whatever follows the outline would seem to be of this cell.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nascent.attribute.draws import stream
from nascent.attribute.references import fitted
from nascent.explain.groups import ordered
from nascent.explain.intervals import mean_interval
from nascent.explain.measures import MEASURES, best_matches, similarities

if TYPE_CHECKING:
    # It loads Keras, which the figures of these tables do without.
    from nascent.explain.cells import ExplainedCell

ALL = "all"
"""Stands for the group where all cells are taken together."""

SIMILARITY = (
    "group",
    "measure",
    "map_channel",
    "image_channel",
    "cells",
    "wells",
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

POOL = 32
"""Cells whose images stand for those of other cells: 6.6 MB each at 224 × 224 × 33."""

FEWEST = 16
"""Measured pixels that a nucleus must have to be compared with others."""


@dataclass(frozen=True)
class OtherCell:
    """The image (S, S, C) and mask (S, S) of a cell that stands for another."""

    cell_id: Hashable
    image: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True)
class Compared:
    """The likeness of maps and images of some cells.

    Attributes
    ----------
    cell_ids : list
    found : (n, M, K, C) float32
        Of a cell's map with its own image, for each of `MEASURES`.
    chance : (n, E, M, K, C) float32
        Of its map with the images of E other cells; NaN where a nucleus has hardly a pixel.
    """

    cell_ids: list[Hashable]
    found: np.ndarray
    chance: np.ndarray


def compare(
    cells: Iterator["ExplainedCell"],
    others: Sequence[OtherCell],
    *,
    exchanges: int,
    bins: int,
    seed: int,
) -> Compared:
    """Compare the maps of cells with their own images and with those of other cells.

    Parameters
    ----------
    cells
        One is in memory at a time.
    others
        Cells to draw from; a cell is never its own other.
    exchanges
        Other cells for each.
    bins
        Of the mutual information.
    seed
        Of the draws, which depend on it and on the cell alone.
    """
    cell_ids, found, chance = [], [], []
    for cell in cells:
        cell_ids.append(cell.cell_id)
        found.append(similarities(cell.map[cell.mask], cell.image[cell.mask], bins=bins))
        chance.append(
            [
                _with_other(cell, other, bins)
                for other in _drawn(cell.cell_id, others, exchanges, seed)
            ]
        )
    fewest = min(map(len, chance), default=0)
    shape = found[0].shape if found else (len(MEASURES), 0, 0)
    return Compared(
        cell_ids,
        np.array(found, np.float32).reshape(len(found), *shape),
        np.array([values[:fewest] for values in chance], np.float32).reshape(
            len(cell_ids), fewest, *shape
        ),
    )


def similarity_table(
    compared: Compared,
    cells: pd.DataFrame,
    map_channels: Sequence[str],
    image_channels: Sequence[str],
    *,
    confidence: float,
) -> pd.DataFrame:
    """Return every pair of channels by group and measure, beside chance.

    Parameters
    ----------
    compared
        See `compare`.
    cells
        Index `cell_id`; columns `group` and `well`.
    map_channels, image_channels
        Names of the K and of the C channels.
    confidence
        Of the intervals, see `nascent.explain.intervals`.

    Returns
    -------
    pandas.DataFrame
        The columns of `SIMILARITY`; the group `all` comes first. `similarity`, `null`, `null_sd`:
        mean over cells, and mean and SD over cells and others; `z`: their difference in these SDs;
        `excess`: mean difference of a cell's similarity from its own chance, with its interval;
        `beats_null`: that interval lies above 0, for `mae` below, for correlations on one side.
        `wins`: share of the cells in which this image channel is the best match of the map channel,
        with its interval; `null_wins`: the same among other cells. `rank`: of the image channels of
        a map channel by wins, then by likeness; 1 is the most frequent.
    """
    if not compared.cell_ids:
        return pd.DataFrame(columns=SIMILARITY)
    told = cells.loc[compared.cell_ids]
    wells = told["well"].to_numpy(str)
    names = [ALL, *ordered(told["group"])]
    tables = []
    for place, measure in enumerate(MEASURES):
        found, chance = compared.found[:, place], compared.chance[:, :, place]
        won = best_matches(found.astype(np.float64), measure)
        by_chance = best_matches(chance.astype(np.float64), measure)
        for group in names:
            inside = (
                np.ones(len(told), bool) if group == ALL else (told["group"] == group).to_numpy()
            )
            if not inside.any():
                continue
            columns = _pairs(found[inside], chance[inside], wells[inside], measure, confidence)
            columns |= _wins(won[inside], by_chance[inside], wells[inside], confidence)
            table = pd.DataFrame({name: values.reshape(-1) for name, values in columns.items()})
            table.insert(0, "map_channel", np.repeat(map_channels, len(image_channels)))
            table.insert(1, "image_channel", np.tile(image_channels, len(map_channels)))
            table = table.assign(group=group, measure=measure)
            tables.append(_ranked(table, measure)[list(SIMILARITY)])
    return pd.concat(tables, ignore_index=True)


def _drawn(
    cell_id: Hashable, others: Sequence[OtherCell], count: int, seed: int
) -> list[OtherCell]:
    candidates = [other for other in others if other.cell_id != cell_id]
    order = stream(seed, cell_id, "similarity").permutation(len(candidates))
    return [candidates[index] for index in order[:count]]


def _with_other(cell: "ExplainedCell", other: OtherCell, bins: int) -> np.ndarray:
    if min(cell.mask.sum(), other.mask.sum()) < FEWEST:
        shape = (len(MEASURES), cell.map.shape[-1], other.image.shape[-1])
        return np.full(shape, np.nan)
    theirs = fitted(other.image, other.mask, cell.mask)
    return similarities(cell.map[cell.mask], theirs[cell.mask], bins=bins)


def _pairs(
    found: np.ndarray, chance: np.ndarray, wells: np.ndarray, measure: str, confidence: float
) -> dict[str, np.ndarray]:
    """Return mean, null and excess of each pair: found (n, K, C), chance (n, E, K, C)."""
    found, chance = found.astype(np.float64), chance.astype(np.float64)
    shape = found.shape[1:]
    known = ~np.isnan(found)
    own_chance = _mean(chance, 1)
    mean, null = _mean(found, 0), _mean(chance, (0, 1))
    spread = np.sqrt(_mean((chance - null) ** 2, (0, 1)))
    differences = found - own_chance
    excess = mean_interval(differences.reshape(len(found), -1), wells, confidence=confidence)
    low, high = excess.low.reshape(shape), excess.high.reshape(shape)
    above, below = low > 0, high < 0
    beats = {"mae": below, "mutual_information": above}.get(measure, above | below)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, (mean - null) / spread, np.nan)
    return {
        "cells": known.sum(axis=0),
        "wells": _wells_of(known, wells),
        "undefined": (~known).sum(axis=0),
        "similarity": mean,
        "null": null,
        "null_sd": spread,
        "z": z,
        "excess": _mean(differences, 0),
        "low": low,
        "high": high,
        "interval": np.full(shape, excess.over, object),
        "beats_null": np.where(np.isnan(low), None, beats.astype(object)),
    }


def _wins(
    won: np.ndarray, by_chance: np.ndarray, wells: np.ndarray, confidence: float
) -> dict[str, np.ndarray]:
    shape = won.shape[1:]
    limits = mean_interval(won.reshape(len(won), -1), wells, confidence=confidence)
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


def _wells_of(known: np.ndarray, wells: np.ndarray) -> np.ndarray:
    return np.sum([known[wells == name].any(axis=0) for name in np.unique(wells)], axis=0)
