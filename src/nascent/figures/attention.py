"""How much of the maps, and of the features behind them, lies in the cell."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.explain.attention.maps import CELL, LEVEL, RIM
from nascent.figures import explained_rows, method_rows, style
from nascent.figures.facts import Facts, counted, intervals_over, most, note
from nascent.plain_words import explanation_words
from nascent.words import spoken, worded

INSIDE, EXCHANGED, WITH_RIM = style.HUES["blue"], style.HUES["vermilion"], style.HUES["sky"]
OTHERS = style.Mark(EXCHANGED, "D", 3.4, style.HOLLOW)
RAISES, LOWERS = style.HUES["vermilion"], style.TONES["indigo"]
DASHED = (0, (4, 2))
SHIFT = {CELL: -0.16, RIM: 0.16}
STRIP = 0.42  # inches a model's features


def draw_split(
    table: pd.DataFrame,
    features: pd.DataFrame,
    *,
    split: str,
    confidence: float,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> Figure:
    """Draw the rows of one split of the tables `attention.tsv` and `feature_attention.tsv`."""
    # A model without features has one row, which is of no split.
    shown = [rows[rows["split"] == split] for rows in (table, features)]
    return draw(*shown, confidence=confidence, methods=methods)


@style.look()
def draw(
    table: pd.DataFrame,
    features: pd.DataFrame,
    *,
    confidence: float,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> Figure:
    """Draw the share of each model's and method's maps in the cell, and of its features.

    Left: the share in the cell's own mask, and in the masks of other cells; the tick is the mask's
    share of the frame. Middle: the share corrected for that chance, without and with the rim.
    Right: how many cells' maps follow their own mask more than nearly all others'. Methods whose
    maps cannot reach outside, so that their share is 1 by construction, are named below and not
    drawn. Below, a tick for each feature that is pooled. With several seeds a point is their mean,
    its line spans their intervals.

    Parameters
    ----------
    table
        The table `attention.tsv`, of one split.
    features
        The table `feature_attention.tsv`, of one split; may have no rows.
    confidence
        Of the intervals.
    methods
        `attribute.methods` of the config: name → options, with `method`, for their words.
    """
    if table.empty or not (table["cells"] > 0).any():
        return _nothing(f"No map has {spoken().places} that could lie in the {spoken().example}.")
    by_construction = table.groupby(["model", "method"])["trivial"].transform("min") == 1
    inside = table[by_construction]
    table = table[~by_construction]
    if table.empty:
        return _nothing(f"No method here gives scores outside of the {spoken().example}.")
    shown = method_rows.over_seeds(
        table,
        ["model", "method", "region"],
        dict.fromkeys(
            ["trivial", "share", "chance", "corrected", "exchanged", "beats_exchange"], "mean"
        )
        | dict.fromkeys(["share_low", "corrected_low", "beats_exchange_low"], "min")
        | dict.fromkeys(["share_high", "corrected_high", "beats_exchange_high"], "max"),
    )
    at = explained_rows.places(zip(shown["model"], shown["method"], strict=True))
    strips = _strips(features)
    top = explained_rows.height(at) + 0.95
    bottom = len(strips) * STRIP + 0.95 if strips else 0
    figure = Figure(figsize=(style.WIDTH, top + bottom), layout="constrained")
    upper = figure
    if strips:
        upper, lower = figure.subfigures(2, 1, height_ratios=[top, bottom])
        _features(lower.subplots(), strips)
    grid = upper.subplots(1, 3, sharey=True)
    own = shown[shown["region"] == CELL]
    _shares(grid[0], own, at)
    _corrected(grid[1], shown, at)
    _follows(grid[2], own, at)
    for number, axes in enumerate(grid):
        explained_rows.frame(axes, at, named=number == 0, methods=methods)
    upper.legend(handles=_keys(), loc="outside lower left", ncols=5, fontsize=7)
    upper.suptitle(headline(own), fontsize=9, fontweight="bold", x=0.01, ha="left")
    named = [explanation_words(name, methods or {}) for name in dict.fromkeys(inside["method"])]
    note(
        figure,
        Facts(
            n=counted(most(table["cells"]), most(table["groups"]) if "groups" in table else None),
            intervals=_intervals(table, confidence),
            more=f"left out, inside by construction: {', '.join(named)}" if named else "",
        ),
    )
    return figure


def headline(own: pd.DataFrame) -> str:
    """Return how many explanations follow the cell's own mask, in a sentence.

    Parameters
    ----------
    own
        One row a model and method, with `beats_exchange_low`.
    """
    follow = int((own["beats_exchange_low"] > LEVEL).sum())
    return worded(
        "Maps of {follow} of {all} explanations are shown to follow their own {example}",
        follow=follow,
        all=len(own),
    )


def _intervals(table: pd.DataFrame, confidence: float) -> str:
    over = set(table["interval"].dropna()) if "interval" in table else set()
    known = {"groups": spoken().groups, "cells": spoken().examples}
    told = " or ".join(word for name, word in known.items() if name in over)
    return intervals_over(confidence, told) if told else ""


def _nothing(sentence: str) -> Figure:
    figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
    style.say(figure.subplots(), sentence)
    return figure


def _shares(axes: Axes, rows: pd.DataFrame, at: Mapping[method_rows.Key, float]) -> None:
    for row in rows.to_dict("records"):
        y = at[row["model"], row["method"]]
        axes.plot([row["chance"]] * 2, [y - 0.36, y + 0.36], color=style.INK, lw=1.1, gid="chance")
        method_rows.point(axes, row["exchanged"], y, mark=OTHERS)
        ends = row["share_low"], row["share_high"]
        mark = style.Mark(INSIDE)
        method_rows.point(axes, row["share"], y, ends, mark=mark, gid="share")
    axes.set_xlim(0, 1.04)
    axes.set_title(
        f"share in the {spoken().example}", fontsize=7.5, fontweight="normal", loc="center"
    )


def _corrected(axes: Axes, rows: pd.DataFrame, at: Mapping[method_rows.Key, float]) -> None:
    for row in rows.to_dict("records"):
        if row["region"] == CELL:
            mark = style.Mark(INSIDE, size=4.2)
        else:
            mark = style.Mark(WITH_RIM, "s", 3.4, style.HOLLOW)
        method_rows.point(
            axes,
            row["corrected"],
            at[row["model"], row["method"]] + SHIFT[row["region"]],
            (row["corrected_low"], row["corrected_high"]),
            mark=mark,
            gid=f"corrected {row['region']}",
        )
    axes.axvline(0, color=style.INK, lw=0.9, ls=DASHED, zorder=1)
    low = min(0.0, float(np.nanmin(rows[["corrected", "corrected_low"]].to_numpy(float))))
    axes.set_xlim(low - 0.04, 1.04)
    axes.set_title("corrected for chance", fontsize=7.5, fontweight="normal", loc="center")


def _follows(axes: Axes, rows: pd.DataFrame, at: Mapping[method_rows.Key, float]) -> None:
    for row in rows.to_dict("records"):
        method_rows.point(
            axes,
            row["beats_exchange"],
            at[row["model"], row["method"]],
            (row["beats_exchange_low"], row["beats_exchange_high"]),
            mark=style.Mark(INSIDE),
            gid="follows",
        )
    axes.axvline(LEVEL, color=style.INK, lw=0.9, ls=DASHED, zorder=1)
    axes.set_xlim(-0.03, 1.04)
    axes.set_title(
        f"{spoken().examples} whose map follows\ntheir own mask, share",
        fontsize=7.5,
        fontweight="normal",
        loc="center",
    )


def _strips(features: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the features of each model, of its lowest seed."""
    known = features[features["share"].notna()]
    return {
        str(model): rows[rows["seed"] == rows["seed"].min()]
        for model, rows in known.groupby("model", sort=False)
    }


