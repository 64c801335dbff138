"""What of a map falls on each channel of an example: sums over its measured pixels, and their
shares.

There are several ways to sum a map, and they answer differently: pixels that cancel count in one
and not in the other. Each has shares that sum to 1 over the channels of an example, but for the
signed ones.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from nascent.attribute.maps import Maps
from nascent.places import has_places
from nascent.smoothing import smoothed

AGGREGATES = ("absolute", "net", "smoothed", "squared", "signed")
"""Σ|a|, |Σa|, Σ|a smoothed|, Σa² and Σa over the measured pixels."""

WHOLES = {name: name for name in AGGREGATES} | {"signed": "absolute"}
"""Aggregate → the one whose sum over the channels its shares are of."""

SYMBOLS = {
    "absolute": "Σ|score|",
    "net": "|Σ score|",
    "smoothed": "Σ|smoothed score|",
    "squared": "Σ score²",
    "signed": "Σ score",
}
"""Aggregate → how figures and pages write it."""

SMOOTHING = 1.5
"""SD of the Gaussian of the smoothed aggregate, pixels."""


def aggregated(scores: np.ndarray, mask: np.ndarray) -> dict[str, np.ndarray]:
    """Return every aggregate of a map over its measured pixels: aggregate → (K,) float64.

    `absolute` is Σ|a|, `signed` Σa, `squared` Σa², `net` |Σa|: what is left where pixels cancel.
    `smoothed` is Σ|a| of the map smoothed within the mask by a Gaussian of `SMOOTHING` pixels
    (`nascent.smoothing`): pixels cancel with their neighbours alone.

    Parameters
    ----------
    scores
        (places …, K), or (1 …, K) of a method that scores whole channels, of which nothing cancels.
    mask
        (places …) bool.
    """
    spatial = has_places(scores, mask)
    wide = np.asarray(scores[mask] if spatial else scores.reshape(1, -1), np.float64)
    smooth = smoothed(scores, mask, SMOOTHING)[mask] if spatial else wide
    signed = wide.sum(axis=0)
    return {
        "absolute": np.abs(wide).sum(axis=0),
        "net": np.abs(signed),
        "smoothed": np.abs(smooth).sum(axis=0),
        "squared": np.square(wide).sum(axis=0),
        "signed": signed,
    }


def channel_totals(maps: Maps) -> dict[str, pd.DataFrame]:
    """Return each aggregate of each map over the measured pixels.

    One map is in memory at a time.

    Returns
    -------
    dict
        Aggregate → examples × channels, float64; the index is `id`.
    """
    found = (aggregated(maps[index], maps.mask(index)) for index in range(len(maps)))
    return totals_table(found, maps.cells.index, maps.channels)


def totals_table(
    found: Sequence[Mapping[str, np.ndarray]], index: pd.Index, units: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Return what `aggregated` gives of some examples as one table an aggregate."""
    rows = {name: [] for name in AGGREGATES}
    for of_cell in found:
        for name, values in of_cell.items():
            rows[name].append(values)
    return {
        name: pd.DataFrame(np.reshape(values, (len(index), len(units))), index, list(units))
        for name, values in rows.items()
    }


def channel_shares(totals: Mapping[str, pd.DataFrame], aggregate: str) -> pd.DataFrame:
    """Return each channel's share of its example's total; NaN for examples whose total is zero.

    Shares sum to 1 over the channels. Signed ones do not: they are Σa of the channel over the
    example's Σ|a|, between −1 and 1, and in size never above the absolute share.

    Parameters
    ----------
    totals
        As `channel_totals` gives them.
    aggregate
        In `AGGREGATES`.
    """
    whole = totals[WHOLES[aggregate]].sum(axis=1)
    return totals[aggregate].div(whole.where(whole > 0), axis=0)
