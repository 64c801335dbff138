"""What a model loses that is retrained without the entries that a method ranks first."""

from collections.abc import Mapping
from textwrap import fill
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.evaluate.resampled import EACH
from nascent.explain.roar.curves import ALL, ATTRIBUTION, NONE, VERDICTS
from nascent.figures import evaluated, rows, style, words
from nascent.figures.facts import Facts, counted, most, note, percent
from nascent.plain_words import explanation_words, reference_words
from nascent.shards.removal import ENTRIES, RANDOM
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

COLOURS = {ATTRIBUTION: style.HUES["vermilion"], RANDOM: style.GREY}
MORE = next(iter(VERDICTS.values()))
COLUMNS = 3
LEAST = -0.35  # a skill below is at the frame: the mean of the cells themselves has 0


class Floor(NamedTuple):
    """A floor that needs no picture: its name and its skill on the same test cells."""

    name: str
    skill: float


def best_floor(
    comparison: pd.DataFrame, intervals: pd.DataFrame, *, target: str, design: str, task: str
) -> Floor | None:
    """Return the best floor of a target and design with its skill, or None.

    Parameters
    ----------
    comparison, intervals
        The tables of those names in `evaluate/`: which floor is best by the primary metric, and
        what its skill is.
    target, design
        Of the floor.
    task
        Name of what is predicted.
    """
    measured = task_of(task)
    chosen = evaluated.of_target(comparison, target)
    chosen = chosen[(chosen["design"] == design) & chosen["floor"].astype(bool)]
    if chosen.empty:
        return None
    how = {"ascending": measured.lower_is_better, "kind": "stable"}
    name = chosen.sort_values(measured.primary, **how)["model"].iloc[0]
    own = evaluated.of_target(intervals, target)
    own = own[(own["design"] == design) & (own["model"] == name) & (own["seed"] == EACH)]
    skill = own.loc[own["metric"] == measured.skill_metric, "value"]
    return Floor(str(name), float(skill.iloc[0])) if len(skill) else None


