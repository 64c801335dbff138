"""The skill that trained models lose without what a channel tells: all, intensity, structure."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from nascent.explain.use.changes import INTENSITY, PERMUTED, STRUCTURE
from nascent.explain.use.loss import CHANNEL, EACH, GROUP, USED
from nascent.figures import rows, style, words
from nascent.figures.facts import Facts, counted, note
from nascent.task import REGRESSION, task_of
from nascent.words import worded

PANELS: Mapping[str, tuple[str, str]] = {  # title, colour
    PERMUTED: ("all it tells", style.INK),
    INTENSITY: ("its intensity", style.HUES["vermilion"]),
    STRUCTURE: ("its structure", style.HUES["blue"]),
}
INPUT = "input"
"""Kind of a row that names an input."""
UNSURE = style.Mark(style.GREY, size=4.2, face=style.HOLLOW)
WIDTH = 5.2  # inches: on the report's first screen it stands beside others
ROW = 0.19
NOTHING = "No network was trained, or there are fewer than two test {examples}."
LEAST_WIDTH = 0.05  # of an axis, skill: smaller changes are no story
MOST_MODELS = 12


@style.look()
def draw(table: pd.DataFrame, *, confidence: float, task: str = REGRESSION) -> Figure:
    """Draw skill lost by channel, the most used on top: three panels a model, the best model first.

    A model whose skill is not above 0 has none to lose, and is named below.

    A point is the mean over seeds, filled where the model is shown to use the channel, with its
    interval over cells (thick) and over groups (thin); an interval that leaves the panel is cut.
    Channels of several inputs stand input by input.
    Groups of channels that repeat each other stand below a line, changed together; the diamond is
    the sum of what their channels cost one at a time.

    Parameters
    ----------
    table
        `explain/use.tsv`. Of more than `MOST_MODELS` models those of the highest skill are drawn.
    confidence
        Of the intervals.
    task
        Name of what is predicted; it says what its skill is called.
    """
    skill = task_of(task).skill
    table = table[(table["seed"].astype(str) == EACH) & table["use"].notna()]
    models = _best(table)
    if not models:
        return _nothing(worded(NOTHING))
    parts = {model: table[table["model"] == model] for model in models}
    shown = [model for model in models if parts[model]["skill"].iloc[0] > 0]
    left_out = [
        _named(model, parts[model].iloc[0], skill) for model in models if model not in shown
    ]
    if not shown:
        return _nothing(f"No model has skill to lose: {', '.join(left_out)}.")
    # Of inputs that are no images nothing has intensity or structure.
    panels = {change: PANELS[change] for change in PANELS if (table["change"] == change).any()}
    orders = {model: order(parts[model]) for model in shown}
    heights = [ROW * (len(orders[model]) + 4.4) for model in shown]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.5), layout="constrained")
    fields = np.atleast_1d(figure.subfigures(len(shown), 1, height_ratios=heights))
    for field, model in zip(fields, shown, strict=True):
        part, found = parts[model], orders[model]
        span = _span(part)
        line = np.atleast_1d(field.subplots(1, len(panels), sharey=True))
        for axes, (change, (title, colour)) in zip(line, panels.items(), strict=True):
            _panel(axes, part[part["change"] == change], found, span, colour)
            axes.set_title(worded(title), fontsize=8, fontweight="normal", pad=2)
            axes.xaxis.set_major_locator(MaxNLocator(3))
        line[0].set_yticks(range(len(found)), [name for _, name in found])
        for (kind, _), label in zip(found, line[0].get_yticklabels(), strict=True):
            if kind == INPUT:
                label.set_fontweight("bold")
        field.suptitle(_named(model, part.iloc[0], skill), fontweight="bold", fontsize=8)
        field.supxlabel(f"{skill} lost without it", fontsize=8)
    _legend(figure, any(kind == GROUP for found in orders.values() for kind, _ in found))
    first = parts[shown[0]].iloc[0]
    note(
        figure,
        Facts(
            n=counted(int(first["cells"]), int(first["groups"]), "test"),
            intervals=rows.intervals_told(confidence),
            more=f"left out, without skill to lose: {', '.join(left_out)}" if left_out else "",
        ),
    )
    return figure


def order(part: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the rows of a model: its channels, then its groups, each the most used first.

    Of several inputs the channels stand input by input, below a row with the input's name.
    """
    whole = part[part["change"] == PERMUTED].sort_values("use", ascending=False, kind="stable")
    single, groups = (whole[whole["unit"] == kind] for kind in (CHANNEL, GROUP))
    inputs = part["input"].unique()
    found = []
    for name in inputs:
        found += [(INPUT, str(name))] if len(inputs) > 1 else []
        found += [(CHANNEL, channel) for channel in single.loc[single["input"] == name, "channel"]]
    return [*found, *((GROUP, group) for group in groups["channel"])]


