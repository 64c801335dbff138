"""Tiles of an example, a column a channel: the channel, its score map, and one over the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from nascent.errors import AttributionError
from nascent.figures import style
from nascent.figures.crops import caption, known, outline, show
from nascent.figures.gather import Examples
from nascent.figures.palettes import ramps
from nascent.words import spoken

MAP_PERCENTILE = 99.5
TOP = 0.10  # share of a cell's measured pixel-channels that the overlay colours
UNSIGNED, SIGNED = (
    LinearSegmentedColormap.from_list(f"{kind} scores", next(iter(ramps(kind).values())))
    for kind in ("plain", "signed")
)
ROWS = ("channel", "map", "overlay")
LEFT, BOTTOM = 0.95, 0.5  # inches


@dataclass(frozen=True)
class Scored:
    """A cell's maps and how they are coloured.

    Attributes
    ----------
    scores : (S, S, k)
        Zero where not measured.
    scale : float
        Magnitude that has the full colour.
    threshold : float
        Magnitude above which the overlay is coloured.
    shares : (k,)
        Of the channels in the cell's map; NaN where there are none to tell.
    signed : bool
        Whether any map shown has negative scores.
    """

    scores: np.ndarray
    scale: float
    threshold: float
    shares: np.ndarray
    signed: bool


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


def coloured(
    scores: np.ndarray, mask: np.ndarray, shares: np.ndarray | None, *, signed: bool
) -> Scored:
    """Return the maps (S, S, k) of a cell with one scale and one threshold for all of them."""
    magnitude = np.abs(scores[mask])
    scale = float(np.percentile(magnitude, MAP_PERCENTILE)) if magnitude.size else 0.0
    return Scored(
        scores=np.where(mask[..., None], scores, 0),
        scale=scale or 1.0,
        threshold=top_threshold(scores, mask, TOP),
        shares=_absolute_shares(magnitude) if shares is None else shares,
        signed=signed,
    )


def tiles(figure: Figure, top: float, tile: float, columns: int) -> np.ndarray:
    """Return three rows of axes, edges and upper end in inches, right of the labels."""
    # Places in inches, so that the tiles of all cells are alike and stand in line.
    width, height = figure.get_size_inches()
    gap = 0.04
    grid = np.empty((3, columns), dtype=object)
    for row, column in np.ndindex(grid.shape):
        left, bottom = LEFT + column * tile, top - (row + 1) * tile
        grid[row, column] = figure.add_axes(
            (
                (left + gap / 2) / width,
                (bottom + gap / 2) / height,
                (tile - gap) / width,
                (tile - gap) / height,
            )
        )
    return grid


def draw_columns(
    grid: np.ndarray,
    examples: Examples,
    i: int,
    channels: Sequence[int],
    scored: Scored,
    limits: Sequence[tuple[float, float]],
    window: range,
) -> None:
    """Draw channel, map and overlay of some channels of cell `i`, and each one's share above.

    Parameters
    ----------
    grid
        Three rows of axes, a column a channel.
    channels
        Places of the channels among those of `examples`.
    limits
        Black and white of every channel of `examples`.
    window
        Rows and columns that are shown.
    """
    mask, colours = examples.masks[i], _colour_map(scored.signed)
    for column, channel in enumerate(channels):
        image, score = examples.images[i, ..., channel], scored.scores[..., channel]
        show(grid[0, column], image, *limits[channel])
        show(grid[1, column], score / scored.scale, -1 if scored.signed else 0, 1, colours)
        outline(grid[1, column], mask, style.GREY)
        show(grid[2, column], image, *limits[channel])
        _overlay(grid[2, column], score, scored)
        share = 100 * scored.shares[channel]
        if np.isfinite(share):
            grid[0, column].set_title(
                f"{share:.1f} %", fontsize=7, loc="center", pad=2, fontweight="normal"
            )
        for axes in grid[:, column]:
            axes.set_xlim(window.start - 0.5, window.stop - 0.5)
            axes.set_ylim(window.stop - 0.5, window.start - 0.5)


def name_rows(figure: Figure, top: float, tile: float) -> None:
    """Write beside three rows of tiles what they show."""
    width, height = figure.get_size_inches()
    for row, name in enumerate(ROWS):
        figure.text(
            (LEFT - 0.04) / width,
            (top - (row + 0.5) * tile) / height,
            name,
            rotation=90,
            ha="right",
            va="center",
            fontsize=6.5,
            color=style.SOFT,
        )


def describe(figure: Figure, examples: Examples, i: int, top: float, *, factor: str = "") -> None:
    """Write what is known of cell `i` at the left of its first row.

    That is its stratum, id, group, level of the factor, target and prediction.
    """
    width, height = figure.get_size_inches()
    example_id, cell = examples.cells.index[i], examples.cells.iloc[i]
    words = caption(example_id, cell, factor)
    if known(cell, "y_hat"):
        words += f"\nŷ = {cell['y_hat']:.4g}"
    upper = (top - 0.04) / height
    if known(cell, "stratum"):
        stratum = str(cell["stratum"])
        colour = style.STRATA.get(stratum, style.INK)
        figure.text(
            0.04 / width, upper, stratum, va="top", fontsize=8, fontweight="bold", color=colour
        )
        upper -= 0.16 / height
    figure.text(0.04 / width, upper, words, va="top", fontsize=6.5, linespacing=1.35)


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


def _overlay(axes: Axes, score: np.ndarray, scored: Scored) -> None:
    relative = score / scored.scale
    colours = _colour_map(scored.signed)(
        np.clip((relative + 1) / 2 if scored.signed else relative, 0, 1)
    )
    colours[..., 3] = np.where(np.abs(score) > scored.threshold, 0.85, 0.0)
    axes.imshow(colours, interpolation="nearest")


def _absolute_shares(magnitude: np.ndarray) -> np.ndarray:
    sums = magnitude.sum(axis=0, dtype=np.float64)
    return sums / sums.sum() if sums.any() else np.full(len(sums), np.nan)


def _colour_map(signed: bool) -> Colormap:
    return SIGNED if signed else UNSIGNED


def colour_key(figure: Figure, signed: bool) -> None:
    """Draw the colour scale of the maps at the foot of the figure."""
    width, height = figure.get_size_inches()
    long = min(2.4, 0.6 * width)
    axes = figure.add_axes(((width - long) / 2 / width, 0.34 / height, long / width, 0.09 / height))
    scale = ScalarMappable(Normalize(-1 if signed else 0, 1), _colour_map(signed))
    bar = figure.colorbar(scale, cax=axes, orientation="horizontal")
    bar.set_label(
        f"score, relative to the {spoken().example}'s 99.5th percentile", fontsize=7, labelpad=1
    )
    bar.ax.tick_params(labelsize=6.5, length=2, pad=1)
    bar.set_ticks([-1, 0, 1] if signed else [0, 0.5, 1])
    bar.outline.set_linewidth(0.5)
