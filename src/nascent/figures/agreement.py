"""How far every two explanations agree, and how far maps of different cells do."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from nascent.explain.agreement.table import LABELS, VERDICTS
from nascent.explain.reading.map_levels import CHANNELS, ENTRIES, PIXELS
from nascent.figures import rows, style, words
from nascent.figures.facts import Facts, counted, most, note, percent
from nascent.figures.palettes import palette
from nascent.kind import capital
from nascent.plain_words import explanation_words
from nascent.words import spoken, worded

LEVELS = (ENTRIES, PIXELS, CHANNELS)
COLOURS = LinearSegmentedColormap.from_list("correlation", list(palette("correlation").values()))
NUMBERED = 14  # explanations; in smaller squares no number can be read
BESIDE = 7  # explanations; of more, panels stand below each other
NAMES, HEADS = 1.4, 1.25  # inches for names at the left and below

Name = tuple[str, int, str]


@style.look()
def draw(
    table: pd.DataFrame,
    *,
    confidence: float,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> Figure:
    """Draw a square for every two explanations, at each level: agreement beyond chance.

    It is the rank correlation of their maps of the same cell less that of their maps of different
    cells, the null. Bold numbers are beyond 0, pale ones are not shown to be.

    Parameters
    ----------
    table
        `explain/agreement.tsv`, the columns of `nascent.explain.agreement.table.AGREEMENT`.
    confidence
        Of the verdicts.
    methods
        `attribute.methods` of the config: name → options, with `method`, for their words.
    """
    names = _names(table)
    levels = [level for level in LEVELS if (table["level"] == level).any()]
    if not levels:
        return rows.nothing("No maps were compared.")
    if len(names) < 2:
        return rows.nothing("There is one explanation: nothing to compare it with.")
    beside = len(names) <= BESIDE
    across, down = (len(levels), 1) if beside else (1, len(levels))
    side = (style.WIDTH - NAMES) / (across + 0.1) if beside else min(4.6, 0.3 * len(names) + 1)
    figure = Figure(
        figsize=(style.WIDTH, down * (side + 0.25) + HEADS + 0.75), layout="constrained"
    )
    panels = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, level in zip(panels, levels, strict=True):
        _square(axes, table[table["level"] == level], names, methods or {})
        axes.set_title(capital(words.level(level)))
    scale = ScalarMappable(Normalize(-1, 1), COLOURS)
    bar = figure.colorbar(
        scale, ax=list(panels), orientation="horizontal", shrink=0.4, aspect=40, pad=0.02
    )
    bar.set_label(
        f"rank correlation of two maps of the same {spoken().example},\n"
        f"less that of maps of different {spoken().examples}",
        fontsize=7.5,
    )
    bar.outline.set_visible(False)
    figure.suptitle(
        "Bold: the two explanations agree beyond chance; pale: not shown",
        fontsize=8,
        fontweight="bold",
    )
    note(
        figure,
        Facts(
            n=counted(most(table["cells"]), most(table["groups"])),
            intervals=f"bold: {percent(confidence)} intervals over {spoken().examples} and"
            f" {spoken().groups} are above 0",
        ),
    )
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


def _square(
    axes: Axes,
    table: pd.DataFrame,
    names: Sequence[Name],
    methods: Mapping[str, Mapping[str, object]],
) -> None:
    count = len(names)
    place = {name: number for number, name in enumerate(names)}
    values = np.full((count, count), np.nan)
    others = [f"other_{name}" for name in LABELS]
    beyond = set()
    for _, row in table.iterrows():
        first, second = sorted((place[tuple(row[list(LABELS)])], place[tuple(row[others])]))
        if first != second:
            values[second, first] = row["beyond"]
            if row["verdict"] == worded(VERDICTS[1]):
                beyond.add((second, first))
    # The first explanation has no row, and the last no column: each pair stands once.
    shown = values[1:, :-1]
    axes.imshow(shown, cmap=COLOURS, vmin=-1, vmax=1, interpolation="nearest", gid="beyond")
    if count <= NUMBERED:
        for (line, column), value in np.ndenumerate(shown):
            if np.isfinite(value):
                held = (line + 1, column) in beyond
                axes.text(
                    column,
                    line,
                    f"{value:.2f}".replace("-", "\N{MINUS SIGN}"),
                    ha="center",
                    va="center",
                    fontsize=7,
                    fontweight="bold" if held else "normal",
                    color=("white" if abs(value) > 0.7 else style.INK) if held else style.SOFT,
                    gid="held" if held else "open",
                )
    _frame(axes, names, methods)


def _frame(axes: Axes, names: Sequence[Name], methods: Mapping[str, Mapping[str, object]]) -> None:
    several = len({(model, method) for model, _, method in names}) < len(names)
    told = [
        f"{model},\n{explanation_words(method, methods)}" + (f", seed {seed}" if several else "")
        for model, seed, method in names
    ]
    size = 7 if len(names) <= NUMBERED else 5.5
    axes.set_xticks(range(len(names) - 1), told[:-1], rotation=90, fontsize=size)
    axes.set_yticks(range(len(names) - 1), told[1:], fontsize=size)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
