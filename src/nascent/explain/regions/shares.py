"""How much of a map falls on regions of the example that a bright channel shows, against their
area.

Chance is the regions of other examples, each fitted into the outline of the map's own
(`nascent.attribute.references.fitted`), so that a rim falls on the rim and a middle on the middle.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nascent.attribute.references import fitted
from nascent.explain.reading.strata import ordered
from nascent.explain.statistics.exchange import NOBODY, adjusted, along
from nascent.explain.statistics.intervals import mean_interval
from nascent.statistics.verdict import decided

if TYPE_CHECKING:
    # It loads Keras, which the figures of these tables do without.
    from nascent.explain.reading.cells import CellReader, ExplainedCell

ALL = "all"
"""Stands for the stratum of all examples, and for the channels of a map together."""

REGIONS = (
    "region",
    "stratum",
    "channel",
    "cells",
    "groups",
    "zero_cells",
    "area",
    "share",
    "enrichment",
    "low",
    "high",
    "null",
    "excess",
    "excess_low",
    "excess_high",
    "interval",
    "beats_null",
)
"""Columns of a table of regions."""

EXCHANGES = 5
"""Other examples whose regions are laid over each map."""


@dataclass(frozen=True)
class RegionRule:
    """A region: the pixels of `channel` above its `percentile` of the example's measured pixels."""

    channel: str
    percentile: float


@dataclass(frozen=True)
class RegionCell:
    """An example's mask (places …) and its regions, each (places …) bool within the mask."""

    id: Hashable
    mask: np.ndarray
    regions: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class _Shares:
    """Of one region: area (n,), share and enrichment (n, K), and that with others' (E, n, K)."""

    area: np.ndarray
    share: np.ndarray
    enrichment: np.ndarray
    chance: np.ndarray

    @classmethod
    def of(cls, cells: int, exchanges: int, channels: int) -> "_Shares":
        shapes = (cells,), (cells, channels), (cells, channels), (exchanges, cells, channels)
        return cls(*(np.full(shape, np.nan) for shape in shapes))


def region_mask(channel: np.ndarray, mask: np.ndarray, percentile: float) -> np.ndarray:
    """Return the measured pixels above a percentile of the measured ones, (places …) bool.

    Empty where nothing stands out, as in a constant channel.
    """
    if not mask.any():
        return np.zeros_like(mask)
    return mask & (channel > np.percentile(channel[mask], percentile))


