"""What a model loses that is retrained without the entries that a method ranks first."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.evaluate.resampled import EACH
from nascent.explain.roar.curves import ALL, ATTRIBUTION, NONE, VERDICTS
from nascent.figures import rows, style, words
from nascent.shards.removal import ENTRIES, RANDOM

COLOURS = {ATTRIBUTION: "#D55E00", RANDOM: style.GREY}
MORE = next(iter(VERDICTS.values()))
COLUMNS = 3
LEAST = -0.35  # R² below is at the frame: the mean of the cells themselves has 0


class Floor(NamedTuple):
    """A floor that needs no picture: its name and its R² on the same test cells."""

    name: str
    r2: float


def best_floor(comparison: pd.DataFrame, *, target: str, design: str) -> Floor | None:
    """Return the floor of least MAE of `comparison.tsv` for a target and design, or None."""
    chosen = comparison[
        (comparison["target"] == target)
        & (comparison["design"] == design)
        & comparison["floor"].astype(bool)
    ]
    if chosen.empty:
        return None
    best = chosen.loc[chosen["mae"].idxmin()]
    return Floor(str(best["model"]), float(best["r2"]))


def draw_beside_floor(
    table: pd.DataFrame, comparison: pd.DataFrame, *, target: str, design: str, confidence: float
) -> Figure:
    """Draw the retrained models beside the best floor of a target and design.

    Parameters
    ----------
    table
        As `draw` takes it.
    comparison
        `evaluate/comparison.tsv`.
    target, design
        Of the floor.
    confidence
        Of the intervals, for the legend.
    """
    floor = best_floor(comparison, target=target, design=design)
    return draw(table, floor=floor, confidence=confidence)


@style.look()
def draw(table: pd.DataFrame, *, floor: Floor | None, confidence: float) -> Figure:
    """Draw a panel a model and method: R² of retrained models against the share removed.

    Bands are intervals over cells, whiskers over groups. A filled point removes more than random.
    Where a model was retrained with several seeds, the curve is their mean and dots are the seeds.

    Parameters
    ----------
    table
        `explain/roar.tsv`, the columns of `nascent.explain.roar.curves.ROAR`.
    floor
        Drawn as a dashed line; None for none.
    confidence
        Of the intervals, for the legend.
    """
    pairs = list(dict.fromkeys(zip(table["model"], table["method"], strict=True)))
    if not pairs:
        return rows.nothing("No model was retrained.")
    methods = len(set(table["method"]))
    # A row a model where its methods fit into one.
    columns = methods if 1 < methods <= COLUMNS else min(len(pairs), COLUMNS)
    lines = -(-len(pairs) // columns)
    width = style.WIDTH * (1.0 if columns > 1 else 0.62)
    figure = Figure(figsize=(width, 2.75 * lines + 0.55), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True).ravel()
    for axes in panels[len(pairs) :]:
        axes.set_axis_off()
    limits = _limits(table, floor)
    for place, (axes, (model, method)) in enumerate(zip(panels, pairs, strict=False)):
        own = table[(table["model"] == model) & (table["method"] == method)]
        seeds = list(own["seed"].astype(str).unique())
        shown = own[own["seed"].astype(str) == (EACH if EACH in seeds else seeds[0])]
        _levels(axes, floor, named=place % columns == columns - 1 or place == len(pairs) - 1)
        for order, colour in reversed(COLOURS.items()):
            _curve(axes, shown, order, colour, limits)
            if EACH in seeds:
                _dots(axes, own[own["seed"].astype(str) != EACH], order, colour)
        axes.set_title(f"{model}, {method}")
        _told(axes, shown, [seed for seed in seeds if seed != EACH])
        axes.set_ylim(limits)
        axes.set_xlim(-3, 103)
        axes.grid(axis="y")
        if place % columns == 0:
            axes.set_ylabel("R² of the test cells")
    ranked = "pixels × channels" if (table["rank"] == ENTRIES).all() else "pixels"
    figure.supxlabel(f"share of the measured {ranked} removed before training (%)", fontsize=8)
    figure.legend(handles=_keys(confidence, floor), loc="outside upper center", ncols=3)
    return figure


def _curve(
    axes: Axes, shown: pd.DataFrame, order: str, colour: str, limits: tuple[float, float]
) -> None:
    start = shown[shown["order"] == NONE]
    own = shown[(shown["order"] == order) & (shown["fraction"].astype(str) != ALL)]
    points = pd.concat([start, own])
    x = 100 * points["fraction"].astype(float).to_numpy()
    y = np.maximum(points["r2"].to_numpy(float), limits[0])
    axes.plot(x, y, color=colour, lw=1.4, gid=order, zorder=3)
    axes.fill_between(
        x,
        np.maximum(points["r2_low"].to_numpy(float), limits[0]),
        np.maximum(points["r2_high"].to_numpy(float), limits[0]),
        color=colour,
        alpha=0.18,
        lw=0,
        zorder=1,
    )
    groups = points[["r2_low_groups", "r2_high_groups"]].to_numpy(float)
    shift = 0.5 if order == ATTRIBUTION else -0.5
    axes.vlines(x[1:] + shift, groups[1:, 0], groups[1:, 1], color=colour, lw=0.8, zorder=2)
    more = (points["verdict"] == MORE).to_numpy()
    inside = points["r2"].to_numpy(float) >= limits[0]
    for filled in (True, False):
        which = (more == filled) & (x > 0) & inside
        axes.plot(
            x[which],
            y[which],
            "o" if order == ATTRIBUTION else "s",
            ms=4.6 if order == ATTRIBUTION else 3.8,
            mfc=colour if filled or order != ATTRIBUTION else "white",
            mec=colour,
            mew=1.1,
            zorder=4,
            gid=f"{order} {'more' if filled else 'not'}",
        )
    for left, value in zip(x[~inside], points["r2"][~inside], strict=True):
        axes.plot([left], limits[:1], "v", ms=5, color=colour, clip_on=False, zorder=4, gid="below")
        axes.annotate(
            rows.short(value),
            (left, limits[0]),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=6.5,
        )
    axes.plot(x[:1], y[:1], "D", ms=4.6, color=style.INK, zorder=5, gid="whole")


def _dots(axes: Axes, seeds: pd.DataFrame, order: str, colour: str) -> None:
    own = seeds[(seeds["order"] == order) & (seeds["fraction"].astype(str) != ALL)]
    x = 100 * own["fraction"].astype(float).to_numpy()
    axes.plot(x, own["r2"], "o", ms=2.0, color=colour, alpha=0.6, mew=0, zorder=2, gid="seeds")


def _levels(axes: Axes, floor: Floor | None, *, named: bool) -> None:
    axes.axhline(0, color=style.INK, lw=0.6, zorder=0.5)
    if floor is None or not np.isfinite(floor.r2):
        return
    axes.axhline(floor.r2, color=style.GREY, lw=0.9, ls=rows.RULE, zorder=0.6, gid="floor")
    if named:
        axes.annotate(
            floor.name,
            (1, floor.r2),
            xycoords=("axes fraction", "data"),
            xytext=(2, 0),
            textcoords="offset points",
            va="center",
            fontsize=6.5,
            color=rows.FLOOR_INK,
        )


def _told(axes: Axes, shown: pd.DataFrame, seeds: list[str]) -> None:
    row = shown[(shown["order"] == ATTRIBUTION) & (shown["fraction"].astype(str) == ALL)].iloc[0]
    ends = rows.interval(row["difference_low"], row["difference_high"])
    trained = words.count(len(seeds), "seed") if len(seeds) > 1 else f"seed {seeds[0]}"
    axes.text(
        0,
        1.005,
        f"{rows.short(row['difference'])} against random {ends}\n{row['verdict']}; {trained},"
        f" n = {style.thousands(row['cells'])}",
        transform=axes.transAxes,
        va="bottom",
        fontsize=6.5,
        gid="verdict",
    )
    # Room for the two lines between the title and the frame.
    axes.set_title(axes.get_title(loc="left"), pad=23)


def _limits(table: pd.DataFrame, floor: Floor | None) -> tuple[float, float]:
    known = table[["r2", "r2_low", "r2_high"]].to_numpy(float).ravel()
    known = known[np.isfinite(known)]
    extra = [0.0, floor.r2] if floor is not None and np.isfinite(floor.r2) else [0.0]
    low, high = min([*known, *extra]), max([*known, *extra])
    low = max(low, LEAST)
    room = 0.06 * max(high - low, 0.1)
    return low - room, high + room


def _keys(confidence: float, floor: Floor | None) -> list[Line2D]:
    percent = f"{100 * confidence:g} %"
    by_map = {"color": COLOURS[ATTRIBUTION], "marker": "o", "ms": 4.6}
    keys = [
        Line2D([], [], **by_map, label="by the map: more than random"),
        Line2D([], [], **by_map, mfc="white", label="by the map: not so, or cannot tell"),
        Line2D([], [], color=COLOURS[RANDOM], marker="s", ms=3.8, label="at random"),
        Line2D([], [], color=style.INK, lw=5, alpha=0.2, label=f"{percent} over cells"),
        Line2D([], [], color=style.INK, lw=0.8, label=f"{percent} over wells"),
        Line2D([], [], marker="D", ls="none", ms=4.6, color=style.INK, label="nothing removed"),
    ]
    if floor is not None:
        keys.append(Line2D([], [], color=style.GREY, ls=rows.RULE, label="best floor"))
    return keys
