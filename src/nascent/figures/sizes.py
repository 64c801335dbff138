"""Sizes of the cells: area and size ratio, by cell cycle where it is known."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nascent.examples import GROUP
from nascent.figures import style
from nascent.figures.facts import Facts, counted, note
from nascent.words import spoken


@style.look()
def draw(
    cells: pd.DataFrame, *, size: int, factor: str = "", pixel_size: float | None = None
) -> Figure:
    """Draw histograms of area and size ratio.

    Parameters
    ----------
    cells
        The cell table: columns `area` (px), `size_ratio`, `oversize`, and the factor, which may be
        missing or empty: that leaves one histogram of all.
    size
        Crop size S in pixels.
    factor
        Column of which each level has its histogram.
    pixel_size
        Edge of a pixel in µm; None where it is not known: areas are then in pixels.
    """
    figure = Figure(figsize=(style.WIDTH, 2.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    if cells.empty:
        style.say(left, f"There are no {spoken().examples} to show.")
        right.set_axis_off()
        return figure
    groups = by_factor(cells, factor)
    palette = style.colours(
        list(groups), {**style.CYCLE, f"all {spoken().examples}": style.SERIES[0]}
    )
    scale = 1.0 if pixel_size is None else pixel_size**2
    areas = {name: scale * group["area"] for name, group in groups.items()}
    _histograms(left, areas, palette)
    left.set_xlabel("area (µm²)" if pixel_size else f"area (measured {spoken().places})")
    left.set_title("Area")
    left.xaxis.set_major_locator(MaxNLocator(5))
    left.xaxis.set_major_formatter(lambda value, _: style.thousands(value))
    _histograms(right, {name: group["size_ratio"] for name, group in groups.items()}, palette)
    right.set_xlabel(f"size ratio (1 = reaches the border of the {size} px crop)")
    right.set_title("Size ratio")
    right.set_xlim(right=max(1.0, right.get_xlim()[1]) + 0.005)
    large = int(cells["oversize"].fillna(False).astype(bool).sum()) if "oversize" in cells else 0
    if large:
        right.set_title(
            f"{style.thousands(large)} larger than the crop",
            loc="right",
            fontsize=7,
            fontweight="normal",
            color=style.SERIES[1],
        )
    handles, names = left.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=len(names))
    of_groups = cells[GROUP].nunique() if GROUP in cells else None
    note(figure, Facts(n=counted(len(cells), of_groups)))
    return figure


def by_factor(cells: pd.DataFrame, factor: str) -> dict[str, pd.DataFrame]:
    """Return the examples of each level of a factor, or all in one where none is known."""
    if not style.is_known(cells, factor):
        return {f"all {spoken().examples}": cells}
    level = style.labels(cells[factor])
    names = style.levels(cells[factor], list(style.CYCLE))
    return {name: cells[level == name] for name in names}


def _histograms(axes: Axes, series: dict[str, pd.Series], palette: dict[str, str]) -> None:
    pooled = np.concatenate([values.to_numpy(dtype=float) for values in series.values()])
    edges = np.histogram_bin_edges(pooled, bins=bin_count(len(pooled)))
    for name, values in series.items():
        counts, _ = np.histogram(values, edges)
        label = f"{name} (n = {style.thousands(len(values))})"
        axes.stairs(counts, edges, fill=True, color=palette[name], alpha=0.18, lw=0)
        axes.stairs(counts, edges, color=palette[name], lw=1.2, label=label)
    axes.set_ylabel(spoken().examples)
    axes.set_ylim(bottom=0)


def bin_count(cells: int) -> int:
    """Return how many bins suit so many cells: 2 n^(1/3) (Rice), 8 to 60."""
    return int(np.clip(2 * cells ** (1 / 3), 8, 60))
