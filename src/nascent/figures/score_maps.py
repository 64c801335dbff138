"""Score maps: for example cells, each channel, where the model looked in it, and both."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure, SubFigure

from nascent.errors import AttributionError
from nascent.figures import style
from nascent.figures.crops import caption, contrast, known, outline, scale_bar, shortened, show
from nascent.figures.gather import Examples

MAP_PERCENTILE = 99.5
TOP = 0.10  # share of a cell's measured pixel-channels that the overlay colours
UNSIGNED = LinearSegmentedColormap.from_list("scores", ["#FFFFFF", "#FDBE85", "#E6550D", "#7F2704"])
SIGNED = LinearSegmentedColormap.from_list(
    "signed scores", ["#2166AC", "#92C5DE", "#FFFFFF", "#F4A582", "#B2182B"]
)
ROWS = ("channel", "map", "overlay")


@style.look()
def draw(examples: Examples, maps: np.ndarray, *, totals: Sequence[float] | None = None) -> Figure:
    """Draw three rows a cell — channel, score map, overlay — and one column a channel.

    Grey levels are common to a channel over the cells shown. A cell's maps share one colour scale
    up to the 99.5th percentile of their magnitude, so that brighter columns matter more; above
    each stands its share of the cell's whole score. The overlay colours the tenth of the cell's
    measured pixel-channels with the largest magnitude.

    Parameters
    ----------
    examples
        The cells, one of each group, and the top channels, images (n, S, S, k); `cells` may have
        `group`, `target`, `y_hat`.
    maps
        (n, S, S, k) attributions, in the channels' order.
    totals
        Each cell's sum of |score| over *all* channels, from which the shares follow; default the
        sum over the channels shown.

    Raises
    ------
    AttributionError
        Where maps and images differ in shape.
    """
    if maps.shape != examples.images.shape:
        raise AttributionError(
            f"the maps have shape {maps.shape}, the images {examples.images.shape}",
            mend="Read both for the same cells and channels.",
        )
    cells, columns = len(examples.cells), len(examples.channels)
    if cells == 0 or columns == 0:
        figure = Figure(figsize=(style.WIDTH, 1.5))
        style.say(figure.subplots(), "There are no score maps to show.")
        return figure
    tile = min((style.WIDTH - 1.05) / columns, 1.3)
    figure = Figure(figsize=(tile * columns + 1.05, (tile * 3 + 0.22) * cells + 0.75))
    figure.get_layout_engine().set(w_pad=0.012, h_pad=0.012, wspace=0, hspace=0)
    blocks = figure.subfigures(cells + 1, 1, height_ratios=[tile * 3 + 0.22] * cells + [0.45])
    limits = [contrast(examples.images[..., column], examples.masks) for column in range(columns)]
    signed = bool((maps < 0).any())
    for i, (cell_id, cell) in enumerate(examples.cells.iterrows()):
        grid = blocks[i].subplots(3, columns, squeeze=False)
        mask = examples.masks[i]
        total = totals[i] if totals is not None else float(np.abs(maps[i][mask]).sum())
        _cell(grid, examples, maps[i], i, limits, total, signed, tile)
        words = caption(cell_id, cell)
        if known(cell, "y_hat"):
            words += f"\nŷ = {cell['y_hat']:.4g}"
        if known(cell, "group"):
            words = f"{cell['group']}\n{words}"
        for row, name in enumerate(ROWS):
            grid[row, 0].set_ylabel(
                f"{words}\n" if row == 1 else name,
                rotation=0,
                ha="right",
                va="center",
                fontsize=6.5,
                labelpad=4,
            )
        if i == cells - 1:
            scale_bar(grid[0, 0], examples.images.shape[1])
    _key(blocks[-1], signed)
    return figure


def _cell(
    grid: np.ndarray,
    examples: Examples,
    scores: np.ndarray,
    i: int,
    limits: list[tuple[float, float]],
    total: float,
    signed: bool,
    tile: float,
) -> None:
    mask = examples.masks[i]
    magnitude = np.abs(scores[mask])
    scale = float(np.percentile(magnitude, MAP_PERCENTILE)) if magnitude.size else 0.0
    scale = scale or 1.0
    threshold = top_threshold(scores, mask, TOP)
    for column, channel in enumerate(examples.channels):
        image, score = examples.images[i, ..., column], np.where(mask, scores[..., column], 0)
        show(grid[0, column], image, *limits[column])
        show(grid[1, column], score / scale, -1 if signed else 0, 1, SIGNED if signed else UNSIGNED)
        outline(grid[1, column], mask, style.GREY)
        show(grid[2, column], image, *limits[column])
        _overlay(grid[2, column], score, threshold, scale, signed)
        share = 100 * np.abs(score).sum() / total if total > 0 else np.nan
        name = f"{shortened(channel, tile)}\n" if i == 0 else ""
        grid[0, column].set_title(
            f"{name}{share:.1f} %", fontsize=7, loc="center", pad=2, fontweight="normal"
        )


def top_threshold(scores: np.ndarray, mask: np.ndarray, share: float) -> float:
    """Return the magnitude above which `share` of the measured pixel-channels lie.

    Parameters
    ----------
    scores
        (S, S, k).
    mask
        (S, S), bool.
    share
        Between 0 and 1; pixels of all channels are ranked together.
    """
    magnitude = np.abs(scores[mask])
    return float(np.quantile(magnitude, 1 - share)) if magnitude.size else np.inf


def _overlay(axes: Axes, score: np.ndarray, threshold: float, scale: float, signed: bool) -> None:
    colours = _colour_map(signed)(
        np.clip((score / scale + 1) / 2 if signed else score / scale, 0, 1)
    )
    colours[..., 3] = np.where((np.abs(score) > threshold), 0.85, 0.0)
    axes.imshow(colours, interpolation="nearest")


def _colour_map(signed: bool) -> Colormap:
    return SIGNED if signed else UNSIGNED


def _key(strip: SubFigure, signed: bool) -> None:
    axes = strip.subplots(1, 3, width_ratios=[1, 1.2, 1])
    for side in (axes[0], axes[2]):
        side.set_axis_off()
    scale = ScalarMappable(Normalize(-1 if signed else 0, 1), _colour_map(signed))
    bar = strip.colorbar(scale, cax=axes[1], orientation="horizontal")
    bar.set_label("score, relative to the cell's 99.5th percentile", fontsize=7)
    bar.set_ticks([-1, 0, 1] if signed else [0, 0.5, 1])
    bar.outline.set_linewidth(0.5)