def _named(model: str, row: pd.Series, skill: str) -> str:
    return f"{model} ({skill} {words.short(row['skill'])})"


def _nothing(sentence: str) -> Figure:
    figure = Figure(figsize=(WIDTH, 1.5), layout="constrained")
    style.say(figure.subplots(), sentence)
    return figure


def _best(table: pd.DataFrame) -> list[str]:
    models = table.groupby("model", sort=False)["skill"].first()
    return list(models.sort_values(ascending=False, kind="stable").index[:MOST_MODELS])


def _span(part: pd.DataFrame) -> tuple[float, float]:
    """Return the limits of a model's panels: points and intervals over cells lie within."""
    shown = part[part["change"].isin(PANELS)]
    ends = shown[["use", "low", "high", "members_sum"]].to_numpy(float)
    ends = ends[np.isfinite(ends)]
    low, high = min(ends.min(), 0.0), max(ends.max(), LEAST_WIDTH)
    room = 0.06 * (high - low)
    return low - room, high + room


def _panel(
    axes: Axes,
    part: pd.DataFrame,
    found: list[tuple[str, str]],
    span: tuple[float, float],
    colour: str,
) -> None:
    at = {unit: y for y, unit in enumerate(found)}
    for y in range(0, len(found), 2):
        axes.axhspan(y - 0.5, y + 0.5, color=style.STRIPE, lw=0, zorder=0)
    singles = sum(kind != GROUP for kind, _ in found)
    if singles < len(found):
        axes.axhline(singles - 0.5, color=style.GREY, lw=0.7, zorder=1)
    axes.axvline(0, color=style.INK, lw=0.7, zorder=1)
    for row in part.to_dict("records"):
        unit = row["unit"], row["channel"]
        told = row["verdict"] == USED
        rows.point(
            axes,
            row["use"],
            at[unit],
            span,
            style.Mark(colour, size=4.2) if told else UNSURE,
            cells=(row["low"], row["high"]),
            groups=(row["low_groups"], row["high_groups"]),
            gid=f"{row['model']}/{row['channel']}/{row['change']}",
        )
        if np.isfinite(row["members_sum"]):
            axes.plot(
                [row["members_sum"]], [at[unit]], "D", ms=3.4, mfc="white", mec=colour, zorder=2.5
            )
    axes.set_xlim(span)
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _legend(figure: Figure, grouped: bool) -> None:
    ink, grey = style.INK, style.GREY
    dot = {"marker": "o", "ls": "none", "ms": 4.2}
    keys = [
        Line2D([], [], color=ink, label="used", **dot),
        Line2D([], [], color=grey, mfc="white", label="not shown to be used", **dot),
    ]
    if grouped:
        keys.append(
            Line2D([], [], color=ink, marker="D", mfc="white", ls="none", ms=3.4,
                   label="sum, one at a time")
        )  # fmt: skip
    figure.legend(handles=keys, loc="outside upper center", ncols=len(keys))