def _features(axes: Axes, strips: Mapping[str, pd.DataFrame]) -> None:
    for y, rows in enumerate(strips.values()):
        for colour, signed in (
            (RAISES, rows[rows["gradient"] >= 0]),
            (LOWERS, rows[rows["gradient"] < 0]),
        ):
            up = -0.36 if colour == RAISES else 0.04
            axes.vlines(
                signed["share"], y + up, y + up + 0.32, color=colour, lw=0.9, alpha=0.7, gid=colour
            )
        chance = rows["chance"].mean()
        axes.plot([chance] * 2, [y - 0.48, y + 0.48], color=style.INK, lw=1.3, gid="chance")
    names = [f"{name}\n{len(rows)} features" for name, rows in strips.items()]
    axes.set_yticks(range(len(strips)), names)
    axes.tick_params(axis="y", length=0, labelsize=7)
    axes.set_ylim(len(strips) - 0.4, -0.6)
    axes.set_xlim(0, 1.02)
    axes.set_xlabel(
        f"share of a feature's activation in the {spoken().example}, mean over {spoken().examples}"
    )
    axes.set_title("features before the pooling", fontsize=7.5, fontweight="normal", loc="left")
    axes.grid(axis="x")
    keys = [
        Line2D([], [], color=RAISES, lw=1.4, label="raises the prediction"),
        Line2D([], [], color=LOWERS, lw=1.4, label="lowers it"),
        Line2D([], [], color=style.INK, lw=1.3, label="chance"),
    ]
    axes.legend(handles=keys, loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)


def _keys() -> list[Line2D]:
    return [
        Line2D([], [], ls="none", marker="o", ms=4.6, color=INSIDE, label="own mask"),
        Line2D([], [], ls="none", marker="s", ms=3.6, mfc="white", mec=WITH_RIM, label="with rim"),
        Line2D(
            [], [], ls="none", marker="D", ms=3.6, mfc="white", mec=EXCHANGED, label="others' masks"
        ),
        Line2D([], [], color=style.INK, lw=1.1, label="chance"),
    ]
