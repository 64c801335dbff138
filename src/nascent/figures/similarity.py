"""Which image channels the maps look like, by stratum of cells, beside chance."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from nascent.figures import style
from nascent.words import spoken

ALL = "all"
MOST_PRINTED = 100  # numbers of a panel that can still be read
MEASURES = ("spearman", "mae")


@style.look()
def draw(similarity: pd.DataFrame, *, shown: int) -> Figure:
    """Draw how often each image channel is the best match of each map channel.

    A block a measure: rows are map channels, columns the `shown` image channels that win most often
    over all map channels, panels the strata of cells; the last panel says the same of the images of
    *other* cells, which is chance. Colours are per cent of the cells.

    Parameters
    ----------
    similarity
        Rows of `similarity.tsv` of one model, seed and method.
    shown
        Image channels.
    """
    blocks = [name for name in MEASURES if (similarity["measure"] == name).any()]
    if not blocks:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), "There are no maps that could look like an image.")
        return figure
    rows = similarity["map_channel"].nunique()
    strata = [name for name in similarity["stratum"].drop_duplicates() if name != ALL]
    strata = strata if len(strata) > 1 else [ALL]
    height = max(0.135 * rows, 0.5)
    figure = Figure(figsize=(style.WIDTH, len(blocks) * (height + 1.25)), layout="constrained")
    parts = figure.subfigures(len(blocks), 1, squeeze=False)[:, 0]
    for part, measure in zip(parts, blocks, strict=True):
        table = similarity[similarity["measure"] == measure]
        best = most_frequent(table, shown)
        part.suptitle(_measure(measure), fontsize=8.5, fontweight="bold", x=0.01, ha="left")
        grid = part.subplots(1, len(strata) + 1, squeeze=False, sharey=True)[0]
        for axes, stratum in zip(grid, strata, strict=False):
            here = table[table["stratum"] == stratum]
            _heat(axes, _wide(here, "wins", best), f"{stratum} (n = {here['cells'].max()})")
        chance = _wide(table[table["stratum"] == ALL], "null_wins", best)
        drawn = _heat(grid[-1], chance, f"other {spoken().examples}' images")
        grid[0].set_yticks(range(len(chance)), chance.index, fontsize=6)
        grid[0].set_ylabel("map of")
        bar = part.colorbar(drawn, ax=grid, fraction=0.02, pad=0.01, aspect=30)
        bar.set_label(f"% of the {spoken().examples}", fontsize=6.5)
        bar.ax.tick_params(labelsize=6)
    return figure


def most_frequent(similarity: pd.DataFrame, shown: int) -> list[str]:
    """Return the image channels that win most often over all map channels, the most first.

    Parameters
    ----------
    similarity
        Rows of one measure.
    shown
        How many.
    """
    wins = similarity[similarity["stratum"] == ALL].groupby("image_channel", sort=False)["wins"]
    return wins.sum().sort_values(ascending=False, kind="stable").index[:shown].tolist()


def _wide(rows: pd.DataFrame, value: str, columns: Sequence[str]) -> pd.DataFrame:
    order = rows["map_channel"].drop_duplicates()
    wide = rows.pivot(index="map_channel", columns="image_channel", values=value)
    return 100 * wide.loc[order, list(columns)]


def _measure(name: str) -> str:
    known = {
        "spearman": "by rank correlation",
        "mae": f"by the published difference (favours sparse {spoken().features})",
    }
    return known[name]


def _heat(axes: Axes, values: pd.DataFrame, title: str) -> AxesImage:
    drawn = axes.imshow(
        values.to_numpy(float), cmap="YlGnBu", vmin=0, vmax=100, aspect="auto", gid=title
    )
    axes.set_xticks(range(values.shape[1]), values.columns, rotation=90, fontsize=6)
    axes.tick_params(length=0)
    axes.set_title(title, fontsize=7.5)
    for spine in axes.spines.values():
        spine.set_visible(False)

    if values.size <= MOST_PRINTED:
        for row, column in np.ndindex(values.shape):
            number = values.iat[row, column]
            if number >= 1:
                colour = "white" if number > 55 else style.INK
                axes.text(
                    column, row, f"{number:.0f}", ha="center", va="center", fontsize=5, color=colour
                )
    return drawn
