"""What orders of removal gain over chance: all explanations, and the curves of one."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.explain.removal.deletion import (
    ATTRIBUTION,
    DELETION,
    ENTRIES,
    INSERTION,
    PIXELS,
    RANDOM,
)
from nascent.explain.removal.table import CHANGE
from nascent.explain.statistics.image_nulls import BRIGHTNESS
from nascent.figures import explained_rows, rows, style, words
from nascent.figures.facts import Facts, counted, most, note
from nascent.words import spoken

GAIN = "gain_over_random"
BEATS = f"beats {RANDOM}"
UNITS = (PIXELS, ENTRIES)
REPLACEMENTS: Mapping[str, str] = {  # colour
    "mean": style.HUES["blue"],
    "baseline": style.HUES["vermilion"],
}
OVER = "gain_over_"
AGAINST: Mapping[str, str] = {RANDOM: "random", BRIGHTNESS: "brightest"}
HEAD = 27  # points between a panel and its head: two lines of what is said of it
ORDERS: Mapping[str, tuple[str, str, float]] = {  # colour, words, width
    RANDOM: (style.GREY, "at random", 1.2),
    BRIGHTNESS: (style.HUES["blue"], "brightest first", 1.2),
    ATTRIBUTION: (style.HUES["vermilion"], "by the map", 1.6),
}
CURVES = (DELETION, INSERTION)
OFFSETS = (-0.17, 0.17)
BRIGHTNESS_ROW = "(brightest first)"


@style.look()
def draw(
    table: pd.DataFrame,
    *,
    label: str,
    confidence: float,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> Figure:
    """Draw what each explanation gains over a random order, by deletion and by insertion.

    A row of panels is of one unit that is removed, whole pixels or those of single channels. The
    colour is what replaces them; a filled point beats the random order.

    Parameters
    ----------
    table
        `explain/removal.tsv`: `model, seed, method` and the columns of
        `nascent.explain.removal.table.REMOVAL`.
    label
        The target in words with its unit.
    confidence
        Of the intervals.
    methods
        `attribute.methods` of the config: name → options, with `method`, for their words.
    """
    gains = _gains(table)
    if gains.empty:
        return rows.nothing(f"No map orders {spoken().places}.")
    units = [unit for unit in UNITS if (gains["unit"] == unit).any()]
    at = {
        unit: explained_rows.places(zip(own["model"], own["method"], strict=True))
        for unit, own in gains.groupby("unit")
    }
    heights = [explained_rows.height(at[unit]) + 0.35 for unit in units]
    figure = Figure(figsize=(style.WIDTH, sum(heights) + 0.85), layout="constrained")
    grid = figure.subplots(
        len(units), 2, sharex="col", sharey="row", squeeze=False, height_ratios=heights
    )
    for panels, unit in zip(grid, units, strict=True):
        for axes, curve in zip(panels, CURVES, strict=True):
            axes.axvline(0, color=style.INK, lw=0.9, ls=rows.RULE, zorder=1)
            shown = gains[(gains["curve"] == curve) & (gains["unit"] == unit)]
            for _, row in shown.iterrows():
                kind = list(REPLACEMENTS).index(row["replace"])
                explained_rows.point(
                    axes,
                    row,
                    at[unit][row["model"], row["method"]] + OFFSETS[kind],
                    mark=style.Mark(
                        REPLACEMENTS[row["replace"]],
                        face=None if row["verdict"] == BEATS else style.HOLLOW,
                    ),
                    gid=f"{row['model']}/{row['method']}/{curve}/{unit}/{row['replace']}",
                )
            axes.set_title(f"{curve.capitalize()} of {_unit(unit)}", fontsize=8)
            explained_rows.frame(axes, at[unit], named=curve == CURVES[0], methods=methods)
    for axes in grid[-1]:
        axes.set_xlabel(f"gain over a random order {words.unit(label)}".strip())
    figure.legend(handles=_keys(), loc="outside upper center", ncols=4)
    note(
        figure,
        Facts(
            n=counted(most(gains["cells"]), most(table["groups"])),
            intervals=rows.intervals_told(confidence),
        ),
    )
    return figure


def _gains(table: pd.DataFrame) -> pd.DataFrame:
    """Return the gains over random of all explanations, and of brightness once a model."""
    gains = table[table["measure"] == GAIN].dropna(subset=["mean"])
    # The brightest pixels are the same whatever the map: one row a model says it all.
    bright = gains[gains["order"] == BRIGHTNESS].assign(method=BRIGHTNESS_ROW)
    bright = bright.drop_duplicates(["model", "seed", "unit", "replace", "curve"])
    own = gains[gains["order"] == ATTRIBUTION]
    keys = ["model", "method", "unit", "replace", "curve"]
    parts = []
    for model in own["model"].unique():
        of_model = [part[part["model"] == model] for part in (own, bright)]
        parts += [explained_rows.over_seeds(part, keys) for part in of_model]
    return pd.concat(parts) if parts else own


def _unit(unit: str) -> str:
    words = spoken()
    known = {
        PIXELS: f"whole {words.places}",
        ENTRIES: f"{words.places} of single {words.features}",
    }
    return known[unit]


def _replacement(name: str) -> str:
    words = spoken()
    known = {"mean": f"the {words.example}'s {words.feature} mean", "baseline": "the baseline"}
    return known[name]


def _keys() -> list[Line2D]:
    keys = [
        Line2D(
            [], [], color=colour, marker="o", ls="none", label=f"replaced by {_replacement(name)}"
        )
        for name, colour in REPLACEMENTS.items()
    ]
    dot = {"color": style.INK, "marker": "o", "ls": "none"}
    return [
        *keys,
        Line2D([], [], **dot, label="beats a random order"),
        Line2D([], [], **dot, mfc=style.HOLLOW, label="does not, or cannot tell"),
    ]


@style.look()
def draw_curves(table: pd.DataFrame, *, label: str, confidence: float) -> Figure:
    """Draw the curves of one explanation beside those of chance and of plain brightness.

    Parameters
    ----------
    table
        The rows of one model, seed and method, the columns of
        `nascent.explain.removal.table.REMOVAL`.
    label
        The target in words with its unit.
    confidence
        Of the intervals, for the legend.
    """
    changes = table[table["measure"] == CHANGE]
    units = [unit for unit in UNITS if (changes["unit"] == unit).any()]
    if not units:
        return rows.nothing(f"These maps order no {spoken().places}.")
    columns = [(unit, curve) for unit in units for curve in CURVES]
    width = style.WIDTH * (1 if len(columns) > 2 else 0.62)
    figure = Figure(figsize=(width, 4.8), layout="constrained")
    panels = figure.subplots(len(REPLACEMENTS), len(columns), sharex=True, sharey=True)
    for line, replace in zip(panels, REPLACEMENTS, strict=True):
        for axes, (unit, curve) in zip(line, columns, strict=True):
            where = (table["unit"] == unit) & (table["curve"] == curve)
            where &= table["replace"] == replace
            _curves(axes, changes[where[changes.index]])
            _gained(axes, table[where & (table["order"] == ATTRIBUTION)])
            axes.grid(axis="y")
        line[0].set_ylabel(f"replaced by\n{_replacement(replace)}")
    for axes, (unit, curve) in zip(panels[0], columns, strict=True):
        axes.annotate(
            f"{curve.capitalize()}\n{_unit(unit)}",
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, HEAD),
            textcoords="offset points",
            fontsize=7.5,
            fontweight="bold",
        )
    panels[0, 0].set_xlim(0, 100)
    panels[0, 0].set_ylim(bottom=0)
    figure.supxlabel(
        f"share of the measured {spoken().places} removed, or given back (%)", fontsize=8
    )
    figure.supylabel(f"|change of the prediction| {words.unit(label)}".strip(), fontsize=8)
    keys = [
        Line2D([], [], color=colour, lw=line, label=name)
        for colour, name, line in reversed(ORDERS.values())
    ]
    keys.append(
        Line2D(
            [], [], color=style.PALE, lw=6, label=f"{100 * confidence:g} % over {spoken().examples}"
        )
    )
    figure.legend(handles=keys, loc="outside upper center", ncols=4)
    return figure


def _curves(axes: Axes, changes: pd.DataFrame) -> None:
    for order, (colour, _, line) in ORDERS.items():
        own = changes[changes["order"] == order].sort_values("fraction")
        x = 100 * own["fraction"].to_numpy(float)
        low, high = own["low"].to_numpy(float), own["high"].to_numpy(float)
        axes.fill_between(x, low, high, color=colour, alpha=0.18, lw=0, zorder=1)
        axes.plot(x, own["mean"], color=colour, lw=line, zorder=3, gid=order)


def _gained(axes: Axes, table: pd.DataFrame) -> None:
    """Say above a panel what the map gains over each other order."""
    gains = table[table["measure"].str.startswith(OVER)].set_index("measure")
    lines = []
    for measure, row in gains.iterrows():
        other = str(measure).removeprefix(OVER)
        if np.isfinite(row["mean"]):
            said = row["verdict"].replace(other, "it")
            lines.append(f"{AGAINST.get(other, other)}: {said}, {style.signed(row['mean'])}")
    axes.set_title(
        "\n".join(lines or ["all maps are zero"]),
        fontsize=7,
        fontweight="normal",
        color=style.SOFT,
        linespacing=1.3,
    )
