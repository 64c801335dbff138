"""Sample crops: a few cells in a few channels, with the outline of the mask."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.examples import GROUP
from nascent.figures import style, words
from nascent.figures.facts import Facts, counted, note
from nascent.figures.gather import Examples
from nascent.words import spoken

OUTLINE = style.HUES["sky"]


@style.look()
def draw(
    examples: Examples,
    *,
    target: str,
    left_out: Sequence[str] = (),
    factor: str = "",
    pixel_size: float | None = None,
) -> Figure:
    """Draw one row a cell and one column a channel, in grey, with the mask's outline.

    A channel's grey levels are common to its column: black is the 1st and white the 99.5th
    percentile of the measured pixels shown, so that cells can be compared within a column.

    Parameters
    ----------
    examples
        Cells and channels to show, raw counts; `cells` has `target`, and may have
        `group` and the factor.
    target
        Name of the target channel; its column, where shown, is marked.
    left_out
        Channels that are not shown; the line below names them.
    factor
        Column whose level stands beside each example.
    pixel_size
        Edge of a pixel, µm; None: not known.
    """
    rows, columns = len(examples.cells), len(examples.channels)
    if rows == 0 or columns == 0:
        figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
        style.say(figure.subplots(), f"There are no {spoken().examples} to show.")
        return figure
    tile = min((style.WIDTH - 0.95) / columns, 1.25)
    figure = Figure(figsize=(tile * columns + 0.95, tile * rows + 0.42), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.015, h_pad=0.015, wspace=0, hspace=0)
    grid = figure.subplots(rows, columns, squeeze=False)
    names, points = fitted(examples.channels, tile)
    for column, channel in enumerate(examples.channels):
        low, high = contrast(examples.images[..., column], examples.masks)
        for row in range(rows):
            axes = grid[row, column]
            show(axes, examples.images[row, ..., column], low, high)
            outline(axes, examples.masks[row])
        mark = "\n(target)" if channel == target else "\n" * (target in examples.channels)
        name = names[column]
        grid[0, column].set_title(
            name + mark,
            fontsize=points,
            loc="center",
            pad=2,
            color=style.SERIES[1] if channel == target else style.INK,
        )
    for row, (example_id, cell) in enumerate(examples.cells.iterrows()):
        grid[row, 0].set_ylabel(
            caption(example_id, cell, factor),
            rotation=0,
            ha="right",
            va="center",
            fontsize=7,
            labelpad=4,
        )
    scale_bar(grid[-1, 0], range(examples.images.shape[1]), pixel_size)
    more = f"grey: 1st to 99.5th percentile of the {spoken().places} shown of a {spoken().feature}"
    more += f"; not shown: {', '.join(left_out)}" if left_out else ""
    note(figure, Facts(n=f"{counted(rows)}, spread over the target", more=more))
    return figure


def contrast(image: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    """Return the 1st and 99.5th percentile of the measured pixels, apart by at least a hair."""
    measured = image[mask]
    if measured.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(measured, [1, 99.5])
    return float(low), float(max(high, low + 1e-6 * max(abs(low), 1)))


def show(axes: Axes, image: np.ndarray, low: float, high: float, cmap: str = "gray") -> None:
    """Show one image (S, S) without axes."""
    axes.imshow(image, cmap=cmap, vmin=low, vmax=high, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def outline(axes: Axes, mask: np.ndarray, colour: str = OUTLINE) -> None:
    """Draw the border of the measured pixels, half-way between the last one and its neighbour."""
    if mask.any():
        # A frame of zeros closes the outline of a cell that touches the border.
        framed = np.pad(mask.astype(float), 1)
        at = np.arange(-1, mask.shape[0] + 1)
        axes.contour(at, at, framed, levels=[0.5], colors=colour, linewidths=0.6)
        axes.set_xlim(-0.5, mask.shape[1] - 0.5)
        axes.set_ylim(mask.shape[0] - 0.5, -0.5)


def scale_bar(
    axes: Axes,
    window: range,
    pixel_size: float | None = None,
    *,
    colour: str = "white",
    points: float = 6,
) -> None:
    """Draw a bar of a round length, at most a third of `window`, in its lower left.

    Parameters
    ----------
    axes
        That show the window.
    window
        Rows and columns that are shown.
    pixel_size
        Edge of a pixel, µm; None: not known, and the bar is of pixels.
    colour, points
        Of the bar, and size of the letters over it.
    """
    edge, unit = (1.0, "px") if pixel_size is None else (pixel_size, "µm")
    length = round_length(len(window) / 3 * edge)
    left = window.start + 0.06 * len(window)
    bottom = window.start + 0.93 * len(window)
    ends = [left, left + length / edge]
    axes.plot(ends, [bottom] * 2, color=colour, lw=1.8, solid_capstyle="butt", gid="scale bar")
    axes.text(
        left,
        bottom - 0.03 * len(window),
        f"{length:g} {unit}",
        color=colour,
        fontsize=points,
        va="bottom",
    )


def round_length(length: float) -> float:
    """Return the largest of 1, 2, 5 × 10^k that is not above a positive length."""
    power = 10.0 ** np.floor(np.log10(length))
    # A length of 0.5 may be a hair less than 5 × 0.1.
    step = max(step for step in (1, 2, 5) if step * power <= length * (1 + 1e-9))
    return float(f"{step * power:.1g}")


def caption(example_id: int | str, cell: pd.Series, factor: str = "") -> str:
    """Return the label of an example: id, group, factor and target where known."""
    lines = [f"{example_id}"]
    place = [str(cell[key]) for key in (GROUP, factor) if known(cell, key)]
    if place:
        lines.append(", ".join(place))
    if known(cell, "target"):
        lines.append(f"measured {words.short(cell['target'])}")
    return "\n".join(lines)


def known(cell: pd.Series, key: str) -> bool:
    """Say whether a row has a value under `key`."""
    return key in cell and bool(pd.notna(cell[key]))


def fitted(names: Sequence[str], inches: float) -> tuple[list[str], float]:
    """Return names and one font size at which all fit over tiles `inches` wide.

    The size shrinks from 7 to 5 points; what is longer still loses its middle.
    """
    glyph = 0.66 / 72  # width of a bold letter at 1 point, in inches
    longest = max(map(len, names), default=1)
    size = float(np.clip(inches / (glyph * longest), 5, 7))
    room = max(int(inches / (glyph * size)), 6)
    return [
        name if len(name) <= room else f"{name[: room - 4]}…{name[-3:]}" for name in names
    ], size
