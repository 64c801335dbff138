"""How much of a map lies where the rate was planted, on a simulated plate.

A map of S × S pixels and C channels is held against the planted pixels and channels by its shares
of Σ|map| there, by the area under the precision–recall curve of its ranking, and by the ranks of
the planted channels. Each stands beside what a map that knows nothing gets. Only measured pixels
count.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import comb

import numpy as np
import pandas as pd
from scipy.special import digamma
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

from nascent.explain.chance import against_chance
from nascent.explain.intervals import mean_interval

OF_PIXELS = ("pixel_share", "pixel_precision")
OF_ENTRIES = ("entry_share", "entry_precision")
OF_CHANNELS = ("channel_share", "top_channel", "top_channels", "all_top_channels", "rank")
MEASURES: Mapping[str, tuple[str, ...]] = {
    "pixel": (*OF_PIXELS, *OF_ENTRIES, *OF_CHANNELS),
    "space": OF_PIXELS,
    "channel": OF_CHANNELS,
}
"""What is measured of maps of each kind of axes, see `scores`; an entry is a pixel of a channel."""

WEIGHTS = ("trained", "randomised", "image")
"""Whose map it is: the model's, that of the model with its weights drawn anew, or no model's: the
magnitude of the normalised image itself, which follows structure and knows nothing of the rate."""

TRUTH = (
    "split",
    "weights",
    "what",
    "channel",
    "cells",
    "wells",
    "zero_cells",
    "undefined_cells",
    "value",
    "low",
    "high",
    "chance",
    "lift",
    "lift_low",
    "lift_high",
    "beats_chance",
    "trained_above",
    "trained_above_low",
    "trained_above_high",
    "interval",
)
"""Columns of the table of one model and method."""

CELLS = ("cell_id", "split", "well", "weights", "zero")
"""First columns of the table of cells; the measures follow."""

NOTHING = (np.nan, np.nan)


@dataclass(frozen=True)
class CellScores:
    """What was found of the truth in one cell's map.

    Attributes
    ----------
    found : dict
        Measure → (value, chance); both NaN where the map or the truth does not allow it.
    ranks : dict
        Planted channel → its rank among the C channels by Σ|map|, 1 for the largest; ties share
        the mean of their ranks. Empty where the map has no channels.
    zero : bool
        Whether the map is zero on all measured pixels, or the cell has none.
    """

    found: dict[str, tuple[float, float]]
    ranks: dict[str, float]
    zero: bool


def scores(
    magnitudes: np.ndarray,
    mask: np.ndarray,
    causal: np.ndarray,
    channels: Sequence[str],
    causal_channels: Sequence[str],
) -> CellScores:
    """Hold one cell's map against what was planted in it.

    Of P measured pixels p are causal, and of C channels k. The measures, with their chance:

    - pixel_share, Σ|map| on the causal pixels over that on all measured ones: p/P;
    - channel_share, the same on the causal channels: k/C;
    - entry_share, the same on causal pixels of causal channels: pk/PC;
    - pixel_precision, average precision of the pixels ranked by Σ_c|map|: that of a random order,
      a little above the prevalence p/P;
    - entry_precision, average precision of pixels of channels ranked by |map|: likewise pk/PC;
    - top_channel, whether the channel of largest Σ|map| is planted: k/C;
    - top_channels, the share of the planted channels among the k largest: k/C;
    - all_top_channels, whether all of them are: 1 / binomial(C, k);
    - rank, the mean rank of the planted channels: (C + 1)/2.

    Where chance is 1, as where all pixels are causal, nothing can be found: NaN. A tie with a
    channel that is not planted is not counted as found.

    Parameters
    ----------
    magnitudes
        |map|: (S, S, C); (S, S, 1) of a map that has no channels; (1, 1, C) of one without pixels.
    mask, causal
        (S, S) bool, measured and causal pixels.
    channels, causal_channels
        The model's inputs, and which channels are planted; those it does not see do not count.
    """
    planted = np.array([name in causal_channels for name in channels])
    found = dict.fromkeys(MEASURES["pixel"], NOTHING)
    spatial, by_channel = magnitudes.shape[:2] == mask.shape, magnitudes.shape[2] == len(channels)
    values = magnitudes[mask] if spatial else magnitudes.reshape(1, -1)
    values = values.astype(np.float64)
    total = values.sum()
    if not total > 0:
        return CellScores(found, {}, zero=True)
    pixels = causal[mask]
    if spatial and 0 < pixels.mean() < 1:
        prevalence = float(pixels.mean())
        found["pixel_share"] = float(values[pixels].sum() / total), prevalence
        found["pixel_precision"] = _precision(pixels, values.sum(axis=1))
    if spatial and by_channel and 0 < pixels.mean() * planted.mean() < 1:
        entries = np.outer(pixels, planted)
        prevalence = float(entries.mean())
        found["entry_share"] = float(values[entries].sum() / total), prevalence
        found["entry_precision"] = _precision(entries, values)
    ranks: dict[str, float] = {}
    if by_channel and 0 < planted.mean() < 1:
        of_channel, chance = values.sum(axis=0), float(planted.mean())
        found["channel_share"] = float(of_channel[planted].sum() / total), chance
        found |= _found_channels(of_channel, planted)
        at = rankdata(-of_channel)
        found["rank"] = float(at[planted].mean()), (len(channels) + 1) / 2
        ranks = {name: float(at[place]) for place, name in enumerate(channels) if planted[place]}
    return CellScores(found, ranks, zero=False)


def average_precision(positive: np.ndarray, values: np.ndarray) -> float:
    """Return the average precision of a ranking by `values`: Σ (R_n − R_{n−1}) P_n over thresholds.

    It has no trapezoids, which would be too kind (Davis & Goadrich 2006); equal values are one
    threshold, so a constant gets the prevalence.

    Parameters
    ----------
    positive, values
        Arrays of one shape, the first bool with at least one True.
    """
    return float(average_precision_score(positive.ravel(), values.ravel()))


def chance_precision(positives: int, count: int) -> float:
    """Return the mean average precision of all orders of `count` things, some of them positive.

    (p − 1)/(n − 1) + (n − p)/(n (n − 1)) · Σ_{i ≤ n} 1/i: the prevalence p/n, and a little that a
    short ranking gets for luck (Bestgen 2015).
    """
    if count == 1:
        return float(positives)
    harmonic = digamma(count + 1) + np.euler_gamma
    ranked = (positives - 1) / (count - 1)
    return float(ranked + (count - positives) / (count * (count - 1)) * harmonic)


def cell_table(
    rows: Sequence[tuple[Hashable, str, CellScores]], cells: pd.DataFrame
) -> pd.DataFrame:
    """Return one row a cell and kind of weights.

    Parameters
    ----------
    rows
        (cell id, kind of weights, scores) each.
    cells
        Index `cell_id`, columns `well` and `split`.

    Returns
    -------
    pandas.DataFrame
        The columns of `CELLS`; each measure and beside it `<measure>_chance`; and
        `rank_<channel>` of each planted channel.
    """
    made = []
    for cell_id, weights, scored in rows:
        place = cells.at[cell_id, "split"], cells.at[cell_id, "well"]
        row = dict(zip(CELLS, (cell_id, *place, weights, scored.zero), strict=True))
        for measure, (value, chance) in scored.found.items():
            row |= {measure: value, f"{measure}_chance": chance}
        made.append(row | {f"rank_{name}": rank for name, rank in scored.ranks.items()})
    return pd.DataFrame(made)


def truth_table(cells: pd.DataFrame, *, axes: str = "pixel", confidence: float) -> pd.DataFrame:
    """Return the means over cells of every measure, with chance, lift and intervals.

    The lift of a rank is chance / value, so that above 1 is better in every row. Rows of other
    weights say by how much the trained model is better on the same cells, paired (for ranks: by
    how much lower).

    Parameters
    ----------
    cells
        As `cell_table` gives it.
    axes
        Kind of map, in `MEASURES`; what cannot be measured of it has no rows.
    confidence
        See `nascent.explain.chance.against_chance`.

    Returns
    -------
    pandas.DataFrame
        The columns of `TRUTH`. Rows of `rank` come for each planted
        channel too, which `channel` names.
    """
    rows = []
    asked = [(what, "", what) for what in MEASURES[axes]]
    ranked = [name for name in cells if name.startswith("rank_") and name != "rank_chance"]
    if axes == "space":
        ranked = []
    asked += [("rank", column.removeprefix("rank_"), column) for column in ranked]
    for split, of_split in cells.groupby("split", sort=False):
        trained = of_split[of_split["weights"] == "trained"].set_index("cell_id")
        for weights, group in of_split.groupby("weights", sort=False):
            zero, wells = int(group["zero"].sum()), group["well"].to_numpy(str)
            for what, channel, column in asked:
                values = group[column].to_numpy(float)
                told = against_chance(
                    values, group[f"{what}_chance"].to_numpy(float), wells, confidence=confidence
                )
                told = told.inverted() if what == "rank" else told
                row = {"split": split, "weights": weights, "what": what, "channel": channel}
                row |= asdict(told) | {"beats_chance": told.beats_chance, "zero_cells": zero}
                row["undefined_cells"] = len(group) - zero - told.cells
                if weights != "trained":
                    above = trained[column].reindex(group["cell_id"]).to_numpy(float) - values
                    row |= _above(-above if what == "rank" else above, wells, confidence)
                rows.append(row)
    return pd.DataFrame(rows, columns=TRUTH)


def _above(values: np.ndarray, wells: np.ndarray, confidence: float) -> dict[str, float]:
    known = values[np.isfinite(values)]
    limits = mean_interval(values[:, None], wells, confidence=confidence)
    return {
        "trained_above": float(known.mean()) if len(known) else np.nan,
        "trained_above_low": float(limits.low[0]),
        "trained_above_high": float(limits.high[0]),
    }


def _precision(positive: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    chance = chance_precision(int(positive.sum()), positive.size)
    return average_precision(positive, values), chance


def _found_channels(of_channel: np.ndarray, planted: np.ndarray) -> dict[str, tuple[float, float]]:
    k, count = int(planted.sum()), len(planted)
    # As many channels as are at or above each: among the k largest where these are k or fewer.
    at_or_above = rankdata(-of_channel, method="max")
    among = (at_or_above <= k)[planted]
    best = planted[of_channel == of_channel.max()].all()
    return {
        "top_channel": (float(best), k / count),
        "top_channels": (float(among.mean()), k / count),
        "all_top_channels": (float(among.all()), 1 / comb(count, k)),
    }
