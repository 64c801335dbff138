"""Learning curves: error on training and validation cells, epoch by epoch."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.figures import style

Run = tuple[str, int]  # model, seed

COLUMNS = 3
CLOSE = 0.07  # of an axis: lines nearer than this share one label


@style.look()
def draw(
    histories: Mapping[Run, pd.DataFrame],
    chosen: Mapping[Run, int],
    *,
    target: str,
    floors: Mapping[str, float] | None = None,
) -> Figure:
    """Draw one panel a model: MAE of train and val, one line a seed, a ring at the chosen epoch.

    Parameters
    ----------
    histories
        (model, seed) → the table `history.tsv`: columns `epoch, mae, val_mae`.
    chosen
        (model, seed) → the epoch whose weights were kept.
    target
        Name of the target channel.
    floors
        Floor → its MAE on the val cells, drawn as a grey line. The best is named, and of the
        others those far enough from it.
    """
    models = list(dict.fromkeys(model for model, _ in histories))
    if not models:
        figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
        style.say(figure.subplots(), "No model was trained.")
        return figure
    columns = 2 if len(models) in (2, 4) else min(len(models), COLUMNS)
    rows = -(-len(models) // columns)
    width = style.WIDTH if columns > 1 else 0.6 * style.WIDTH
    figure = Figure(figsize=(width, 2.35 * rows + 0.35), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axes in grid.flat[len(models) :]:
        axes.set_axis_off()
    for axes, model in zip(grid.flat, models, strict=False):
        runs = {run: history for run, history in histories.items() if run[0] == model}
        for run, history in runs.items():
            _curves(axes, history, chosen.get(run))
        seeds = len(runs)
        axes.set_title(model)
        axes.set_title(
            f"{seeds} seeds" if seeds > 1 else f"seed {next(iter(runs))[1]}",
            loc="right",
            fontsize=7,
            fontweight="normal",
        )
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(axis="y")
    for axes in grid.flat[max(len(models) - columns, 0) : len(models)]:
        axes.set_xlabel("epoch")
    for axes in grid[:, 0]:
        axes.set_ylabel(f"MAE ({target}, counts)")
    _limit(grid[0, 0], histories, floors or {})
    for axes in grid.flat[: len(models)]:
        _floors(axes, floors or {})
    figure.legend(handles=_keys(bool(floors)), loc="outside upper center", ncols=4)
    return figure


def _curves(axes: Axes, history: pd.DataFrame, epoch: int | None) -> None:
    marker = "." if len(history) < 3 else None
    for column, split in (("mae", "train"), ("val_mae", "val")):
        axes.plot(history["epoch"], history[column], color=style.SPLITS[split], lw=1, marker=marker)
    at = history.loc[history["epoch"] == epoch, "val_mae"]
    if len(at):
        axes.plot(
            [epoch],
            [at.iloc[0]],
            marker="o",
            ms=5.5,
            mfc="white",
            mec=style.INK,
            mew=1.1,
            ls="none",
            gid="chosen epoch",
            zorder=4,
        )


def _floors(axes: Axes, floors: Mapping[str, float]) -> None:
    low, high = axes.get_ylim()
    labelled = -np.inf
    for name, mae in sorted(floors.items(), key=lambda floor: floor[1]):
        axes.axhline(mae, color=style.GREY, lw=0.9, ls=(0, (4, 2)), zorder=1)
        # From the best floor up, a name only where there is room for it.
        if mae - labelled > CLOSE * (high - low):
            labelled = mae
            axes.annotate(
                name,
                (1, mae),
                xycoords=("axes fraction", "data"),
                xytext=(2, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
                color="#5F5F5F",
            )


def _limit(axes: Axes, histories: Mapping[Run, pd.DataFrame], floors: Mapping[str, float]) -> None:
    # The first epochs may be far off and would flatten the rest.
    pooled = pd.concat(
        [pd.concat([history["mae"], history["val_mae"]]) for history in histories.values()]
    ).dropna()
    if pooled.empty:
        return
    low = min([pooled.min(), *floors.values()])
    high = max([pooled.quantile(0.97), *floors.values()])
    room = 0.08 * max(high - low, 1e-9)
    axes.set_ylim(low - room, high + room)


def _keys(floors: bool) -> list[Line2D]:
    keys = [
        Line2D([], [], color=style.SPLITS["train"], label="train"),
        Line2D([], [], color=style.SPLITS["val"], label="val"),
        Line2D(
            [], [], marker="o", ls="none", mfc="white", mec=style.INK, ms=5.5, label="chosen epoch"
        ),
    ]
    if floors:
        keys.append(Line2D([], [], color=style.GREY, ls=(0, (4, 2)), label="floors (val)"))
    return keys
