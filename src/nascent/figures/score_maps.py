"""Score maps: for examples, each channel, where the model looked in it, and both."""

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

TOP_MARGIN, BLOCK_GAP = 0.36, 0.2  # inches


@style.look()
def draw(
    examples: Examples, maps: np.ndarray, *, shares: np.ndarray | None = None, factor: str = ""
) -> Figure:
    """Draw three rows a cell — channel, score map, overlay — and one column a channel.

    Grey levels are common to a channel over the cells shown. A cell's maps share one colour scale
    up to the 99.5th percentile of their magnitude, so that brighter columns matter more; above
    each stands its share of the cell's whole map. The overlay colours the tenth of the cell's
    measured pixel-channels with the largest magnitude.

    Parameters
    ----------
    examples
        The cells, one of each stratum, and the top channels, images (n, S, S, k); `cells` may have
        `stratum`, `target`, `y_hat`.
    maps
        (n, S, S, k) attributions, in the channels' order.
    shares
        (n, k): each channel's share of the cell's map; NaN where channels have none. Default:
        Σ|score| over that of the channels shown.
    factor
        Column of `cells` whose level stands beside each example.

    Raises
    ------
    AttributionError
        Where maps and images differ in shape.
    """
    refuse_other_shape(examples, maps)
    cells, columns = len(examples.cells), len(examples.channels)
    if cells == 0 or columns == 0:
        figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
        style.say(figure.subplots(), "There are no score maps to show.")
        return figure
    window = common_window(examples.masks)
    tile = min((style.WIDTH - LEFT) / columns, 1.3)
    height = TOP_MARGIN + cells * (3 * tile + BLOCK_GAP) + BOTTOM
    figure = Figure(figsize=(LEFT + tile * columns, height))
    limits = [contrast(examples.images[..., k], examples.masks) for k in range(columns)]
    names, points = fitted(examples.channels, tile)
    signed = bool((maps < 0).any())
    for i in range(cells):
        top = height - TOP_MARGIN - i * (3 * tile + BLOCK_GAP)
        grid = tiles(figure, top, tile, columns)
        own = None if shares is None else shares[i]
        scored = coloured(maps[i], examples.masks[i], own, signed=signed)
        draw_columns(grid, examples, i, range(columns), scored, limits, window)
        name_rows(figure, top, tile)
        describe(figure, examples, i, top, factor=factor)
        for k, name in enumerate(names if i == 0 else ()):
            grid[0, k].annotate(
                name,
                (0.5, 1),
                xycoords="axes fraction",
                xytext=(0, 13),
                textcoords="offset points",
                ha="center",
                fontsize=points,
                fontweight="bold",
            )
    scale_bar(grid[0, 0], window)
    colour_key(figure, signed)
    return figure
