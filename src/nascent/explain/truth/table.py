"""How much of a map lies where the rate was planted, on a simulated plate.

A map of places and C channels is held against the planted pixels and channels by its shares
of Σ|map| there, by the area under the precision–recall curve of its ranking, and by the ranks of
the planted channels. Each stands beside what a map that knows nothing gets, what the best map
gets, and what maps get that know the image and not the model. Only measured pixels count.

**Verdict.** A map shows what was learnt where it beats, on the same cells, the map of the same
model with random weights and the strongest map of the image alone. Which of these is the strongest
is known from the same cells only, which favours the image; so every one of them must be beaten, and
the verdict keeps its level whichever is the strongest in truth.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from nascent.explain.statistics.cell_means import cell_means
from nascent.explain.statistics.chance import against_chance
from nascent.explain.statistics.image_nulls import IMAGE_MAPS
from nascent.places import has_places
from nascent.statistics.verdict import cannot_tell, side

OF_PIXELS = ("pixel_share", "pixel_precision")
OF_ENTRIES = ("entry_share", "entry_precision")
OF_CHANNELS = ("channel_share", "top_channel", "top_channels", "all_top_channels", "rank")
MEASURES: Mapping[str, tuple[str, ...]] = {
    "entry": (*OF_PIXELS, *OF_ENTRIES, *OF_CHANNELS),
    "place": OF_PIXELS,
    "feature": OF_CHANNELS,
}
"""What is measured of maps of each kind of axes, see `scores`; an entry is a pixel of a channel."""

TRAINED, RANDOMISED = "trained", "randomised"
MAPS = (TRAINED, RANDOMISED, *IMAGE_MAPS)
"""Whose map it is: the model's, that of the model with its weights drawn anew, or no model's: a map
of the normalised image alone, which follows structure and knows nothing of the rate."""

PLANTED, USED = "planted", "used"
"""Against what a map is held: all that was planted, or what of it the model uses."""

BEATS = "beats image and random weights"
NAMES: Mapping[str, str] = {RANDOMISED: "random weights"} | {
    name: f"the image ({name})" for name in IMAGE_MAPS
}
"""Names of the maps that a verdict may be about, in words."""

TRUTH = (
    "split",
    "truth",
    "map",
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
    "ceiling",
    "lift",
    "lift_low",
    "lift_high",
    "lift_ceiling",
    "beats_chance",
    "interval",
    "strongest",
    "trained_above",
    "trained_above_low",
    "trained_above_high",
    "trained_above_low_wells",
    "trained_above_high_wells",
    "verdict",
)
"""Columns of the table of one model and method."""

CELLS = ("id", "split", "well", "truth", "map", "zero")
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
    totals: np.ndarray | None = None,
) -> CellScores:
    """Hold one cell's map against what was planted in it.

    Of P measured pixels p are causal, and of C channels k. The measures, with their chance:

    - pixel_share, Σ|map| on the causal pixels over that on all measured ones: p/P;
    - channel_share, the share of the causal channels, by `totals`: k/C;
    - entry_share, the same on causal pixels of causal channels: pk/PC;
    - pixel_precision, average precision of the pixels ranked by Σ_c|map|: that of a random order,
      a little above the prevalence p/P;
    - entry_precision, average precision of pixels of channels ranked by |map|: likewise pk/PC;
    - top_channel, whether the channel of the largest total is planted: k/C;
    - top_channels, the share of the planted channels among the k largest: k/C;
    - all_top_channels, whether all of them are: 1 / binomial(C, k);
    - rank, the mean rank of the planted channels: (C + 1)/2.

    Where chance is 1, as where all pixels are causal, nothing can be found: NaN. A tie with a
    channel that is not planted is not counted as found.

    Parameters
    ----------
    magnitudes
        |map|: (places …, C); (places …, 1) of a map that has no channels; (1 …, C) of one without
        pixels.
    mask, causal
        (places …) bool, measured and causal pixels.
    channels, causal_channels
        The model's inputs, and which channels are planted; those it does not see do not count.
    totals
        (C,): what falls on each channel, by an aggregate of
        `nascent.explain.importance.aggregates`; default Σ|map|.
    """

    from scipy.stats import rankdata

    planted = np.array([name in causal_channels for name in channels])
    found = dict.fromkeys(MEASURES["entry"], NOTHING)
    spatial, by_channel = has_places(magnitudes, mask), magnitudes.shape[-1] == len(channels)
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
        of_channel = values.sum(axis=0) if totals is None else totals
        chance = float(planted.mean())
        if of_channel.any():
            found["channel_share"] = float(of_channel[planted].sum() / of_channel.sum()), chance
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

    from sklearn.metrics import average_precision_score

    return float(average_precision_score(positive.ravel(), values.ravel()))


def chance_precision(positives: int, count: int) -> float:
    """Return the mean average precision of all orders of `count` things, some of them positive.

    (p − 1)/(n − 1) + (n − p)/(n (n − 1)) · Σ_{i ≤ n} 1/i: the prevalence p/n, and a little that a
    short ranking gets for luck (Bestgen 2015).
    """

    from scipy.special import digamma

    if count == 1:
        return float(positives)
    harmonic = digamma(count + 1) + np.euler_gamma
    ranked = (positives - 1) / (count - 1)
    return float(ranked + (count - positives) / (count * (count - 1)) * harmonic)


def cell_table(
    rows: Sequence[tuple[Hashable, str, str, CellScores]], cells: pd.DataFrame
) -> pd.DataFrame:
    """Return one row a cell, truth and map.

    Parameters
    ----------
    rows
        (cell id, `planted` or `used`, map of `MAPS`, scores) each.
    cells
        Index `id`, columns `well` and `split`.

    Returns
    -------
    pandas.DataFrame
        The columns of `CELLS`; each measure and beside it `<measure>_chance`; and
        `rank_<channel>` of each planted channel.
    """
    made = []
    for example_id, truth, name, scored in rows:
        place = cells.at[example_id, "split"], cells.at[example_id, "well"]
        row = dict(zip(CELLS, (example_id, *place, truth, name, scored.zero), strict=True))
        for measure, (value, chance) in scored.found.items():
            row |= {measure: value, f"{measure}_chance": chance}
        made.append(row | {f"rank_{name}": rank for name, rank in scored.ranks.items()})
    return pd.DataFrame(made)


def truth_table(
    cells: pd.DataFrame, *, axes: str = "entry", confidence: float, draws: int, seed: int
) -> pd.DataFrame:
    """Return the means over cells of every measure, with chance, ceiling, lift and intervals.

    The lift of a rank is chance / value, so that above 1 is better in every row. Rows of other
    maps than the model's say by how much the model's is better on the same cells, paired (for
    ranks: by how much lower). Of the maps of the image alone the best is marked as the strongest.

    Parameters
    ----------
    cells
        As `cell_table` gives it.
    axes
        Kind of map, in `MEASURES`; what cannot be measured of it has no rows.
    confidence, draws, seed
        See `nascent.explain.statistics.chance.against_chance` and
        `nascent.explain.statistics.cell_means.cell_means`.

    Returns
    -------
    pandas.DataFrame
        The columns of `TRUTH`. Rows of `rank` come for each planted channel too, which `channel`
        names. Rows of the map `trained` have a verdict.
    """
    tables = []
    for (split, truth), group in cells.groupby(["split", "truth"], sort=False):
        asked = _asked(group, axes)
        parts = dict(tuple(group.groupby("map", sort=False)))
        rows = [
            {"split": split, "truth": truth, "map": name, **row}
            for name, part in parts.items()
            for row in _against_chance(part, asked, confidence)
        ]
        table = pd.DataFrame(rows, columns=TRUTH)
        for name in parts.keys() - {TRAINED}:
            above = _above(parts[TRAINED], parts[name], asked, confidence, draws, seed)
            here = table["map"] == name
            table.loc[here, above.columns] = above.to_numpy()
        tables.append(_judged(table))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=TRUTH)


def _asked(group: pd.DataFrame, axes: str) -> list[tuple[str, str, str]]:
    """Return measure, channel and column of each row of a map."""
    ranked = [name for name in group if name.startswith("rank_") and name != "rank_chance"]
    # What is used may be a part of the channels that are planted.
    ranked = [name for name in ranked if group[name].notna().any()] if axes != "place" else []
    asked = [(what, "", what) for what in MEASURES[axes]]
    return asked + [("rank", column.removeprefix("rank_"), column) for column in ranked]


def _against_chance(
    part: pd.DataFrame, asked: Sequence[tuple[str, str, str]], confidence: float
) -> Iterator[dict[str, Any]]:
    zero, wells = int(part["zero"].sum()), part["well"].to_numpy(str)
    channels = sum(bool(channel) for _, channel, _ in asked)
    for what, channel, column in asked:
        told = against_chance(
            part[column].to_numpy(float),
            part[f"{what}_chance"].to_numpy(float),
            wells,
            confidence=confidence,
        )
        # The planted channels first: their ranks are 1 … k.
        ceiling = (channels + 1) / 2 if what == "rank" and not channel else 1.0
        best = replace(told, lift=ceiling / told.chance)
        if what == "rank":
            told, best = told.inverted(), best.inverted()
        yield asdict(told) | {
            "what": what,
            "channel": channel,
            "zero_cells": zero,
            "undefined_cells": len(part) - zero - told.cells,
            "ceiling": ceiling if told.cells else np.nan,
            "lift_ceiling": best.lift,
            "beats_chance": told.beats_chance,
        }


def _above(
    trained: pd.DataFrame,
    other: pd.DataFrame,
    asked: Sequence[tuple[str, str, str]],
    confidence: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return by how much the model's maps are better on the cells of another, a row a measure."""
    columns = [column for *_, column in asked]
    better = np.array([-1 if what == "rank" else 1 for what, *_ in asked])
    own = trained.set_index("id")[columns].reindex(other["id"]).to_numpy(float)
    means = cell_means(
        better * (own - other[columns].to_numpy(float)),
        other["well"].to_numpy(str),
        confidence=confidence,
        draws=draws,
        seed=seed,
    )
    ends = ["low", "high", "low_wells", "high_wells"]
    named = {"mean": "trained_above"} | {end: f"trained_above_{end}" for end in ends}
    return means.rename(columns=named)[list(named.values())]


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """Mark the strongest map of the image, and say of the model's map whether it beats all."""
    table = table.assign(strongest=None, verdict="")
    table["strongest"] = table["strongest"].astype(object)
    for _, rows in table.groupby(["what", "channel"], sort=False):
        image = rows[rows["map"].isin(IMAGE_MAPS)]
        best = image["lift"].astype(float).dropna()
        if len(best):
            table.loc[image.index, "strongest"] = image.index == best.idxmax()
        trained = rows.index[rows["map"] == TRAINED]
        table.loc[trained, "verdict"] = _verdict(table.loc[rows.index])
    return table


def _verdict(rows: pd.DataFrame) -> str:
    """Return the verdict of one measure from the rows of all maps; empty without any number."""
    others = rows[(rows["map"] != TRAINED) & rows["trained_above"].notna()]
    if others.empty:
        return ""
    ends = [f"trained_above_{end}" for end in ("low", "high", "low_wells", "high_wells")]
    # The strongest map of the image first: where the model's is worse than several it is named.
    strongest = others["strongest"].map(lambda marked: marked is not None and bool(marked))
    ordered = others.iloc[np.argsort(~strongest, kind="stable")]
    sides = {row["map"]: side(tuple(row[ends])) for _, row in ordered.iterrows()}
    if all(found > 0 for found in sides.values()):
        return BEATS
    worse = [name for name, found in sides.items() if found < 0]
    if worse:
        return f"does not beat {NAMES.get(worse[0], worse[0])}"
    return cannot_tell(int(others["wells"].min()))


def _precision(positive: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    chance = chance_precision(int(positive.sum()), positive.size)
    return average_precision(positive, values), chance


def _found_channels(of_channel: np.ndarray, planted: np.ndarray) -> dict[str, tuple[float, float]]:
    from scipy.stats import rankdata

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
