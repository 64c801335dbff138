"""The candidates of a search over hyperparameters, best first."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.figures import rows, style, words
from nascent.figures.facts import Facts, note
from nascent.task import REGRESSION, task_of
from nascent.tune.choice import own_columns
from nascent.words import spoken

KEY_WIDTH = 0.95  # inches a key
MISSING = "–"
AXIS_LETTERS = 38  # of a line below the narrowest panel
CHOSEN = style.SPLITS["val"]


@style.look()
def draw(candidates: pd.DataFrame, *, error: str, task: str = REGRESSION) -> Figure:
    """Draw each candidate as a row: its options in words, and its error as a point.

    Rows are sorted by the error, the best on top; the chosen one is ringed. A candidate without
    one (its loss was no number) keeps its row, last.

    Parameters
    ----------
    candidates
        As of `nascent.tune.choice.choose`: columns `candidate`, one a searched key, `val_<metric>`
        of the metric that the task follows, `epoch` (the one chosen), `chosen` (bool).
    error
        What that metric is, with its unit, for the axis.
    task
        Name of what is predicted.
    """
    if candidates.empty:
        return rows.nothing("No candidate was trained.")
    measured = task_of(task)
    metric = f"val_{measured.learning}"
    table = candidates.sort_values(metric, kind="stable", na_position="last")
    total = len(table)
    kept = table.head(style.MOST_LEVELS)
    table = pd.concat([kept, table[table["chosen"].astype(bool)]]).drop_duplicates("candidate")
    keys = [name for name in table.columns if name not in own_columns(task)]
    n = len(table)
    figure = Figure(figsize=(style.WIDTH, 0.2 * n + 1.05), layout="constrained")
    left = min(KEY_WIDTH * (len(keys) + 1), 0.62 * style.WIDTH)
    options, axes = figure.subplots(1, 2, sharey=True, width_ratios=[left, style.WIDTH - left])
    chosen = table["chosen"].astype(bool).to_numpy()
    span = rows.limits(measured.metric(measured.learning), table[metric], [])
    for i, (value, best) in enumerate(zip(table[metric], chosen, strict=True)):
        rows.point(
            axes,
            value,
            i,
            span,
            style.Mark(size=6.5, face=CHOSEN) if best else style.Mark(style.GREY, size=4),
            gid="chosen" if best else "candidate",
        )
        if best:
            for panel in (options, axes):
                panel.axhspan(i - 0.5, i + 0.5, color=style.INKS["chosen"], lw=0, zorder=0)
    _options(options, table, keys, chosen)
    axes.set_xlim(span)
    axes.set_ylim(n - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.grid(axis="x")
    axes.set_xlabel(f"{fill(error, AXIS_LETTERS)}\nlower is better")
    shown = f"{n} of {total} candidates" if n < total else words.count(total, "candidate")
    axes.set_title(shown, loc="right", fontsize=7, fontweight="normal")
    judged = f"judged on the validation {spoken().examples}"
    note(figure, Facts(n=words.count(total, "candidate"), more=judged))
    return figure


def _options(axes: Axes, table: pd.DataFrame, keys: list[str], chosen: np.ndarray) -> None:
    axes.set_axis_off()
    heads = ["", *(name.rpartition(".")[2] for name in keys), "epoch"]
    columns = [table["candidate"], *(table[name] for name in keys), table["epoch"]]
    told = [[_told(value) for value in column] for column in columns]
    # Columns as wide as their longest entry, and two letters between.
    widths = [max(map(len, [head, *cells])) + 2 for head, cells in zip(heads, told, strict=True)]
    starts = np.cumsum([0, *widths[:-1]]) / sum(widths)
    for x, head, cells in zip(starts, heads, told, strict=True):
        axes.annotate(
            head,
            (x, 1),
            xycoords="axes fraction",
            xytext=(0, 3),
            textcoords="offset points",
            fontsize=7,
            fontweight="bold",
        )
        for i, (words_, best) in enumerate(zip(cells, chosen, strict=True)):
            axes.text(
                x,
                i,
                words_,
                fontsize=7,
                va="center",
                fontweight="bold" if best else "normal",
                transform=axes.get_yaxis_transform(),
            )


def _told(value: object) -> str:
    if value is None or value != value:
        return MISSING
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
