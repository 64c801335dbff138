"""Input channels that repeat each other: a heat map of how channels correlate."""

from collections.abc import Collection, Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from nascent.figures import style
from nascent.figures.facts import Facts, counted, most, note
from nascent.words import spoken

MARK = style.TONES["brick"]
LARGEST = 6.5
"""Longest edge of the map, inches."""


@style.look()
def draw(
    correlations: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    channels: Mapping[str, Sequence[str]],
    bound: float,
) -> Figure:
    """Draw the correlation of pixels above the diagonal, and that of cell means below it.

    Rows and columns are in the order of an average-linkage tree of 1 − |correlation of pixels|.
    Pairs of which |correlation of pixels| is at or above the bound are framed. Each input has a map
    of its own.

    Parameters
    ----------
    correlations, groups
        As `channel_correlations.tsv` and `channel_groups.tsv`.
    channels
        Input → its channels.
    bound
        At which channels are duplicates.
    """
    drawn = {name: own for name, own in channels.items() if len(own) > 1}
    if not drawn:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), f"There is one input {spoken().feature} alone.")
        return figure
    largest = LARGEST / len(drawn)
    edges = [min(max(0.17 * len(own), 2.2), largest) for own in drawn.values()]
    figure = Figure(figsize=(sum(edges) + 1.9, max(edges) + 1.9), layout="constrained")
    panels = figure.subplots(1, len(drawn), squeeze=False, width_ratios=edges)[0]
    repeated = set(groups["channel"])
    for axes, (name, own) in zip(panels, drawn.items(), strict=True):
        of_input = correlations[correlations["input"] == name]
        image = _map(axes, of_input, own, repeated, bound)
        if len(channels) > 1:
            axes.set_title(name, fontsize=8)
    bar = figure.colorbar(image, ax=panels.tolist(), shrink=0.5, aspect=22, pad=0.02)
    bar.set_label(
        f"correlation: {spoken().places} (above), {spoken().example} means (below)", fontsize=7
    )
    bar.ax.tick_params(labelsize=7)
    figure.suptitle(
        fill(verdict(correlations, groups), 64), fontsize=8, x=0.01, ha="left", fontweight="bold"
    )
    framed = f"framed: |correlation of {spoken().places}| of {bound:g} or more"
    note(figure, Facts(n=counted(most(correlations["cells"]), part="train"), more=framed))
    return figure


def _map(
    axes: Axes,
    correlations: pd.DataFrame,
    channels: Sequence[str],
    repeated: Collection[str],
    bound: float,
) -> AxesImage:
    """Draw the correlations of the channels of one input; names of repeated ones stand out."""
    pixels = _square(correlations, channels, "pixel_correlation")
    means = _square(correlations, channels, "mean_correlation")
    order = _order(pixels)
    names = [channels[k] for k in order]
    count = len(names)
    upper = np.triu(np.ones((count, count), bool), 1)
    shown = np.where(upper, pixels[np.ix_(order, order)], means[np.ix_(order, order)])
    np.fill_diagonal(shown, np.nan)
    axes.set_facecolor(style.INKS["missing"])
    drawn = axes.imshow(shown, cmap="RdBu_r", vmin=-1, vmax=1)
    for row, column in zip(*np.nonzero(upper), strict=True):
        if abs(shown[row, column]) >= bound:
            corner = (column - 0.5, row - 0.5)
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, ec=MARK, lw=1.3, gid="duplicates"))
    size = 7 if count <= 24 else 5
    axes.set_xticks(range(count), names, rotation=90, fontsize=size)
    axes.set_yticks(range(count), names, fontsize=size)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        if label.get_text() in repeated:
            label.set(color=MARK, fontweight="bold")
    axes.tick_params(length=0)
    return drawn


def verdict(correlations: pd.DataFrame, groups: pd.DataFrame) -> str:
    """Return a sentence on the channels that repeat each other, and on the groups."""
    pairs = int((correlations["duplicates"].astype(str) == "True").sum())
    said = (
        f"{pairs} {'pair' if pairs == 1 else 'pairs'} of {spoken().features}"
        f" {'repeats' if pairs == 1 else 'repeat'} each other."
        if pairs
        else f"No two {spoken().features} repeat each other."
    )
    members = [f"{', '.join(rows['channel'])}" for _, rows in groups.groupby("group", sort=False)]
    return f"{said} Analysed together: {'; '.join(members)}." if members else said


def _square(table: pd.DataFrame, channels: Sequence[str], value: str) -> np.ndarray:
    place = {name: number for number, name in enumerate(channels)}
    matrix = np.full((len(channels), len(channels)), np.nan)
    for first, second, number in table[["channel", "other", value]].itertuples(index=False):
        matrix[place[first], place[second]] = matrix[place[second], place[first]] = number
    return matrix


def _order(pixels: np.ndarray) -> np.ndarray:
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    distance = 1 - np.nan_to_num(np.abs(pixels))
    np.fill_diagonal(distance, 0)
    return leaves_list(linkage(squareform(np.maximum(distance, 0), checks=False), "average"))
