"""How much of the maps falls on regions of the cell."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.figures import style
from nascent.kind import capital
from nascent.words import spoken, worded

ALL = "all"
COLOURS: Mapping[str, str] = {
    "more": style.HUES["vermilion"],
    "less": style.HUES["blue"],
    "neither": style.GREY,
}
KEYS = {
    "more": "more than by chance",
    "less": "less than by chance",
    "neither": "not told from chance",
}
MOST_NAMED = 3  # regions in a headline


@style.look()
def draw(regions: pd.DataFrame) -> Figure:
    """Draw the enrichment of each region in the map of each channel, a panel a region.

    Points are means over all cells with their intervals, hollow circles what the regions of other
    cells give, which is chance. The dashed line is 1, where a region gets what its area gives it.
    On top stands the map of all channels together, below it the channels from most to least
    enriched. Colour says whether the interval of the excess over chance lies above 0, below 0 or
    holds it. All panels have one scale.

    Parameters
    ----------
    regions
        Rows of `regions.tsv` of one model, seed and method.
    """
    shown = regions[(regions["stratum"] == ALL) & regions["enrichment"].notna()]
    names = shown["region"].drop_duplicates().tolist()
    if not names:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), "There are no regions in which a map could be looked at.")
        return figure
    shown = shown.assign(told=told(shown))
    channels = shown["channel"].nunique()
    figure = Figure(
        figsize=(min(style.WIDTH, 1.6 + 2.4 * len(names)), 0.17 * channels + 1.75),
        layout="constrained",
    )
    grid = figure.subplots(1, len(names), squeeze=False, sharex=True)[0]
    for axes, name in zip(grid, names, strict=True):
        _panel(axes, shown[shown["region"] == name], name)
    figure.legend(handles=_keys(shown["told"]), loc="outside lower left", ncols=4, fontsize=7)
    style.headline(figure, headline(shown[shown["channel"] == ALL]))
    return figure


def told(rows: pd.DataFrame) -> pd.Series:
    """Return of each row whether a region gets `more` or `less` than chance, or `neither`."""
    found = np.select(
        [rows["excess_low"] > 0, rows["excess_high"] < 0], ["more", "less"], "neither"
    )
    return pd.Series(found, rows.index)


def headline(rows: pd.DataFrame) -> str:
    """Return what the map of all channels says of each region, in a sentence.

    Parameters
    ----------
    rows
        One a region, with `region` and `told`.
    """
    named = {word: rows.loc[rows["told"] == word, "region"].tolist() for word in ("more", "less")}
    if not any(named.values()):
        return "No region is shown to hold more or less of the map than by chance"
    places = {
        word: f"{len(those)} regions" if len(those) > MOST_NAMED else " and ".join(those)
        for word, those in named.items()
    }
    more, less = (f"{word} on {places[word]}" if named[word] else "" for word in named)
    first, *rest = filter(None, (more, less))
    adverb, _, where = first.partition(" ")
    return capital(", ".join([f"{adverb} of the map than by chance lies {where}", *rest]))


def _panel(axes: Axes, rows: pd.DataFrame, name: str) -> None:
    together, each = rows[rows["channel"] == ALL], rows[rows["channel"] != ALL]
    each = each.sort_values("enrichment", ascending=False, kind="stable")
    rows = pd.concat([together, each])
    y = np.arange(len(rows), dtype=float)
    y[len(together) :] += 0.5
    colours = rows["told"].map(COLOURS).tolist()
    axes.hlines(y, rows["low"], rows["high"], color=colours, lw=1.2)
    axes.scatter(rows["enrichment"], y, s=14, color=colours, zorder=3, gid="enrichment")
    axes.scatter(
        rows["null"], y, s=12, facecolor="white", edgecolor=style.INK, lw=0.7, zorder=2, gid="null"
    )
    axes.axvline(1, color=style.INK, lw=0.8, ls=(0, (4, 2)), zorder=0.5)
    words = rows["channel"].replace({ALL: f"all {spoken().features}"})
    axes.set_yticks(y, words, fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(y[-1] + 0.6, -0.6)
    axes.set_xlabel("share of the map ÷ share of the area")
    axes.set_title(f"{name}: {100 * rows['area'].iloc[0]:.0f} % of the area")


def _keys(told: pd.Series) -> list[Line2D]:
    found = [
        Line2D([], [], marker="o", ms=4, lw=1.2, color=colour, label=KEYS[word])
        for word, colour in COLOURS.items()
        if (told == word).any()
    ]
    chance = {"marker": "o", "ms": 3.6, "mfc": "white", "mec": style.INK, "mew": 0.7, "ls": "none"}
    label = worded("chance: regions of other {examples}")
    return [*found, Line2D([], [], **chance, label=label)]
