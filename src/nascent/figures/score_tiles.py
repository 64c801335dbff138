"""Tiles of examples: square axes placed in inches, and what stands beside them."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.errors import AttributionError
from nascent.examples import GROUP
from nascent.figures import style, words
from nascent.figures.crops import known
from nascent.figures.gather import Examples
from nascent.words import spoken

GAP = 0.04  # inches between tiles
LINE = 0.135  # inches of a line beside the tiles


def common_window(masks: np.ndarray) -> range:
    """Return the smallest centred range of rows and columns that holds every cell shown.

    Parameters
    ----------
    masks
        (n, S, S), bool.
    """
    size = masks.shape[1]
    taken = masks.any(axis=0)
    used = np.flatnonzero(taken.any(axis=0) | taken.any(axis=1))
    if used.size == 0:
        return range(size)
    edge = max(min(int(used[0]), size - 1 - int(used[-1])) - size // 32, 0)
    return range(edge, size - edge)


def refuse_other_shape(examples: Examples, maps: np.ndarray) -> None:
    """Raise AttributionError where maps and images differ in shape."""
    if maps.shape != examples.images.shape:
        raise AttributionError(
            f"the maps have shape {maps.shape}, the images {examples.images.shape}",
            mend=f"Read both for the same {spoken().examples} and {spoken().features}.",
        )


def tile(figure: Figure, left: float, top: float, edge: float) -> Axes:
    """Return square axes whose upper left corner and edge are given in inches."""
    # Places in inches, so that the tiles of all cells are alike and stand in line.
    width, height = figure.get_size_inches()
    return figure.add_axes(
        (
            (left + GAP / 2) / width,
            (top - edge + GAP / 2) / height,
            (edge - GAP) / width,
            (edge - GAP) / height,
        )
    )


def show_window(axes: Axes, window: range) -> None:
    """Show these rows and columns of an image alone."""
    axes.set_xlim(window.start - 0.5, window.stop - 0.5)
    axes.set_ylim(window.stop - 0.5, window.start - 0.5)


def describe(figure: Figure, examples: Examples, i: int, top: float, *, factor: str = "") -> None:
    """Write what is known of cell `i` at the left of its first row.

    That is its stratum, what was measured and predicted, id, group and level of the factor.
    """
    width, height = figure.get_size_inches()
    cell = examples.cells.iloc[i]
    upper = top - 0.02
    if known(cell, "stratum"):
        stratum = str(cell["stratum"])
        colour = style.STRATA.get(stratum, style.INK)
        figure.text(
            *(0.06 / width, upper / height),
            stratum,
            va="top",
            fontsize=9,
            fontweight="bold",
            color=colour,
        )
        upper -= 0.19
    for line in _numbers(cell):
        figure.text(0.06 / width, upper / height, line, va="top", fontsize=7.5)
        upper -= LINE
    place = [str(cell[key]) for key in (GROUP, factor) if known(cell, key)]
    told = "\n".join([str(examples.cells.index[i]), *([", ".join(place)] if place else [])])
    upper -= 0.04
    soft = {"va": "top", "fontsize": 6.5, "linespacing": 1.3, "color": style.SOFT}
    figure.text(0.06 / width, upper / height, told, **soft)


def _numbers(cell: pd.Series) -> list[str]:
    if not known(cell, "target"):
        return [f"output {words.short(cell['y_hat'])}"] if known(cell, "y_hat") else []
    measured = [f"measured {words.short(cell['target'])}"]
    return measured + ([f"predicted {words.short(cell['y_hat'])}"] if known(cell, "y_hat") else [])
