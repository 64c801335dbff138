"""Which image channels the maps look like, by stratum of cells, beside chance."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from nascent.figures import style
from nascent.words import spoken, worded

ALL = "all"
MOST_PRINTED = 100  # numbers of a panel that can still be read
MEASURE = "spearman"


@style.look()
def draw(similarity: pd.DataFrame, *, shown: int) -> Figure:
    """Draw how often each image channel is the best match of each map channel.

    Matches are by rank correlation, whatever its sign. Rows are map channels, columns image
    channels in the same order; where there are more than `shown`, those that win most often over
    all map channels. Panels are the strata of cells; the last one says the same of the images of
    *other* cells, which is chance. Colours are per cent of the cells.

    Parameters
    ----------
    similarity
        Rows of `similarity.tsv` of one model, seed and method.
    shown
        Most image channels.
    """
    table = similarity[similarity["measure"] == MEASURE]
    if table.empty:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), "There are no maps that could look like an image.")
        return figure
    rows = table["map_channel"].nunique()
    strata = [name for name in table["stratum"].drop_duplicates() if name != ALL]
    strata = strata if len(strata) > 1 else [ALL]
    best = most_frequent(table, shown)
    figure = Figure(figsize=(style.WIDTH, max(0.16 * rows, 0.5) + 1.6), layout="constrained")
    grid = figure.subplots(1, len(strata) + 1, squeeze=False, sharey=True)[0]
    for axes, stratum in zip(grid, strata, strict=False):
        here = table[table["stratum"] == stratum]
        _heat(axes, _wide(here, "wins", best), f"{stratum} (n = {here['cells'].max()})")
    chance = _wide(table[table["stratum"] == ALL], "null_wins", best)
    drawn = _heat(grid[-1], chance, f"other {spoken().examples}' images")
    grid[0].set_yticks(range(len(chance)), chance.index, fontsize=6)
    grid[0].set_ylabel("map of")
    images = table["image_channel"].nunique()
    some = f": the {len(best)} of {images} that match most often" if len(best) < images else ""
    figure.supxlabel(f"image of{some}", fontsize=8)
    bar = figure.colorbar(drawn, ax=grid, fraction=0.02, pad=0.01, aspect=30)
    bar.set_label(f"{spoken().examples} with this best match (%)", fontsize=6.5)
    bar.ax.tick_params(labelsize=6)
    style.headline(figure, headline(table))
    return figure


def headline(table: pd.DataFrame) -> str:
    """Return how many maps look most like the image of their own channel, in a sentence.

    A map does where that image is its best match in more cells than any other image is, and in
    more than it would be among the images of other cells.

    Parameters
    ----------
    table
        Rows of one measure.
    """
    every = table[table["stratum"] == ALL]
    wins = every.pivot(index="map_channel", columns="image_channel", values="wins")
    chance = every.pivot(index="map_channel", columns="image_channel", values="null_wins")
    own = [
        name
        for name in wins.index
        if name in wins.columns
        and wins.loc[name].idxmax() == name
        and wins.at[name, name] > chance.at[name, name]
    ]
    return worded(
        "{own} of {maps} maps look most like the image of their own {feature}"
        if len(own) != 1
        else "{own} of {maps} maps looks most like the image of its own {feature}",
        own=len(own),
        maps=len(wins),
    )


def most_frequent(similarity: pd.DataFrame, shown: int) -> list[str]:
    """Return the image channels that win most often over all map channels, as the table has them.

    Parameters
    ----------
    similarity
        Rows of one measure.
    shown
        How many.
    """
    wins = similarity[similarity["stratum"] == ALL].groupby("image_channel", sort=False)["wins"]
    sums = wins.sum()
    best = set(sums.sort_values(ascending=False, kind="stable").index[:shown])
    return [str(name) for name in sums.index if name in best]


def _wide(rows: pd.DataFrame, value: str, columns: Sequence[str]) -> pd.DataFrame:
    order = rows["map_channel"].drop_duplicates()
    wide = rows.pivot(index="map_channel", columns="image_channel", values=value)
    return 100 * wide.loc[order, list(columns)]


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
