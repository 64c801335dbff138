"""Channels grouped by their maps: tree, distances and how stable the groups are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nascent.explain.clusters.cuts import tree
from nascent.figures import style
from nascent.words import spoken

CHANCE: Mapping[str, Any] = {
    "xycoords": ("data", "axes fraction"),
    "textcoords": "offset points",
    "ha": "center",
    "fontsize": 6.5,
}


@style.look()
def draw(clusters: pd.DataFrame, distances: pd.DataFrame) -> Figure:
    """Draw the tree of the channels, how alike their maps are, and how stable each cluster is.

    Rows and columns are channels in the order of the tree; colours are the mean correlation of the
    maps of two channels within cells, frames the clusters. The bars are the stability of each
    channel's cluster; the dashed line is that of clusters made of maps of different cells.

    Parameters
    ----------
    clusters, distances
        Rows of `channel_clusters.tsv` and `channel_distances.tsv` of one model, seed and method.
    """
    from scipy.cluster.hierarchy import dendrogram

    placed = clusters.dropna(subset=["cluster"])
    if len(placed) < 3:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(
            figure.subplots(), f"There are too few {spoken().features} with maps to group them."
        )
        return figure
    channels = placed["channel"].tolist()
    distance = _square(distances, channels, "distance")
    grown = tree(np.where(np.isnan(distance), 1.0, distance))
    order = dendrogram(grown, no_plot=True)["leaves"]
    names = [channels[k] for k in order]
    count = len(names)
    edge = min(max(0.145 * count, 1.6), 5.0)
    figure = Figure(figsize=(min(edge + 2.9, style.WIDTH + 0.6), edge + 1.5), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=[0.22, 1, 0.22])

    dendrogram(
        grown, orientation="left", ax=left, color_threshold=0, above_threshold_color=style.INK
    )
    left.set_ylim(10 * count, 0)
    left.set_xlabel("distance")
    left.set_yticks([])
    left.spines["left"].set_visible(False)
    for line in left.collections:
        line.set_linewidth(0.8)

    alike = (1 - distance)[np.ix_(order, order)]
    np.fill_diagonal(alike, np.nan)
    strongest = max(float(np.nanmax(np.abs(alike))), 1e-6)
    correlation = middle.imshow(
        alike, cmap="RdBu_r", vmin=-strongest, vmax=strongest, aspect="auto"
    )
    size = 6.5 if count <= 24 else 5.5
    middle.set_xticks(range(count), names, rotation=90, fontsize=size)
    middle.set_yticks(range(count), names, fontsize=size)
    middle.tick_params(length=0)
    _frames(middle, placed.set_index("channel").loc[names, "cluster"].to_numpy())
    bar = figure.colorbar(
        correlation, ax=middle, location="bottom", shrink=0.7, aspect=28, pad=0.02
    )
    bar.set_label(f"correlation of two maps, mean over {spoken().examples}", fontsize=7)
    bar.ax.tick_params(labelsize=6.5)

    rows = placed.set_index("channel").loc[names]
    right.barh(
        range(count), rows["stability"], color=style.TONES["mist"], height=0.8, gid="stability"
    )
    if rows["null_stability"].notna().any():
        chance = rows["null_stability"].iloc[0]
        right.axvline(chance, color=style.INK, lw=0.9, ls=(0, (4, 2)), gid="chance")
        right.annotate("chance", (chance, 1), (0, 2), **CHANCE)
    right.set_ylim(count - 0.5, -0.5)
    right.set_xlim(0, 1)
    right.set_yticks([])
    right.set_xlabel("stability of\nthe cluster")
    style.headline(figure, verdict(placed.iloc[0]))
    return figure


def verdict(row: pd.Series) -> str:
    """Return a sentence on whether there are clusters at all, of a row of the table."""
    told = spoken()
    if pd.isna(row["beats_null"]):
        return (
            f"Cannot tell whether {told.features} group by their maps: too few {told.groups} or"
            " permutations"
        )
    if row["beats_null"] in (True, "True"):
        return (
            f"{told.features.capitalize()} form {int(row['clusters'])} groups whose maps are alike"
            f" within {told.examples} beyond chance (p = {row['p']:.2g})"
        )
    return (
        f"No groups: maps are not more alike within {told.examples} than by chance"
        f" (p = {row['p']:.2g})"
    )


def _square(distances: pd.DataFrame, channels: list[str], value: str) -> np.ndarray:
    place = {name: number for number, name in enumerate(channels)}
    matrix = np.full((len(channels), len(channels)), np.nan)
    np.fill_diagonal(matrix, 0)
    for first, second, number in distances[["channel", "other", value]].itertuples(index=False):
        if first in place and second in place:
            matrix[place[first], place[second]] = matrix[place[second], place[first]] = number
    return matrix


def _frames(axes, clusters: np.ndarray) -> None:
    starts = np.flatnonzero(np.append(True, clusters[1:] != clusters[:-1]))
    for start, stop in zip(starts, [*starts[1:], len(clusters)], strict=True):
        corner, size = start - 0.5, stop - start
        axes.add_patch(
            Rectangle((corner, corner), size, size, fill=False, ec=style.INK, lw=1.1, gid="cluster")
        )
