"""Correlations of the maps of channels, example by example.

Maps are smoothed in the plane of the image alone, and within the example alone: a filter that ran
along the channel axis too would make neighbours in the channel list alike, whatever they show.
"""

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nascent.explain.clusters.permuted_maps import (
    fills_outline,
    unit_maps,
    without_outline,
)
from nascent.smoothing import smoothed

if TYPE_CHECKING:
    # It loads Keras, which the figures of these tables do without.
    from nascent.explain.reading.cells import ExplainedCell

CLIPPED = 98.0
"""Percentile of a map channel's magnitude at which it is clipped, as in the published work."""


@dataclass(frozen=True)
class Correlations:
    """How alike the maps of two channels are.

    Attributes
    ----------
    ids : list
    within : (n, K, K) float32
        Correlation of the smoothed maps of one example; NaN for a channel without a map.
    tested : (m,) int
        Places of the examples whose maps are kept for the permutation test.
    maps, beyond : (m, K, P) float32
        These in one outline (`nascent.explain.clusters.permuted_maps.unit_maps`), as they are and
        without what follows the outline of the example.
    """

    ids: list[Hashable]
    within: np.ndarray
    tested: np.ndarray
    maps: np.ndarray
    beyond: np.ndarray


def clipped(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return maps clipped at a percentile of each channel's magnitude within the mask."""
    if not mask.any():
        return scores
    limit = np.percentile(np.abs(scores[mask]), CLIPPED, axis=0)
    return np.clip(scores, -limit, limit)


def correlate(
    cells: Iterator["ExplainedCell"],
    *,
    sigma: float,
    tested: Collection[Hashable] | None = None,
) -> Correlations:
    """Correlate the maps of all channels within examples, and keep some maps to permute.

    Parameters
    ----------
    cells
        One is in memory at a time.
    sigma
        Of the smoothing, pixels.
    tested
        Examples whose maps are kept; None for all. Of examples smaller than the common outline
        (`nascent.explain.clusters.permuted_maps.fills_outline`) none are.
    """
    ids, within, places, maps, beyond = [], [], [], [], []
    for cell in cells:
        limited = clipped(cell.map, cell.mask)
        prepared = smoothed(limited, cell.mask, sigma).astype(np.float32)
        within.append(_correlation(prepared[cell.mask], prepared[cell.mask]))
        if (tested is None or cell.id in tested) and fills_outline(cell.mask):
            places.append(len(ids))
            maps.append(unit_maps(prepared, cell.mask))
            rest = smoothed(without_outline(limited, cell.mask), cell.mask, sigma)
            beyond.append(unit_maps(rest, cell.mask))
        ids.append(cell.id)
    return Correlations(
        ids,
        np.array(within, np.float32),
        np.array(places, int),
        np.array(maps, np.float32),
        np.array(beyond, np.float32),
    )


def _correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the correlations (K, K) of the columns of two (P, K); NaN with a constant one."""
    units = []
    for values in (first, second):
        centred = values - values.mean(axis=0, dtype=np.float64)
        length = np.sqrt((centred**2).sum(axis=0))
        constant = np.ptp(values, axis=0) == 0
        units.append(centred / np.where(constant | (length == 0), np.nan, length))
    return np.clip(units[0].T @ units[1], -1, 1)
