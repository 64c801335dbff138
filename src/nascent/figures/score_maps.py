"""Maps of single channels: for typical cells, each channel and where the map lies in it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.figures import overlays, style
from nascent.figures.crops import contrast, fitted, outline, scale_bar, show
from nascent.figures.gather import Examples
from nascent.figures.score_tiles import (
    common_window,
    describe,
    refuse_other_shape,
    show_window,
    tile,
)
from nascent.words import worded

LEFT, HEAD, GAP, FOOT = 1.05, 0.6, 0.26, 0.36  # inches
MOST = 1.3  # inches of a tile
ROWS = ("image", "map over it")
TITLE = "Where in each {feature} the map of a typical {example} lies, and how much of it"


@style.look()
def draw(
    examples: Examples,
    maps: np.ndarray,
    *,
    shares: np.ndarray | None = None,
    left_out: Sequence[str] = (),
    factor: str = "",
    pixel_size: float | None = None,
) -> Figure:
    """Draw two rows a cell — the channel, and the map over it — and one column a channel.

    Black and white of a channel are common to the cells shown. A cell's maps have one scale, so
    that what is more opaque matters more in any channel (see `nascent.figures.overlays`). Above
    each column stands the channel's share of the cell's whole map.

    Parameters
    ----------
    examples
        The cells, and the channels in the order to be shown, images (n, S, S, k); `cells` may have
        `stratum`, `target`, `y_hat`.
    maps
        (n, S, S, k) attributions, in the channels' order.
    shares
        (n, k): each channel's share of the cell's map; NaN where channels have none. Default:
        Σ|score| over that of the channels shown.
    left_out
        Channels of the model that are not shown; the figure names them.
    factor
        Column of `cells` whose level stands beside each example.
    pixel_size
        Edge of a pixel, µm; None: not known.

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
    edge = min((style.WIDTH - LEFT) / columns, MOST)
    width = max(LEFT + edge * columns, LEFT + overlays.KEY)
    words = _left_out(left_out, width)
    height = HEAD + cells * 2 * edge + (cells - 1) * GAP + FOOT + 0.12 * (words.count("\n") + 1)
    figure = Figure(figsize=(width, height))
    limits = [contrast(examples.images[..., k], examples.masks) for k in range(columns)]
    names, points = fitted(examples.channels, edge)
    signed = bool((maps < 0).any())
    for i in range(cells):
        top, mask = height - HEAD - i * (2 * edge + GAP), examples.masks[i]
        scores = np.where(mask[..., None], maps[i], 0)
        full = overlays.full_opacity(scores, mask)
        own = absolute_shares(scores) if shares is None else shares[i]
        for k in range(columns):
            image = examples.images[i, ..., k]
            upper, lower = (tile(figure, LEFT + k * edge, top - row * edge, edge) for row in (0, 1))
            show(upper, image, *limits[k])
            overlays.show_overlay(lower, image, limits[k], scores[..., k], full, signed=signed)
            for axes in (upper, lower):
                outline(axes, mask, style.GREY)
                show_window(axes, window)
            _head(upper, names[k] if i == 0 else "", own[k], points)
            if k == 0:
                scale_bar(upper, window, pixel_size, points=5.5)
        describe(figure, examples, i, top, factor=factor)
        _name_rows(figure, top, edge)
    overlays.draw_key(figure, width - overlays.KEY - 0.05, height_of_foot(words), signed=signed)
    style.headline(figure, worded(TITLE))
    figure.text(0.06 / width, 0.05 / height, words, fontsize=6.5, color=style.SOFT, gid="left out")
    return figure


def _head(axes: Axes, name: str, share: float, points: float) -> None:
    """Write over a column its share of the cell's map, and in the first row its channel."""
    if np.isfinite(share):
        axes.set_title(f"{100 * share:.1f} %", fontsize=7, loc="center", pad=2, fontweight="normal")
    axes.annotate(
        name,
        (0.5, 1),
        xycoords="axes fraction",
        xytext=(0, 11.5),
        textcoords="offset points",
        ha="center",
        fontsize=points,
        fontweight="bold",
    )


def height_of_foot(words: str) -> float:
    """Return where the key stands above the channels that are named as left out, inches."""
    return 0.2 + 0.12 * (words.count("\n") + 1) * bool(words)


def absolute_shares(scores: np.ndarray) -> np.ndarray:
    """Return each channel's Σ|score| over that of all; NaN where all are 0.

    Parameters
    ----------
    scores
        (S, S, k), zero where nothing was measured.
    """
    sums = np.abs(scores).sum(axis=(0, 1), dtype=np.float64)
    return sums / sums.sum() if sums.any() else np.full(len(sums), np.nan)


def _left_out(channels: Sequence[str], width: float) -> str:
    if not channels:
        return ""
    told = f"not shown, with smaller shares of the map: {', '.join(channels)}"
    return style.wrapped(told, width - 0.2, 6.5)


def _name_rows(figure: Figure, top: float, edge: float) -> None:
    """Write beside two rows of tiles what they show."""
    width, height = figure.get_size_inches()
    for row, name in enumerate(ROWS):
        figure.text(
            (LEFT - 0.03) / width,
            (top - (row + 0.5) * edge) / height,
            name,
            rotation=90,
            ha="right",
            va="center",
            fontsize=6,
            color=style.SOFT,
        )
