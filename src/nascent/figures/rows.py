"""Models and reference predictors as rows: points with two intervals, and limits that hold.

A network that diverged can have an error ten times that of the training mean, and a skill of −50.
It must neither squeeze all others into one point nor vanish: it stands at the frame as an arrow
with its number.
"""

from collections.abc import Iterable, Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.figures import style, words
from nascent.figures.facts import intervals_over
from nascent.figures.metrics import axis_name
from nascent.metric import Metric
from nascent.plain_words import reference_words
from nascent.task import task_of
from nascent.words import spoken

FLOOR_STEP = 0.72  # height of a floor's row, in rows of models
LEAST_SKILL = -0.5  # worse is an arrow: the mean of the examples themselves has 0
MOST_ERROR = 1.25  # in units of the worst floor's error; more is an arrow
LEAST_WIDTH = 0.2  # of an axis: a share of an error; skills and shares themselves
ROW = 0.32  # inches
LETTERS = 30  # of a line of the name of a reference predictor
FLOOR_INK = style.SOFT
PLAIN = style.Mark()
RULE = (0, (4, 2))

Limits = tuple[float, float]


def places(models: Sequence[str], floors: Sequence[str]) -> dict[str, float]:
    """Return the height of each row, 0 on top, the floors closer together below a gap."""
    at = {name: float(i) for i, name in enumerate(models)}
    start = len(models) + (0.1 if models else 0.0)
    return at | {name: start + FLOOR_STEP * i for i, name in enumerate(floors)}


def height(models: Sequence[str], floors: Sequence[str]) -> float:
    """Return the height of the rows in inches."""
    return ROW * (len(models) + FLOOR_STEP * len(floors) + 0.3)


def names(
    models: Iterable[str], floors: Iterable[str], references: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return what rows are called: models by their names, reference predictors in words.

    Parameters
    ----------
    models, floors
        Names of the tables.
    references
        Words of reference predictors that the kind alone has.
    """
    told = {name: fill(reference_words(name, references), LETTERS) for name in floors}
    return {name: name for name in models} | told


def frame(
    axes: Axes,
    at: Mapping[str, float],
    floors: Sequence[str],
    named: Mapping[str, str] | None = None,
) -> None:
    """Name the rows, stripe the models' and set the limits, the first row on top.

    Parameters
    ----------
    axes
        To be framed.
    at
        Row → its height.
    floors
        Which of them are reference predictors.
    named
        What rows are called; their names where not given.
    """
    models = [name for name in at if name not in floors]
    for name in models[::2]:
        axes.axhspan(at[name] - 0.5, at[name] + 0.5, color=style.STRIPE, lw=0, zorder=0)
    if models and floors:
        axes.axhline(len(models) - 0.43, color=style.GREY, lw=0.6)
    axes.set_ylim(max(at.values()) + 0.5, -0.6)
    told = named or {}
    axes.set_yticks(list(at.values()), [told.get(name, name) for name in at])
    for tick, name in zip(axes.yaxis.get_major_ticks(), at, strict=True):
        tick.label1.set_color(FLOOR_INK if name in floors else style.INK)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def limits(metric: Metric, values: Iterable[float], floors: Iterable[float]) -> Limits:
    """Return the limits of an axis of a metric.

    Parameters
    ----------
    metric
        That is shown.
    values
        All that is to be drawn, interval ends and floors included; what is not finite is left out.
    floors
        Values of the floors: no axis of an error goes much beyond the worst of them.
    """
    known = np.array([value for value in values if np.isfinite(value)], float)
    if not len(known):
        return (0.0, 1.0)
    low, high = known.min(), known.max()
    if metric.is_skill:
        low, high = max(low, LEAST_SKILL), max(high, LEAST_SKILL + 0.1)
    elif metric.is_error:
        worst = [value for value in floors if np.isfinite(value)]
        reference = max(worst) if worst else 2 * low
        high = max(min(high, MOST_ERROR * reference), low)
    room = 0.05 * max(high - low, LEAST_WIDTH * (abs(high) if metric.is_error else 1))
    return (low - room, high + room)


def spread(table: pd.DataFrame, metric: Metric) -> Limits:
    """Return limits that hold all of a comparison: every model, floor and interval end in it."""
    name, ends = metric.name, ("low", "high", "low_groups", "high_groups")
    values = table[[name, *(f"{name}_{end}" for end in ends)]].to_numpy(float).ravel()
    return limits(metric, values, table.loc[table["floor"], name])


def point(
    axes: Axes,
    value: float,
    y: float,
    span: Limits,
    mark: style.Mark = PLAIN,
    *,
    cells: Limits = (np.nan, np.nan),
    groups: Limits = (np.nan, np.nan),
    gid: str | None = None,
) -> None:
    """Draw a value with its interval over cells (thick) and over groups (thin).

    Parameters
    ----------
    axes
        With its limits not yet, or already, set to `span`.
    value
        Where the point stands; nothing is drawn where it is not finite. Beyond `span` an arrow
        stands at the frame, with the number.
    y
        Height of the row.
    span
        Limits of the axis.
    mark, gid
        Of the point.
    cells, groups
        Ends of the intervals; not finite where there is none.
    """
    for ends, width in ((groups, 0.8), (cells, 2.4)):
        if np.isfinite(ends).all():
            axes.plot(ends, [y, y], color=mark.colour, lw=width, solid_capstyle="butt", zorder=2)
    if not np.isfinite(value):
        return
    if span[0] <= value <= span[1]:
        axes.plot([value], [y], ls="", **mark.options, mew=1.1, gid=gid, zorder=3)
        return
    left = value < span[0]
    edge = span[0] if left else span[1]
    arrow = {"marker": "<" if left else ">", "ms": mark.size, "color": mark.colour}
    axes.plot([edge], [y], ls="", **arrow, gid=gid, clip_on=False, zorder=3)
    axes.annotate(
        words.short(value),
        (edge, y),
        xytext=(6 if left else -6, 0),
        textcoords="offset points",
        ha="left" if left else "right",
        va="center",
        fontsize=7,
        color=style.INK,
    )


def seeds(axes: Axes, values: pd.Series, y: float, span: Limits, *, colour: str, gid: str) -> None:
    """Draw the single seeds as small points beside a row; those outside the frame are left out."""
    inside = values[values.between(*span)]
    axes.plot(
        inside, np.full(len(inside), y), "o", ms=2.4, color=colour, alpha=0.75, mew=0, gid=gid
    )


def measures(task: str) -> tuple[Metric, Metric]:
    """Return the two metrics that figures of models show, the primary one first."""
    measured = task_of(task)
    first, second = measured.compared[:2]
    return measured.metric(first), measured.metric(second)


def axis_label(metric: Metric, label: str) -> str:
    """Return the label of an axis of a metric: its name and unit, and which side is better."""
    side = "higher" if metric.higher else "lower"
    return f"{axis_name(metric, label)}\n{side} is better"


def intervals_told(confidence: float = 0.95) -> str:
    """Return in words what the two lines of a row are, for the line of facts."""
    over = f"{spoken().examples} (thick) and {spoken().groups} (thin)"
    return intervals_over(confidence, over)


def keys_of_intervals() -> list[Line2D]:
    """Return the legend's entries for the two intervals."""
    return [
        Line2D([], [], color=style.INK, lw=2.4, label=f"95 % over {spoken().examples}"),
        Line2D([], [], color=style.INK, lw=0.8, label=f"95 % over {spoken().groups}"),
    ]


def nothing(sentence: str) -> Figure:
    """Return a figure that says why there is nothing to show."""
    figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
    style.say(figure.subplots(), sentence)
    return figure
