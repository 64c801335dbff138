"""Panels: every channel of a typical cell of each stratum, its map, both, and its share."""

import numpy as np
from matplotlib.figure import Figure

from nascent.figures import style
from nascent.figures.crops import contrast, fitted, scale_bar
from nascent.figures.gather import Examples
from nascent.figures.score_tiles import (
    BOTTOM,
    LEFT,
    colour_key,
    coloured,
    common_window,
    describe,
    draw_columns,
    name_rows,
    refuse_other_shape,
    tiles,
)
from nascent.words import spoken

A_ROW = 11  # channels side by side: 33 make three rows
HEAD, GAP = 0.3, 0.12  # inches over three rows of tiles for names, and below a cell


@style.look()
def draw(
    examples: Examples, maps: np.ndarray, *, shares: np.ndarray | None = None, factor: str = ""
) -> Figure:
    """Draw channel, score map and overlay of every channel of each cell, in rows of channels.

    Colours are as in `nascent.figures.score_maps`: all maps of a cell share one scale, and the
    overlay colours the tenth of the measured pixels of all channels with the largest magnitude.
    Above each channel stand its name and its share of the cell's map.

    Parameters
    ----------
    examples
        The cells, and all channels in the order to be shown; `cells` may have `stratum`, `target`,
        `y_hat`.
    maps
        (n, S, S, C) attributions, in the channels' order.
    shares
        (n, C): as in `nascent.figures.score_maps`.
    factor
        Column of `cells` whose level stands beside each example.

    Raises
    ------
    AttributionError
        Where maps and images differ in shape.
    """
    refuse_other_shape(examples, maps)
    cells, channels = len(examples.cells), len(examples.channels)
    if cells == 0 or channels == 0:
        figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
        style.say(figure.subplots(), f"There are no maps of single {spoken().features} to show.")
        return figure
    window = common_window(examples.masks)
    # Rows of channels are as even as they can be: 12 are twice 6, not 11 and 1.
    lines = -(-channels // A_ROW)
    columns = -(-channels // lines)
    tile = min((style.WIDTH - LEFT) / columns, 1.0)
    block = lines * (HEAD + 3 * tile) + GAP
    height = 0.1 + cells * block + BOTTOM
    figure = Figure(figsize=(LEFT + tile * columns, height))
    limits = [contrast(examples.images[..., k], examples.masks) for k in range(channels)]
    names, points = fitted(examples.channels, tile - 0.06)
    signed = bool((maps < 0).any())
    for i in range(cells):
        own = None if shares is None else shares[i]
        scored = coloured(maps[i], examples.masks[i], own, signed=signed)
        for line in range(lines):
            top = height - 0.1 - i * block - line * (HEAD + 3 * tile) - HEAD
            shown = range(line * columns, min((line + 1) * columns, channels))
            grid = tiles(figure, top, tile, len(shown))
            draw_columns(grid, examples, i, shown, scored, limits, window)
            name_rows(figure, top, tile)
            for axes, channel in zip(grid[0], shown, strict=True):
                axes.annotate(
                    names[channel],
                    (0.5, 1),
                    xycoords="axes fraction",
                    xytext=(0, 10),
                    textcoords="offset points",
                    ha="center",
                    fontsize=points,
                    fontweight="bold",
                )
            if line == 0:
                describe(figure, examples, i, top, factor=factor)
                scale_bar(grid[0, 0], window)
    colour_key(figure, signed)
    return figure
