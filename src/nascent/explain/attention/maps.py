"""Grad-CAMO: how much of a map's positive part lies in the example.

Gopalakrishnan, Ma & Xie (2024) score a saliency map by the share of it that lies in the mask of the
example of interest. The share of a map that knows nothing is the mask's share of the frame, so the
share stands beside that chance, as their ratio, and corrected for it. What a map gets merely for
being in the middle of the frame, as all examples are, is told by the masks of other examples.
"""

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from nascent.explain.statistics.chance import against_chance
from nascent.explain.statistics.intervals import mean_interval

ATTENTION = (
    "split",
    "region",
    "cells",
    "groups",
    "zero_cells",
    "trivial",
    "share",
    "share_low",
    "share_high",
    "chance",
    "lift",
    "lift_low",
    "lift_high",
    "corrected",
    "corrected_low",
    "corrected_high",
    "exchanged",
    "beats_exchange",
    "beats_exchange_low",
    "beats_exchange_high",
    "interval",
)
"""Columns of the table of one model and method."""

CELLS = (
    "id",
    "split",
    "group",
    "region",
    "zero",
    "trivial",
    "share",
    "chance",
    "lift",
    "corrected",
    "exchanges",
    "exchanged",
    "p",
)
"""Columns of the table of examples."""

CELL, RIM = "cell", "cell_and_rim"
"""The two regions: the mask, and the mask with a rim around it."""

LEVEL = 0.05
"""An example's map follows its own mask where p is at most this; 19 masks or more can tell."""


@dataclass(frozen=True)
class Share:
    """A map's share in a mask (places …).

    Attributes
    ----------
    share
        Σ of the map's positive part inside the mask over Σ of it everywhere; NaN of a map without
        a positive part.
    chance
        The mask's share of the frame.
    lift
        share / chance.
    corrected
        (share − chance) / (1 − chance): 1 where all is inside, 0 at chance.
    """

    share: float
    chance: float
    lift: float
    corrected: float


@dataclass(frozen=True)
class Exchange:
    """A map's share in its own mask against its share in masks of other examples.

    Attributes
    ----------
    exchanges : int
        Masks tried.
    exchanged : float
        Mean share in them; NaN without any, as `p`.
    p : float
        (1 + number of masks whose excess is as large as the own one's) / (1 + masks).
    """

    exchanges: int
    exchanged: float
    p: float


def positive_part(values: np.ndarray) -> np.ndarray:
    """Return Σ over channels of max(map, 0): (places …, K) → (places …) float64."""
    return np.maximum(values, 0).sum(axis=-1, dtype=np.float64)


def with_rim(mask: np.ndarray, rim: int) -> np.ndarray:
    """Return a mask (places …) and the pixels no further than `rim` from it, centre to centre."""
    from scipy.ndimage import distance_transform_edt

    if rim == 0 or not mask.any():
        return mask.astype(bool)
    return distance_transform_edt(~mask.astype(bool)) <= rim


def share_inside(positive: np.ndarray, mask: np.ndarray) -> Share:
    """Return how much of a map's positive part (places …) lies in a mask (places …) bool.

    A map without a positive part has no share, and a mask that is empty or fills the frame has no
    lift or no corrected share: NaN.
    """
    total, chance = positive.sum(), float(mask.mean())
    share = float(positive[mask].sum() / total) if total > 0 else np.nan
    return Share(
        share=share,
        chance=chance,
        lift=share / chance if chance > 0 else np.nan,
        corrected=(share - chance) / (1 - chance) if chance < 1 else np.nan,
    )


def exchanged_masks(positive: np.ndarray, mask: np.ndarray, others: np.ndarray) -> Exchange:
    """Hold a map's share in its own mask against its shares in other examples' masks.

    What is compared is the excess, share less mask area, since a larger mask holds more of any map.
    Of all masks the excess is largest in the one that a map fills evenly.

    Parameters
    ----------
    positive
        (places …), the map's positive part.
    mask
        (places …) bool, the example's own.
    others
        (n, places …) bool.
    """
    total = positive.sum()
    if not total > 0 or not len(others):
        return Exchange(len(others), np.nan, np.nan)
    shares = others.reshape(len(others), -1) @ positive.ravel() / total
    excess = shares - others.mean(axis=tuple(range(1, others.ndim)))
    own = positive[mask].sum() / total - mask.mean()
    # Sums in another order differ in their last digits: such a tie counts against the example.
    as_large = np.count_nonzero(excess >= own - 1e-9)
    return Exchange(len(others), float(shares.mean()), (1 + as_large) / (1 + len(others)))


def cell_rows(
    example_id: Hashable,
    values: np.ndarray,
    masks: Mapping[str, np.ndarray],
    others: Mapping[str, np.ndarray],
) -> list[dict[str, object]]:
    """Return a row for the example and one for the example with its rim: `CELLS` without labels.

    Parameters
    ----------
    example_id
        Of the example.
    values
        (places …, K), the map.
    masks
        Region → (places …) bool.
    others
        Region → (n, places …) bool of other examples.
    """
    positive = positive_part(values)
    trivial = not np.any(values[~masks[CELL]])
    rows = []
    for region, own in masks.items():
        shared = share_inside(positive, own)
        null = exchanged_masks(positive, own, others[region])
        rows.append(
            {
                "id": example_id,
                "region": region,
                "zero": not positive.any(),
                "trivial": trivial,
                **asdict(shared),
                **asdict(null),
            }
        )
    return rows


def attention_table(cells: pd.DataFrame, *, confidence: float) -> pd.DataFrame:
    """Return the means over examples by split and region, with intervals.

    Parameters
    ----------
    cells
        The columns of `CELLS`.
    confidence
        Of the intervals over groups, see `nascent.explain.statistics.intervals`.

    Returns
    -------
    pandas.DataFrame
        The columns of `ATTENTION`.
    """
    rows = []
    for (split, region), group in cells.groupby(["split", "region"], sort=False):
        groups = group["group"].to_numpy(str)
        told = against_chance(
            group["share"].to_numpy(float),
            group["chance"].to_numpy(float),
            groups,
            confidence=confidence,
        )
        told_by_masks = group["p"].notna() & (1 / (1 + group["exchanges"]) <= LEVEL)
        beaten = (group["p"] <= LEVEL).astype(float).where(told_by_masks)
        both = np.column_stack([group["corrected"].to_numpy(float), beaten.to_numpy(float)])
        limits = mean_interval(both, groups, confidence=confidence)
        rows.append(
            {
                "split": split,
                "region": region,
                "cells": told.cells,
                "groups": told.groups,
                "zero_cells": int(group["zero"].sum()),
                "trivial": group.loc[~group["zero"], "trivial"].astype(float).mean(),
                "share": told.value,
                "share_low": told.low,
                "share_high": told.high,
                "chance": told.chance,
                "lift": told.lift,
                "lift_low": told.lift_low,
                "lift_high": told.lift_high,
                "corrected": group["corrected"].mean(),
                "corrected_low": limits.low[0],
                "corrected_high": limits.high[0],
                "exchanged": group["exchanged"].mean(),
                "beats_exchange": beaten.mean(),
                "beats_exchange_low": limits.low[1],
                "beats_exchange_high": limits.high[1],
                "interval": told.interval,
            }
        )
    return pd.DataFrame(rows, columns=ATTENTION)
