"""Models beside the floors: MAE and R² on every split."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.figures import style

MEASURES = (("mae", "MAE (counts), lower is better"), ("r2", "R², higher is better"))
SHIFT = {"train": -0.22, "val": 0.0, "test": 0.22}


@style.look()
def draw(metrics: pd.DataFrame) -> Figure:
    """Draw each model and floor as a row of points, one a split, beside the best floor's lines.

    Models are sorted by test MAE (val where there is no test), best on top; the floors stand
    below a rule, in the same order every time. The dashed line is the best floor on the test
    cells. A large point is the mean over seeds, small ones are the seeds.

    Parameters
    ----------
    metrics
        The table `metrics.tsv`: columns `split, model, seed, mae, r2`; floors are models called
        `mean`, `area_cycle`, `ols`, `ridge`.
    """
    models, floors = ordered(metrics)
    names = models + floors
    if not names:
        figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
        style.say(figure.subplots(), "No model was evaluated.")
        return figure
    figure = Figure(figsize=(style.WIDTH, 0.36 * len(names) + 1.15), layout="constrained")
    grid = figure.subplots(1, 2, sharey=True)
    at = {name: i + (0.35 if name in floors and models else 0) for i, name in enumerate(names)}
    for axes, (measure, label) in zip(grid, MEASURES, strict=True):
        _points(axes, metrics, measure, at, set(floors))
        _best_floor(axes, metrics, measure, floors)
        if models and floors:
            axes.axhline(len(models) - 0.325, color=style.GREY, lw=0.6)
        axes.set_xlabel(label)
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
    grid[0].set_yticks(list(at.values()), names)
    for tick, name in zip(grid[0].get_yticklabels(), names, strict=True):
        tick.set_color("#5F5F5F" if name in floors else style.INK)
        tick.set_style("italic" if name in floors else "normal")
    grid[0].set_ylim(max(at.values()) + 0.55, -0.55)
    _robust_limits(grid[1], metrics["r2"])
    present = [split for split in style.SPLITS if (metrics["split"] == split).any()]
    keys = [
        Line2D([], [], marker="o", ls="none", color=style.SPLITS[split], label=split)
        for split in present
    ]
    if floors:
        keys.append(
            Line2D([], [], color=style.INK, lw=0.9, ls=(0, (4, 2)), label="best floor, test")
        )
    figure.legend(handles=keys, loc="outside upper center", ncols=len(keys))
    return figure


def ordered(metrics: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the models, best first by test MAE, and the floors that are there."""
    floors = [name for name in style.FLOORS if (metrics["model"] == name).any()]
    own = metrics[~metrics["model"].isin(floors)]
    rank = own[own["split"] == "test"] if (own["split"] == "test").any() else own
    best = rank.groupby("model")["mae"].mean().sort_values(kind="stable").index.tolist()
    return best + sorted(set(own["model"]) - set(best)), floors


def _points(
    axes: Axes, metrics: pd.DataFrame, measure: str, at: dict[str, float], floors: set[str]
) -> None:
    for (name, split), rows in metrics.groupby(["model", "split"]):
        values = rows[measure].dropna()
        if values.empty or split not in SHIFT:
            continue
        y = at[name] + SHIFT[split]
        colour = style.SPLITS[split]
        face = "white" if name in floors else colour
        if len(values) > 1:
            axes.plot([values.min(), values.max()], [y, y], color=colour, lw=0.8, alpha=0.7)
            axes.plot(values, [y] * len(values), ".", color=colour, ms=3, alpha=0.8, mew=0)
        axes.plot(
            [values.mean()],
            [y],
            "o",
            ms=5.5,
            mfc=face,
            mec=colour,
            mew=1.1,
            gid=f"{name}/{split}/{measure}",
        )


def _best_floor(axes: Axes, metrics: pd.DataFrame, measure: str, floors: list[str]) -> None:
    rows = metrics[metrics["model"].isin(floors) & (metrics["split"] == "test")]
    values = rows.groupby("model")[measure].mean().dropna()
    if len(values):
        best = values.min() if measure == "mae" else values.max()
        axes.axvline(
            best, color=style.INK, lw=0.9, ls=(0, (4, 2)), zorder=0.5, gid=f"best floor/{measure}"
        )


def _robust_limits(axes: Axes, r2: pd.Series) -> None:
    # A model that diverged has an R² of −100 and would squeeze all others into one point.
    low = r2.min()
    if np.isfinite(low) and low < -1:
        axes.set_xscale("symlog", linthresh=1, linscale=2)
        axes.set_xlim(right=1.05)
