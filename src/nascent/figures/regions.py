"""How much of the maps falls on regions of the cell."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.figures import style
from nascent.words import spoken

ALL = "all"


@style.look()
def draw(regions: pd.DataFrame) -> Figure:
    """Draw the enrichment of each region in the map of each channel, a panel a region.

    Points are means over all cells with their intervals, hollow circles what the regions of other
    cells give. The dashed line is 1, where a region gets what its area gives it. On top stands the
    map of all channels together, below it the channels from most to least enriched. Black points
    are those whose excess over other cells' regions lies above 0.

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
    channels = shown["channel"].nunique()
    figure = Figure(
        figsize=(min(style.WIDTH, 1.6 + 1.9 * len(names)), 0.17 * channels + 1.25),
        layout="constrained",
    )
    grid = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(grid, names, strict=True):
        _panel(axes, shown[shown["region"] == name], name)
    figure.supxlabel("share of the map over share of the area", fontsize=8)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, name: str) -> None:
    together, each = rows[rows["channel"] == ALL], rows[rows["channel"] != ALL]
    each = each.sort_values("enrichment", ascending=False, kind="stable")
    rows = pd.concat([together, each])
    y = np.arange(len(rows), dtype=float)
    y[len(together) :] += 0.5
    beats = rows["beats_null"].isin([True, "True"]).to_numpy()
    colours = np.where(beats, style.INK, style.GREY)
    axes.hlines(y, rows["low"], rows["high"], color=colours, lw=1.2)
    axes.scatter(rows["enrichment"], y, s=14, color=colours, zorder=3, gid="enrichment")
    axes.scatter(
        rows["null"], y, s=12, facecolor="white", edgecolor=style.GREY, lw=0.8, zorder=2, gid="null"
    )
    axes.axvline(1, color=style.INK, lw=0.8, ls=(0, (4, 2)), zorder=0.5)
    words = rows["channel"].replace({ALL: f"all {spoken().features}"})
    axes.set_yticks(y, words, fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(y[-1] + 0.6, -0.6)
    axes.set_title(f"{name}\n{100 * rows['area'].iloc[0]:.0f} % of the area")
