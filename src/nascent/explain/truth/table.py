"""How much of a map lies where the rate was planted, on a simulated plate.

A map of places and C channels is held against the planted pixels and channels by its shares
of Σ|map| there, by the area under the precision–recall curve of its ranking, and by the ranks of
the planted channels. Each stands beside what a map that knows nothing gets, what the best map
gets, and what maps get that know the image and not the model. Only measured pixels count.

**Verdict.** A map shows what was learnt where it beats, on the same examples, the map of the same
model with random weights and the strongest map of the image alone. Which of these is the strongest
is known from the same examples only, which favours the image; so every one of them must be beaten,
and the verdict keeps its level whichever is the strongest in truth.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd

from nascent.explain.statistics.cell_means import cell_means
from nascent.explain.statistics.chance import against_chance
from nascent.explain.statistics.image_nulls import IMAGE_MAPS
from nascent.explain.truth.scores import MEASURES, CellScores
from nascent.statistics.verdict import cannot_tell, side

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
    "groups",
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
    "trained_above_low_groups",
    "trained_above_high_groups",
    "verdict",
)
"""Columns of the table of one model and method."""

CELLS = ("id", "split", "group", "truth", "map", "zero")
"""First columns of the table of examples; the measures follow."""


def cell_table(
    rows: Sequence[tuple[Hashable, str, str, CellScores]], cells: pd.DataFrame
) -> pd.DataFrame:
    """Return one row an example, truth and map.

    Parameters
    ----------
    rows
        (example id, `planted` or `used`, map of `MAPS`, scores) each.
    cells
        Index `id`, columns `group` and `split`.

    Returns
    -------
    pandas.DataFrame
        The columns of `CELLS`; each measure and beside it `<measure>_chance`; and
        `rank_<channel>` of each planted channel.
    """
    made = []
    for example_id, truth, name, scored in rows:
        place = cells.at[example_id, "split"], cells.at[example_id, "group"]
        row = dict(zip(CELLS, (example_id, *place, truth, name, scored.zero), strict=True))
        for measure, (value, chance) in scored.found.items():
            row |= {measure: value, f"{measure}_chance": chance}
        made.append(row | {f"rank_{name}": rank for name, rank in scored.ranks.items()})
    return pd.DataFrame(made)


def truth_table(
    cells: pd.DataFrame, *, axes: str = "entry", confidence: float, draws: int, seed: int
) -> pd.DataFrame:
    """Return the means over examples of every measure, with chance, ceiling, lift and intervals.

    The lift of a rank is chance / value, so that above 1 is better in every row. Rows of other
    maps than the model's say by how much the model's is better on the same examples, paired (for
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
    zero, groups = int(part["zero"].sum()), part["group"].to_numpy(str)
    channels = sum(bool(channel) for _, channel, _ in asked)
    for what, channel, column in asked:
        told = against_chance(
            part[column].to_numpy(float),
            part[f"{what}_chance"].to_numpy(float),
            groups,
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
    """Return by how much the model's maps are better on another's examples, a row a measure."""
    columns = [column for *_, column in asked]
    better = np.array([-1 if what == "rank" else 1 for what, *_ in asked])
    own = trained.set_index("id")[columns].reindex(other["id"]).to_numpy(float)
    means = cell_means(
        better * (own - other[columns].to_numpy(float)),
        other["group"].to_numpy(str),
        confidence=confidence,
        draws=draws,
        seed=seed,
    )
    ends = ["low", "high", "low_groups", "high_groups"]
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
    ends = [f"trained_above_{end}" for end in ("low", "high", "low_groups", "high_groups")]
    # The strongest map of the image first: where the model's is worse than several it is named.
    strongest = others["strongest"].map(lambda marked: marked is not None and bool(marked))
    ordered = others.iloc[np.argsort(~strongest, kind="stable")]
    sides = {row["map"]: side(tuple(row[ends])) for _, row in ordered.iterrows()}
    if all(found > 0 for found in sides.values()):
        return BEATS
    worse = [name for name, found in sides.items() if found < 0]
    if worse:
        return f"does not beat {NAMES.get(worse[0], worse[0])}"
    return cannot_tell(int(others["groups"].min()))