def draw_beside_floor(
    table: pd.DataFrame,
    comparison: pd.DataFrame,
    intervals: pd.DataFrame,
    *,
    target: str,
    design: str,
    confidence: float,
    task: str = REGRESSION,
    references: Mapping[str, str] | None = None,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> Figure:
    """Draw the retrained models beside the best floor of a target and design.

    Parameters
    ----------
    table
        As `draw` takes it.
    comparison, intervals, target, design
        Of the floor, see `best_floor`.
    confidence
        Of the intervals, for the legend.
    task
        Name of what is predicted.
    """
    floor = best_floor(comparison, intervals, target=target, design=design, task=task)
    if floor is not None:
        floor = floor._replace(name=reference_words(floor.name, references))
    return draw(table, floor=floor, confidence=confidence, task=task, methods=methods)


@style.look()
def draw(
    table: pd.DataFrame,
    *,
    floor: Floor | None,
    confidence: float,
    task: str = REGRESSION,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> Figure:
    """Draw a panel a model and method: skill of retrained models against the share removed.

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
    task
        Name of what is predicted, which says what the skill is called.
    methods
        `attribute.methods` of the config: name → options, with `method`, for their words.
    """
    pairs = list(dict.fromkeys(zip(table["model"], table["method"], strict=True)))
    if not pairs:
        return rows.nothing("No model was retrained.")
    several = len(set(table["method"]))
    # A row a model where its methods fit into one.
    columns = several if 1 < several <= COLUMNS else min(len(pairs), COLUMNS)
    lines = -(-len(pairs) // columns)
    width = style.WIDTH * (1.0 if columns > 1 else 0.62)
    figure = Figure(figsize=(width, 2.75 * lines + 0.55), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True).ravel()
    for axes in panels[len(pairs) :]:
        axes.set_axis_off()
    limits = _limits(table, floor)
    shares = pd.to_numeric(table["fraction"], errors="coerce")
    most_removed = 100 * float(shares.max()) or 100.0
    for place, (axes, (model, method)) in enumerate(zip(panels, pairs, strict=False)):
        own = table[(table["model"] == model) & (table["method"] == method)]
        seeds = list(own["seed"].astype(str).unique())
        shown = own[own["seed"].astype(str) == (EACH if EACH in seeds else seeds[0])]
        _levels(axes, floor, named=place % columns == columns - 1 or place == len(pairs) - 1)
        for order, colour in reversed(COLOURS.items()):
            _curve(axes, shown, order, colour, limits)
            if EACH in seeds:
                _dots(axes, own[own["seed"].astype(str) != EACH], order, colour)
        axes.set_title(f"{model}, {explanation_words(method, methods or {})}")
        _told(axes, shown, [seed for seed in seeds if seed != EACH])
        axes.set_ylim(limits)
        axes.set_xlim(-0.05 * most_removed, 1.08 * most_removed)
        axes.grid(axis="y")
        if place % columns == 0:
            axes.set_ylabel(f"{task_of(task).skill} of the test {spoken().examples}")
    ranked = spoken().places
    if (table["rank"] == ENTRIES).all():
        ranked += f" × {spoken().features}"
    figure.supxlabel(f"share of the measured {ranked} removed before training (%)", fontsize=8)
    keys = _keys(floor, several=(table["seed"].astype(str) == EACH).any())
    figure.legend(handles=keys, loc="outside upper center", ncols=3 if columns > 1 else 2)
    bands = f"bands: {percent(confidence)} intervals over {spoken().examples}"
    note(
        figure,
        Facts(
            n=counted(most(table["cells"]), most(table["groups"]), "test"),
            intervals=f"{bands}, whiskers over {spoken().groups}, and in brackets over"
            f" {spoken().examples}",
        ),
    )
    return figure


def _curve(
    axes: Axes, shown: pd.DataFrame, order: str, colour: str, limits: tuple[float, float]
) -> None:
    start = shown[shown["order"] == NONE]
    own = shown[(shown["order"] == order) & (shown["fraction"].astype(str) != ALL)]
    points = pd.concat([start, own])
    x = 100 * points["fraction"].astype(float).to_numpy()
    y = np.maximum(points["skill"].to_numpy(float), limits[0])
    axes.plot(x, y, color=colour, lw=1.4, gid=order, zorder=3)
    axes.fill_between(
        x,
        np.maximum(points["skill_low"].to_numpy(float), limits[0]),
        np.maximum(points["skill_high"].to_numpy(float), limits[0]),
        color=colour,
        alpha=0.18,
        lw=0,
        zorder=1,
    )
    groups = points[["skill_low_groups", "skill_high_groups"]].to_numpy(float)
    shift = 0.5 if order == ATTRIBUTION else -0.5
    inner = np.maximum(groups[1:], limits[0])
    axes.vlines(x[1:] + shift, inner[:, 0], inner[:, 1], color=colour, lw=0.8, zorder=2)
    more = (points["verdict"] == MORE).to_numpy()
    inside = points["skill"].to_numpy(float) >= limits[0]
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
    for left, value in zip(x[~inside], points["skill"][~inside], strict=True):
        axes.plot([left], limits[:1], "v", ms=5, color=colour, clip_on=False, zorder=4, gid="below")
        axes.annotate(
            words.short(value),
            (left, limits[0]),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=7,
        )
    axes.plot(x[:1], y[:1], "D", ms=4.6, color=style.INK, zorder=5, gid="whole")


def _dots(axes: Axes, seeds: pd.DataFrame, order: str, colour: str) -> None:
    own = seeds[(seeds["order"] == order) & (seeds["fraction"].astype(str) != ALL)]
    x = 100 * own["fraction"].astype(float).to_numpy()
    axes.plot(x, own["skill"], "o", ms=2.0, color=colour, alpha=0.6, mew=0, zorder=2, gid="seeds")


def _levels(axes: Axes, floor: Floor | None, *, named: bool) -> None:
    axes.axhline(0, color=style.INK, lw=0.6, zorder=0.5)
    if floor is None or not np.isfinite(floor.skill):
        return
    axes.axhline(floor.skill, color=style.GREY, lw=0.9, ls=rows.RULE, zorder=0.6, gid="floor")
    if named:
        axes.annotate(
            fill(floor.name, 16),
            (1, floor.skill),
            xycoords=("axes fraction", "data"),
            xytext=(2, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
            color=rows.FLOOR_INK,
        )


def _told(axes: Axes, shown: pd.DataFrame, seeds: list[str]) -> None:
    row = shown[(shown["order"] == ATTRIBUTION) & (shown["fraction"].astype(str) == ALL)].iloc[0]
    ends = words.interval(row["difference_low"], row["difference_high"])
    trained = words.count(len(seeds), "seed") if len(seeds) > 1 else f"seed {seeds[0]}"
    said = f"{row['verdict']}; {trained}"
    axes.text(
        0,
        1.005,
        f"{words.short(row['difference'])} against random {ends}\n{said}",
        transform=axes.transAxes,
        va="bottom",
        fontsize=7,
        gid="verdict",
    )
    # Room for the two lines between the title and the frame.
    axes.set_title(axes.get_title(loc="left"), pad=23)


def _limits(table: pd.DataFrame, floor: Floor | None) -> tuple[float, float]:
    ends = [f"skill_{end}" for end in ("low", "high", "low_groups", "high_groups")]
    known = table[["skill", *ends]].to_numpy(float).ravel()
    known = known[np.isfinite(known)]
    extra = [0.0, floor.skill] if floor is not None and np.isfinite(floor.skill) else [0.0]
    low, high = min([*known, *extra]), max([*known, *extra])
    low = max(low, LEAST)
    room = 0.06 * max(high - low, 0.1)
    return low - room, high + room


def _keys(floor: Floor | None, *, several: bool) -> list[Line2D]:
    by_map = {"color": COLOURS[ATTRIBUTION], "marker": "o", "ms": 4.6}
    keys = [
        Line2D([], [], **by_map, label="by the map: more than random"),
        Line2D([], [], **by_map, mfc="white", label="by the map: not so, or cannot tell"),
        Line2D([], [], color=COLOURS[RANDOM], marker="s", ms=3.8, label="at random"),
        Line2D([], [], marker="D", ls="none", ms=4.6, color=style.INK, label="nothing removed"),
    ]
    if several:
        keys.append(Line2D([], [], marker="o", ls="none", ms=2.0, color=style.INK, label="a seed"))
    if floor is not None:
        keys.append(Line2D([], [], color=style.GREY, ls=rows.RULE, label="best reference"))
    return keys
