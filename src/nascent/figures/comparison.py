"""Models beside the floors under each split design: two metrics with intervals, and the verdict."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.figures import evaluated, rows, style, words
from nascent.task import REGRESSION
from nascent.words import spoken

# Darker than the hues of points: letters of this size need the contrast.
MODEL = style.Mark(style.SPLITS["test"], size=5.5)
FLOOR = style.Mark(style.GREY, size=4.2, face=style.HOLLOW)
VERDICTS = {"beats the best floor": style.TONES["pine"], "does not beat it": style.TONES["rust"]}


@style.look()
def draw(
    comparison: pd.DataFrame,
    metrics: pd.DataFrame,
    *,
    label: str,
    target: str = "target",
    task: str = REGRESSION,
) -> Figure:
    """Draw every model and floor as a row: for each design two panels of metrics, and the verdict.

    The metrics are the first two that the task compares: MAE and R² of numbers. Models are sorted
    by the primary metric under the first design, best on top, and keep their place in the others;
    the floors stand below a rule. A point is the mean over seeds, its thick line the 95 % interval
    over cells, its thin line that over groups, small points the seeds. The dashed line is the best
    floor of the design.

    Parameters
    ----------
    comparison
        The table `comparison.tsv`.
    metrics
        The table `metrics.tsv`, for the single seeds: columns `target, design, fold, split, model,
        seed` and the two metrics.
    label
        The target in words with its unit.
    target
        The predicted column that is shown.
    task
        Name of what is predicted.
    """
    measures = rows.measures(task)
    table = evaluated.of_target(comparison, target)
    models, floors = evaluated.ordered(table, task)
    if not models and not floors:
        return rows.nothing("No model was evaluated.")
    at = rows.places(models, floors)
    designs = evaluated.designs(table)
    figure = Figure(
        figsize=(style.WIDTH, len(designs) * (1.12 * rows.height(models, floors) + 0.3) + 0.85),
        layout="constrained",
    )
    grid = figure.subplots(
        len(designs), 3, sharey=True, sharex="col", squeeze=False, width_ratios=[1, 1, 0.62]
    )
    runs = evaluated.pooled(evaluated.of_target(metrics, target).query("split == 'test'"))
    for column, metric in zip(grid.T, measures, strict=False):
        span, measure = rows.spread(table, metric), metric.name
        for panel, design in zip(column, designs, strict=True):
            _panel(panel, table[table["design"] == design], measure, at, span, task)
            _seeds(panel, runs[runs["design"] == design], measure, at, set(models), span)
            rows.frame(panel, at, floors)
            panel.set_xlim(span)
            panel.tick_params(labelbottom=True, labelleft=metric is measures[0])
        column[-1].set_xlabel(rows.axis_label(metric, label))
    for panels, design in zip(grid, designs, strict=True):
        of_design = table[table["design"] == design]
        panels[0].set_title(words.heading(design))
        panels[1].set_title(
            words.count(
                int(of_design["n"].max()), f"test {spoken().example}", f"test {spoken().examples}"
            )
            + " of "
            + words.count(int(of_design["groups"].max()), spoken().group, spoken().groups),
            loc="right",
            fontsize=7,
            fontweight="normal",
        )
        _verdicts(panels[2], of_design, at, measures[0].words)
    keys = [*rows.keys_of_intervals(), _key_of_seeds()]
    if floors:
        keys.append(Line2D([], [], color=style.INK, lw=0.9, ls=rows.RULE, label="best floor"))
    figure.legend(handles=keys, loc="outside upper center", ncols=len(keys))
    return figure


def _panel(
    axes: Axes,
    table: pd.DataFrame,
    measure: str,
    at: dict[str, float],
    span: rows.Limits,
    task: str,
) -> None:
    for row in table.to_dict("records"):
        rows.point(
            axes,
            row[measure],
            at[row["model"]],
            span,
            FLOOR if row["floor"] else MODEL,
            cells=(row[f"{measure}_low"], row[f"{measure}_high"]),
            groups=(row[f"{measure}_low_groups"], row[f"{measure}_high_groups"]),
            gid=f"{row['model']}/{measure}",
        )
    best = evaluated.best_floor(table, task)
    if best is not None:
        axes.axvline(
            best[measure], color=style.INK, lw=0.9, ls=rows.RULE, zorder=1, gid="best floor"
        )


def _seeds(
    axes: Axes,
    runs: pd.DataFrame,
    measure: str,
    at: dict[str, float],
    models: set[str],
    span: rows.Limits,
) -> None:
    for name, own in runs.groupby("model"):
        if name in models and len(own) > 1:
            rows.seeds(
                axes,
                own[measure],
                at[name] + 0.3,
                span,
                colour=style.INK,
                gid=f"seeds of {name}/{measure}",
            )


def _verdicts(axes: Axes, table: pd.DataFrame, at: dict[str, float], metric: str) -> None:
    axes.set_axis_off()
    for row in table[~table["floor"]].to_dict("records"):
        # What the evaluation leaves empty has no verdict to show.
        if not isinstance(row["verdict"], str) or not row["verdict"]:
            continue
        lines = [(row["verdict"], 7, VERDICTS.get(row["verdict"], rows.FLOOR_INK))]
        if np.isfinite(row["difference"]):
            cells = words.interval(row["difference_low"], row["difference_high"])
            groups = words.interval(row["difference_low_groups"], row["difference_high_groups"])
            told = [
                f"Δ{metric} {words.short(row['difference'])}",
                f"{cells} {spoken().examples}" if cells else "",
            ]
            lines.append((" ".join(told).strip(), 6, rows.FLOOR_INK))
            lines.append(
                (
                    f"{groups} {spoken().groups}"
                    if groups
                    else f"no interval over {spoken().groups}",
                    6,
                    rows.FLOOR_INK,
                )
            )
        for (told, size, colour), shift in zip(lines, (-0.27, 0.02, 0.28), strict=False):
            axes.text(
                0,
                at[row["model"]] + shift,
                told,
                color=colour,
                fontsize=size,
                va="center",
                transform=axes.get_yaxis_transform(),
                gid=f"verdict of {row['model']}" if told == row["verdict"] else None,
            )


def _key_of_seeds() -> Line2D:
    return Line2D([], [], marker="o", ms=2.4, ls="none", color=style.INK, label="a seed")
