"""How far every two explanations agree, and how far maps of different cells do."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from nascent.explain.agreement.table import LABELS, VERDICTS
from nascent.explain.reading.map_levels import CHANNELS, ENTRIES, PIXELS
from nascent.figures import rows, style, words
from nascent.figures.palettes import palette
from nascent.kind import capital
from nascent.words import spoken, worded

LEVELS = (ENTRIES, PIXELS, CHANNELS)
COLOURS = LinearSegmentedColormap.from_list("correlation", list(palette("correlation").values()))
NUMBERED = 14  # explanations; in smaller squares no number can be read
BESIDE = 7  # explanations; of more, panels stand below each other
NAMES, HEADS = 1.5, 1.25  # inches for names at the left and below

Name = tuple[str, int, str]


@style.look()
def draw(table: pd.DataFrame, *, confidence: float) -> Figure:
    """Draw a square for every two explanations, at each level.

    Above the diagonal stands the rank correlation of maps of the same cell, below it, and on it,
    that of maps of different cells: the null. A dot marks agreement that is not beyond the null.

    Parameters
    ----------
    table
        `explain/agreement.tsv`, the columns of `nascent.explain.agreement.table.AGREEMENT`.
    confidence
        Of the verdicts, for the caption below.
    """
    names = _names(table)
    levels = [level for level in LEVELS if (table["level"] == level).any()]
    if not levels:
        return rows.nothing("No maps were compared.")
    beside = len(names) <= BESIDE
    across, down = (len(levels), 1) if beside else (1, len(levels))
    side = (style.WIDTH - NAMES) / (across + 0.1) if beside else min(4.6, 0.3 * len(names) + 1)
    figure = Figure(
        figsize=(style.WIDTH, down * (side + 0.25) + HEADS + 0.55), layout="constrained"
    )
    panels = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, level in zip(panels, levels, strict=True):
        _square(axes, table[table["level"] == level], names)
        axes.set_title(capital(words.level(level)))
    scale = ScalarMappable(Normalize(-1, 1), COLOURS)
    bar = figure.colorbar(
        scale, ax=list(panels), orientation="horizontal", shrink=0.4, aspect=40, pad=0.02
    )
    bar.set_label(
        f"rank correlation: above the diagonal of maps of the same {spoken().example}, below and on"
        f" it of different {spoken().examples}\n(dot: not beyond different {spoken().examples} at"
        f" {100 * confidence:g} %)",
        fontsize=7,
    )
    bar.outline.set_visible(False)
    return figure


def _names(table: pd.DataFrame) -> list[Name]:
    """Return all explanations: by model, then method, then seed, in the order they come."""
    first = table[list(LABELS)].set_axis(list(LABELS), axis=1)
    other = table[[f"other_{name}" for name in LABELS]].set_axis(list(LABELS), axis=1)
    every = pd.concat([first, other]).drop_duplicates()
    place = {name: list(dict.fromkeys(every[name])) for name in ("model", "method")}
    return sorted(
        map(tuple, every.itertuples(index=False)),
        key=lambda name: (place["model"].index(name[0]), place["method"].index(name[2]), name[1]),
    )


def _square(axes: Axes, table: pd.DataFrame, names: Sequence[Name]) -> None:
    count = len(names)
    place = {name: number for number, name in enumerate(names)}
    values = np.full((count, count), np.nan)
    others = [f"other_{name}" for name in LABELS]
    open_pairs = []
    for _, row in table.iterrows():
        ends = sorted((place[tuple(row[list(LABELS)])], place[tuple(row[others])]))
        values[ends[1], ends[0]] = row["null"]
        if ends[0] != ends[1]:
            values[ends[0], ends[1]] = row["mean"]
            if row["verdict"] != worded(VERDICTS[1]):
                open_pairs.append(ends)
    axes.imshow(values, cmap=COLOURS, vmin=-1, vmax=1, interpolation="nearest", gid="correlations")
    if count <= NUMBERED:
        for (line, column), value in np.ndenumerate(values):
            if np.isfinite(value):
                axes.text(
                    column,
                    line,
                    f"{value:.2f}".replace("-", "\N{MINUS SIGN}").replace("0.", "."),
                    ha="center",
                    va="center",
                    fontsize=5.5 if count > BESIDE else 6.5,
                    color="white" if abs(value) > 0.7 else style.INK,
                )
    for line, column in open_pairs:
        axes.plot([column + 0.32], [line - 0.32], "o", ms=2.4, color=style.INK, mew=0, gid="open")
    _frame(axes, names)


def _frame(axes: Axes, names: Sequence[Name]) -> None:
    several = len({(model, method) for model, _, method in names}) < len(names)
    told = [
        f"{model}, {method}" + (f", seed {seed}" if several else "")
        for model, seed, method in names
    ]
    size = 7 if len(names) <= NUMBERED else 5.5
    axes.set_xticks(range(len(names)), told, rotation=90, fontsize=size)
    axes.set_yticks(range(len(names)), told, fontsize=size)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    edges = [
        number - 0.5 for number in range(1, len(names)) if names[number][0] != names[number - 1][0]
    ]
    for edge in edges:
        axes.axhline(edge, color="white", lw=2)
        axes.axvline(edge, color="white", lw=2)
    for number in range(len(names)):
        box = np.array([-0.5, 0.5]) + number
        axes.plot(box[[0, 1, 1, 0, 0]], box[[0, 0, 1, 1, 0]], color=style.GREY, lw=0.7)