def enrichment(scores: np.ndarray, region: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return how much of each channel's map falls on a region, over the region's share of area.

    Parameters
    ----------
    scores
        (places …, K).
    region
        (places …) bool; only its measured pixels count.
    mask
        (places …) bool, measured.

    Returns
    -------
    (K + 1,) float64
        Of each channel, and of all together: 1 where the map knows nothing of the region. NaN for
        a map of zeros, and where the region is empty or the whole example.
    """
    shares, area = _shares(scores, region, mask)
    return shares / area if 0 < area < 1 else np.full(len(shares), np.nan)


def compare_regions(
    cells: "CellReader | Mapping[Hashable, ExplainedCell]",
    regions: Callable[[Hashable], RegionCell],
    ids: Sequence[Hashable],
    rings: np.ndarray,
    channels: Sequence[str],
) -> pd.DataFrame:
    """Return the enrichment of each region in each example's map, beside that of others' regions.

    Parameters
    ----------
    cells
        Example by id, asked for once each, along the circles of `rings`.
    regions
        The regions of an example by its id; asked for again for each example whose other it is.
    ids
        Of n examples.
    rings
        (E, n), the others of each (`nascent.explain.statistics.exchange.rings`).
    channels
        Names of the K map channels.

    Returns
    -------
    pandas.DataFrame
        Columns `id`, `region`, `channel` (`all` for all together), `area`, `share`,
        `enrichment`, `null`: the enrichment expected of this map and these regions by those of
        other examples (`nascent.explain.statistics.exchange.adjusted`).
    """
    # A map of places alone is that of all channels together: one row says it.
    names = [*(name for name in channels if name != ALL), ALL]
    kept = slice(-len(names), None)
    found: dict[str, _Shares] = {}
    for place in along(rings):
        cell, own = cells[ids[place]], regions(ids[place])
        others = [regions(ids[other]) for other in rings[:, place] if other != NOBODY]
        for region, taken in own.regions.items():
            if region not in found:
                found[region] = _Shares.of(len(ids), len(rings), len(names))
            values = found[region]
            shares, values.area[place] = _shares(cell.map, taken, cell.object)
            values.share[place] = shares[kept]
            values.enrichment[place] = enrichment(cell.map, taken, cell.object)[kept]
            for ring, other in enumerate(others):
                theirs = _fitted(other, region, cell.object)
                values.chance[ring, place] = enrichment(cell.map, theirs, cell.object)[kept]
    parts = []
    for region, values in found.items():
        excess = adjusted(values.enrichment, values.chance, rings)
        parts.append(
            pd.DataFrame(
                {
                    "id": np.repeat(np.array(ids), len(names)),
                    "region": region,
                    "channel": np.tile(names, len(ids)),
                    "area": np.repeat(values.area, len(names)),
                    "share": values.share.ravel(),
                    "enrichment": values.enrichment.ravel(),
                    "null": (values.enrichment - excess).ravel(),
                }
            )
        )
    columns = ["id", "region", "channel", "area", "share", "enrichment", "null"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def region_table(
    of_cells: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    confidence: float,
) -> pd.DataFrame:
    """Return the mean enrichment by region, stratum and channel, with intervals and chance.

    Parameters
    ----------
    of_cells
        See `compare_regions`.
    cells
        Index `id`; columns `stratum` and `group`.
    confidence
        Of the intervals, see `nascent.explain.statistics.intervals`.

    Returns
    -------
    pandas.DataFrame
        The columns of `REGIONS`. `area` and `share`: mean shares of the region in the example and
        in the map; `enrichment`: mean of their ratio, with its interval; `null`: mean of what is
        expected by other examples, see `compare_regions`; `excess`: mean difference of the two,
        with its interval; `beats_null`: that interval lies above 0.
    """
    told = of_cells.join(cells[["stratum", "group"]], on="id")
    rows = []
    for region, of_region in told.groupby("region", sort=False):
        for stratum in [ALL, *ordered(told["stratum"])]:
            chosen = of_region if stratum == ALL else of_region[of_region["stratum"] == stratum]
            if chosen.empty:
                continue
            rows.append(_of_stratum(chosen, confidence).assign(region=region, stratum=stratum))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=REGIONS)
    return table[list(REGIONS)]


def _of_stratum(rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    channels = rows["channel"].unique()
    wide = {
        name: rows.pivot(index="id", columns="channel", values=name)[channels].to_numpy(float)
        for name in ("area", "share", "enrichment", "null")
    }
    groups = rows.drop_duplicates("id").set_index("id")["group"].sort_index().to_numpy(str)
    known = ~np.isnan(wide["enrichment"])
    found = mean_interval(wide["enrichment"], groups, confidence=confidence)
    excess = mean_interval(wide["enrichment"] - wide["null"], groups, confidence=confidence)
    return pd.DataFrame(
        {
            "channel": channels,
            "cells": known.sum(axis=0),
            "groups": [len(np.unique(groups[column])) for column in known.T],
            "zero_cells": (~known).sum(axis=0),
            "area": _mean(np.where(known, wide["area"], np.nan)),
            "share": _mean(np.where(known, wide["share"], np.nan)),
            "enrichment": _mean(wide["enrichment"]),
            "low": found.low,
            "high": found.high,
            "null": _mean(wide["null"]),
            "excess": _mean(wide["enrichment"] - wide["null"]),
            "excess_low": excess.low,
            "excess_high": excess.high,
            "interval": found.over,
            "beats_null": decided(excess.low > 0, excess.low),
        }
    )


def _fitted(other: RegionCell, region: str, mask: np.ndarray) -> np.ndarray:
    """Return another example's region in the outline `mask`."""
    taken = other.regions[region]
    return fitted(taken[..., None], other.mask, mask)[..., 0] if other.mask.any() else taken


def _shares(scores: np.ndarray, region: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the shares (K + 1,) of Σ|a| on the region, the last of all channels, and its area."""
    measured = np.abs(scores[mask]).astype(np.float64)
    inside = region[mask]
    whole, part = measured.sum(axis=0), measured[inside].sum(axis=0)
    whole, part = np.append(whole, whole.sum()), np.append(part, part.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(whole > 0, part / whole, np.nan)
    return shares, float(inside.mean()) if len(inside) else 0.0


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over rows of what is not NaN."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)
