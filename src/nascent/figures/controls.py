"""What models lose when each cell is standardised, so that no intensity is left to read."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.evaluate.floors import LINEAR_PER_CELL, plainest
from nascent.figures import evaluated, rows, style
from nascent.figures.facts import Facts, counted, most, note, split_by
from nascent.kind import capital
from nascent.plain_words import reference_words
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

AS_TRAINED, PER_CELL = "as_trained", "per_cell"
A_RUN = "a seed or fold"
LOOKS: Mapping[str, tuple[str, str, float]] = {  # colour, marker, height in the row
    AS_TRAINED: (style.SPLITS["test"], "o", -0.16),
    PER_CELL: (style.TONES["plum"], "s", 0.16),
}


@style.look()
def draw(
    controls: pd.DataFrame,
    *,
    label: str,
    target: str = "target",
    design: str | None = None,
    task: str = REGRESSION,
    references: Mapping[str, str] | None = None,
) -> Figure:
    """Draw two metrics of each model as trained and on per-cell standardised test cells.

    They are the first two that the task compares: MAE and R² of numbers. Points are means over
    the runs (seeds and folds), small points the runs. Below the rule: a linear fit to the channel
    means of the standardised cells, which must stand at the level of the training mean (dashed; the
    mean over the same folds), or the standardisation has left intensity behind.

    Parameters
    ----------
    controls
        The table `controls.tsv`: columns `target, design, fold, split, model, seed, control` and
        the two metrics; with the plainest floor, for the level.
    label
        The target in words with its unit.
    target
        The predicted column that is shown.
    design
        The split design; default: the first of the table of controls.
    task
        Name of what is predicted.
    references
        Words of reference predictors that the kind alone has.
    """
    nothing = plainest(task)
    table = evaluated.of_target(controls, target)
    table = evaluated.pooled(table[table["split"] == "test"])
    design = design or next(iter(evaluated.designs(table)), None)
    table = table[table["design"] == design]
    floors, table = table[table["model"] == nothing], table[table["model"] != nothing]
    if table.empty:
        return rows.nothing(f"No model was tested on standardised {spoken().examples}.")
    models, residual = _ordered(table, task)
    at = rows.places(models, residual)
    figure = Figure(
        figsize=(style.WIDTH, 1.15 * rows.height(models, residual) + 1.2), layout="constrained"
    )
    grid = figure.subplots(1, 2, sharey=True)
    for axes, metric in zip(grid, rows.measures(task), strict=True):
        measure = metric.name
        # Over the same folds as the points: a skill pooled over folds is another quantity.
        level = [floors[measure].mean()] if len(floors) else []
        span = rows.limits(metric, [*table[measure], *level], level)
        for name, own in table.groupby("model"):
            _row(axes, own, measure, at[str(name)], span)
        for value in level:
            axes.axvline(value, color=style.INK, lw=0.9, ls=rows.RULE, zorder=1, gid="level")
        rows.frame(axes, at, residual, rows.names(models, residual, references))
        axes.set_xlim(span)
        axes.set_xlabel(rows.axis_label(metric, label))
    grid[0].set_title(capital(split_by(str(design))))
    keys = [
        Line2D([], [], color=LOOKS[AS_TRAINED][0], marker="o", ls="none", label="as trained"),
        Line2D(
            [],
            [],
            color=LOOKS[PER_CELL][0],
            marker="s",
            ls="none",
            label=f"each {spoken().example} standardised",
        ),
        Line2D([], [], color=style.INK, marker="o", ms=2.4, ls="none", label=A_RUN),
        Line2D(
            [],
            [],
            color=style.INK,
            lw=0.9,
            ls=rows.RULE,
            label=reference_words(nothing, references),
        ),
    ]
    several = int(table.groupby(["model", "control"]).size().max()) > 1
    keys = keys if several else [key for key in keys if key.get_label() != A_RUN]
    figure.legend(handles=keys, loc="outside upper center", ncols=4)
    tested = counted(most(table["n"]), part="test") if "n" in table else ""
    note(figure, Facts(n=tested, more="points: means over seeds and folds" if several else ""))
    return figure


def _ordered(table: pd.DataFrame, task: str) -> tuple[list[str], list[str]]:
    measured, residual = task_of(task), LINEAR_PER_CELL[task]
    # Best first as trained; the check of the standardisation itself stands apart.
    own = table[table["model"] != residual]
    best = own[own["control"] == AS_TRAINED].groupby("model")[measured.primary].mean()
    names = best.sort_values(ascending=measured.lower_is_better, kind="stable").index.tolist()
    models = names + [name for name in own["model"].unique() if name not in names]
    return models, [residual] if (table["model"] == residual).any() else []


def _row(axes: Axes, own: pd.DataFrame, measure: str, y: float, span: rows.Limits) -> None:
    means = own.groupby("control")[measure].mean()
    name = own["model"].iloc[0]
    shown = [control for control in LOOKS if np.isfinite(means.get(control, np.nan))]
    if len(shown) == len(LOOKS):
        ends = np.clip([means[control] for control in shown], *span)
        axes.plot(ends, [y + LOOKS[c][2] for c in shown], color=style.GREY, lw=0.8, zorder=1.5)
    for control in shown:
        colour, marker, shift = LOOKS[control]
        height = y + (shift if len(shown) > 1 else 0)
        runs = own.loc[own["control"] == control, measure]
        if len(runs) > 1:
            rows.seeds(
                axes,
                runs,
                height + 0.14 * np.sign(shift),
                span,
                colour=style.INK,
                gid=f"runs of {name}/{control}/{measure}",
            )
        rows.point(
            axes,
            means[control],
            height,
            span,
            style.Mark(colour, marker, 5),
            gid=f"{name}/{control}/{measure}",
        )
