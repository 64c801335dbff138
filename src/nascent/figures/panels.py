"""Typical cells, one a stratum: what the model sees, what it predicts, and where its map lies."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from nascent.figures import overlays, style
from nascent.figures.crops import contrast, fitted, outline, scale_bar, show
from nascent.figures.gather import Examples
from nascent.figures.palettes import palette
from nascent.figures.score_tiles import (
    common_window,
    describe,
    refuse_other_shape,
    show_window,
    tile,
)
from nascent.words import spoken, worded

EDGE = 1.25  # inches of a tile
LEFT = 1.2
HEAD, GAP, FOOT = 0.72, 0.06, 0.4
LINE = 0.13
COMPOSITE = tuple(to_rgb(colour) for colour in palette("composite").values())
DARKER = 0.72  # of a composite's colour, as letters on white
TITLE = "Typical {examples}: what the model sees, and where its map lies"


@dataclass(frozen=True)
class Target:
    """The target of some cells as an image.

    Attributes
    ----------
    name
        Of the channel that it is the mean of.
    images
        (n, S, S).
    """

    name: str
    images: np.ndarray


@style.look()
def draw(
    examples: Examples,
    maps: np.ndarray,
    *,
    target: Target | None = None,
    factor: str = "",
    pixel_size: float | None = None,
) -> Figure:
    """Draw a row a cell: its channels in colours, the target as an image, the map over the cell.

    Black and white of a channel are common to the cells shown. The map is the sum of a cell's
    scores over all channels; it lies over the mean of the channels shown, as opaque as its score
    is large (see `nascent.figures.overlays`).

    Parameters
    ----------
    examples
        The cells, and up to three channels, images (n, S, S, k); `cells` may have `stratum`,
        `target`, `y_hat`.
    maps
        (n, S, S) attributions, summed over all channels of the model.
    target
        What was to be predicted, where it is the mean of an image.
    factor
        Column of `cells` whose level stands beside each example.
    pixel_size
        Edge of a pixel, µm; None: not known.

    Raises
    ------
    AttributionError
        Where maps and images differ in shape.
    """
    cells, channels = len(examples.cells), len(examples.channels)
    if cells == 0 or channels == 0:
        figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
        style.say(figure.subplots(), f"There are no maps of single {spoken().examples} to show.")
        return figure
    refuse_other_shape(examples, maps[..., None].repeat(channels, axis=-1))
    columns = 2 if target is None else 3
    height = HEAD + cells * EDGE + (cells - 1) * GAP + FOOT
    figure = Figure(figsize=(LEFT + columns * EDGE + 0.05, height))
    window, composite = common_window(examples.masks), composite_of(examples)
    grey = composite.mean(axis=-1)
    ends = contrast(grey, examples.masks)
    limits = None if target is None else contrast(target.images, examples.masks)
    signed = bool((maps < 0).any())
    for i in range(cells):
        top = height - HEAD - i * (EDGE + GAP)
        tiles = [tile(figure, LEFT + k * EDGE, top, EDGE) for k in range(columns)]
        show(tiles[0], composite[i], 0, 1)
        if target is not None:
            show(tiles[1], target.images[i], *limits)
        mask, scores = examples.masks[i], np.where(examples.masks[i], maps[i], 0)
        full = overlays.full_opacity(scores, mask)
        overlays.show_overlay(tiles[-1], grey[i], ends, scores, full, signed=signed)
        for axes in tiles:
            outline(axes, mask, style.GREY)
            show_window(axes, window)
        scale_bar(tiles[0], window, pixel_size, points=7.5)
        describe(figure, examples, i, top, factor=factor)
        if i == 0:
            _head(tiles, examples.channels, target)
    overlays.draw_key(figure, LEFT + columns * EDGE - overlays.KEY, 0.22, signed=signed)
    style.headline(figure, worded(TITLE))
    return figure


def composite_of(examples: Examples) -> np.ndarray:
    """Return the channels laid over each other in their colours, (n, S, S, 3) from 0 to 1."""
    n, rows, columns, channels = examples.images.shape
    colours = COMPOSITE if channels > 1 else ((1.0, 1.0, 1.0),)
    mixed = np.zeros((n, rows, columns, 3))
    for k, colour in zip(range(channels), colours, strict=False):
        low, high = contrast(examples.images[..., k], examples.masks)
        level = np.clip((examples.images[..., k] - low) / (high - low), 0, 1)
        mixed += level[..., None] * np.array(colour)
    return np.clip(mixed, 0, 1)


def _head(tiles: list[Axes], channels: list[str], target: Target | None) -> None:
    """Write over the first row what its columns show, the channels in their colours."""
    names, points = fitted(channels, 1.15 * EDGE)
    colours = COMPOSITE if len(channels) > 1 else (to_rgb(style.INK),)
    for k, (name, colour) in enumerate(zip(names, colours, strict=False)):
        up = 3 + 72 * LINE * (len(channels) - 1 - k)
        dark = [DARKER * part for part in colour]
        _above(tiles[0], name, up, color=dark, fontweight="bold", fontsize=points)
    if target is not None:
        _above(tiles[1], "target", 3 + 72 * LINE, fontsize=8)
        (name,), _ = fitted([target.name], EDGE)
        _above(tiles[1], name, 3, fontsize=7, fontweight="bold")
    _above(tiles[-1], f"map, over\nthe {spoken().example}", 3, fontsize=8)


def _above(axes: Axes, text: str, up: float, **look: object) -> None:
    axes.annotate(
        text,
        (0.5, 1),
        xycoords="axes fraction",
        xytext=(0, up),
        textcoords="offset points",
        ha="center",
        va="bottom",
        **look,
    )
