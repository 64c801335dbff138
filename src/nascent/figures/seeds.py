"""How far training seeds differ, what their ensemble gains, and what its spread is worth."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D

from nascent.figures import evaluated, rows, style, words
from nascent.figures.facts import Facts, counted, intervals_over, most, note, split_by
from nascent.kind import capital
from nascent.task import REGRESSION, task_of
from nascent.words import spoken

COLUMNS = 4
OVERALL = "all"  # the bin of calibration.tsv that sums a model up
ONE_SEED = "one seed: no spread"
NO_SPREAD = "No model has several seeds whose spread could be held against its error."
ENSEMBLE = style.HUES["wine"]


@style.look()
def draw(
    comparison: pd.DataFrame,
    metrics: pd.DataFrame,
    calibration: pd.DataFrame,
    *,
    label: str,
    target: str = "target",
    design: str | None = None,
    task: str = REGRESSION,
) -> Figure:
    """Draw each model's seeds, their mean and their ensemble, and the calibration of the spread.

    Above, a row a model: small points are the seeds, the large one is the mean of their metrics,
    the diamond the metric of their mean prediction. Below, a panel a model: root mean squared
    error of the ensemble against the error that the SD of the seeds' predictions says, in bins of
    cells by their level, pale where it is low; a line is the 95 % interval of their ratio. On the
    dashed diagonal the spread is what the error is. The title says the ratio over all cells, and
    which shares of them lie within the ensemble's 68 % and 95 % intervals.

    Parameters
    ----------
    comparison
        The table `comparison.tsv`.
    metrics
        The table `metrics.tsv`, for the single seeds.
    calibration
        The table `calibration.tsv`; its rows with bin `all` hold the ratio and the coverage.
    label
        The target in words with its unit.
    target
        The predicted column that is shown.
    design
        The split design; default: the first of the table.
    task
        Name of what is predicted. Where its answers are no numbers there is nothing below: how far
        probabilities hold is in the figure of each model.
    """
    table = evaluated.of_target(comparison, target)
    design = design or next(iter(evaluated.designs(table)), None)
    table = table[table["design"] == design]
    models, _ = evaluated.ordered(table, task)
    if not models:
        return rows.nothing("No model was evaluated.")
    table, floors = table[~table["floor"]], table[table["floor"]]
    bins = evaluated.of_target(calibration, target)
    bins = bins[bins["design"] == design]
    runs = evaluated.pooled(evaluated.of_target(metrics, target))
    runs = runs[(runs["design"] == design) & (runs["split"] == "test")]
    top = rows.height(models, []) + 0.9
    lines = -(-len(models) // COLUMNS)
    spreads = task_of(task).has_errors
    binned = bins[bins["bin"].astype(str) != OVERALL] if spreads else bins.head(0)
    binned = binned.dropna(subset=["spread", "rmse"]) if spreads else binned
    below = 1.75 * lines + 0.3 if len(binned) else 0.5
    figure = Figure(figsize=(style.WIDTH, top + below), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=[top, below])
    _spread(upper, table, floors, runs, models, label, task)
    upper.suptitle(
        capital(split_by(str(design))), x=0.01, ha="left", fontsize=8.5, fontweight="bold"
    )
    if binned.empty:
        said = NO_SPREAD if spreads else "How far probabilities hold: in each model's figure."
        style.say(lower.subplots(), said)
        note(figure, _facts(table, str(design)))
        return figure
    grid = lower.subplots(lines, COLUMNS, squeeze=False)
    for axes in grid.flat[len(models) :]:
        axes.set_axis_off()
    for axes, model in zip(grid.flat, models, strict=False):
        own = binned[binned["model"] == model]
        overall = bins[(bins["model"] == model) & (bins["bin"].astype(str) == OVERALL)]
        _calibration(axes, own, _overall(overall), model)
    unit = words.unit(label)
    for axes in grid[:, 0]:
        axes.set_ylabel(f"RMSE of the ensemble\n{unit}".strip(), fontsize=7)
    lower.supxlabel(f"error that the seeds' SD says, s √(1 + 1/S) {unit}".strip(), fontsize=8)
    note(figure, _facts(table, str(design), intervals_over(0.95, spoken().examples)))
    return figure


def _facts(table: pd.DataFrame, design: str, intervals: str = "") -> Facts:
    tested = counted(most(table["n"]), most(table["groups"]), "test")
    return Facts(n=tested, split=split_by(design), intervals=intervals)


def _spread(
    figure: SubFigure,
    table: pd.DataFrame,
    floors: pd.DataFrame,
    runs: pd.DataFrame,
    models: list[str],
    label: str,
    task: str,
) -> None:
    at = rows.places(models, [])
    grid = figure.subplots(1, 2, sharey=True)
    for axes, metric in zip(grid, rows.measures(task), strict=True):
        measure = metric.name
        ensemble = f"ensemble_{measure}"
        own = runs.loc[runs["model"].isin(models), measure]
        known = pd.concat([table[measure], table[ensemble], own])
        span = rows.limits(metric, known, floors[measure])
        for row in table.to_dict("records"):
            name, colour = row["model"], style.SPLITS["test"]
            seeds = runs.loc[runs["model"] == name, measure]
            y = at[name]
            inside = seeds[seeds.between(*span)]
            if len(seeds) > 1 and len(inside):
                axes.plot([inside.min(), inside.max()], [y, y], color=style.PALE, lw=1.2, zorder=1)
            rows.seeds(axes, seeds, y, span, colour=style.INK, gid=f"seeds of {name}/{measure}")
            mark = style.Mark(colour, size=5.5)
            rows.point(axes, row[measure], y - 0.2, span, mark, gid=f"{name}/{measure}")
            if row["seeds"] > 1:
                rows.point(
                    axes,
                    row[ensemble],
                    y + 0.2,
                    span,
                    style.Mark(ENSEMBLE, "D", 4.5),
                    gid=f"ensemble of {name}/{measure}",
                )
        rows.frame(axes, at, [])
        axes.set_xlim(span)
        axes.set_xlabel(rows.axis_label(metric, label))
    keys = [
        Line2D([], [], marker="o", ms=2.4, ls="none", color=style.INK, label="a seed"),
        Line2D([], [], marker="o", ms=5.5, ls="none", color=style.SPLITS["test"], label="mean"),
    ]
    if (table["seeds"] > 1).any():
        keys.append(Line2D([], [], marker="D", ms=4.5, ls="none", color=ENSEMBLE, label="ensemble"))
    figure.legend(handles=keys, loc="outside upper right", ncols=3)


def _calibration(axes: Axes, binned: pd.DataFrame, overall: str, model: str) -> None:
    axes.set_title(model, fontsize=7.5)
    if binned.empty:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.text(0.5, 0.5, ONE_SEED, ha="center", va="center", transform=axes.transAxes)
        return
    axes.axline((0, 0), slope=1, color=style.INK, lw=0.9, ls=rows.RULE, gid="diagonal")
    low, high = (binned[end] * binned["spread"] for end in ("ratio_low", "ratio_high"))
    axes.vlines(
        binned["spread"],
        low,
        high,
        color=style.SPLITS["test"],
        lw=0.8,
        zorder=2,
    )
    axes.scatter(
        binned["spread"],
        binned["rmse"],
        s=14,
        c=_by_level(len(binned)),
        edgecolors=style.SPLITS["test"],
        linewidths=0.8,
        zorder=3,
        gid=f"calibration of {model}",
    )
    # A model that diverged has a frame of its own, and the others keep theirs.
    axes.set_xlim(0, 1.08 * binned["spread"].max())
    highest = np.nanmax(np.concatenate([binned["spread"], binned["rmse"], high]))
    axes.set_ylim(0, 1.08 * highest)
    axes.grid()
    axes.set_title(f"{model}\n", fontsize=7.5)
    axes.annotate(
        overall,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        fontsize=7,
    )


def _by_level(bins: int) -> np.ndarray:
    """Return the colours of bins from the lowest level, white, to the highest."""
    shades = LinearSegmentedColormap.from_list("level", ["white", style.SPLITS["test"]])
    return shades(np.linspace(0, 1, bins))


def _overall(overall: pd.DataFrame) -> str:
    if overall.empty:
        return ""
    row = overall.iloc[0]
    parts = [f"ratio {row['ratio']:.2g}"] if np.isfinite(row["ratio"]) else []
    known = [row[column] for column in ("coverage_68", "coverage_95") if np.isfinite(row[column])]
    if known:
        parts.append(f"coverage {', '.join(f'{100 * share:.0f}' for share in known)} %")
    return "; ".join(parts)
