"""Learning curves: error on training and validation cells, epoch by epoch."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.figures import rows, style, words
from nascent.figures.facts import Facts, counted, note
from nascent.figures.metrics import axis_name
from nascent.metric import Metric
from nascent.plain_words import reference_words
from nascent.task import REGRESSION, task_of

Run = tuple[str, str, int]  # model, fold, seed

COLUMNS = 3
DASH = "\N{EN DASH}"
CLOSE = 0.07  # of an axis: lines nearer than this share one label
MANY = 4  # runs of a panel beyond which lines are thin and rings small
FAR = 2.5  # times the least error of any run: epochs beyond it do not set the scale
SMOOTHED = style.TONES["bronze"]  # the hue of val, darker


@style.look()
def draw(
    histories: Mapping[Run, pd.DataFrame],
    chosen: Mapping[Run, Mapping[str, Any]],
    *,
    label: str,
    floors: Mapping[str, float] | None = None,
    targets: Mapping[str, int] | None = None,
    task: str = REGRESSION,
    examples: tuple[int, int] | None = None,
    references: Mapping[str, str] | None = None,
) -> Figure:
    """Draw a panel a model: error of train and val, lines a seed and fold, rings at chosen epochs.

    The error is the metric that the task follows: MAE of numbers. Where the epoch was chosen on a
    smoothed monitor, the smoothed curve is drawn over the raw one: on the panel of the error if
    that is what was monitored, else on a slim panel below it.

    Parameters
    ----------
    histories
        (model, fold, seed) → the table `history.tsv`: columns `epoch, val_loss, smoothed`,
        and the error as `<metric>` and `val_<metric>`.
    chosen
        (model, fold, seed) → how the kept epoch was chosen, as on the model's card: `epoch`,
        `monitor` (`val_loss` or `val_<metric>`), `smooth` (width of the moving average, 0 for
        none).
    label
        The target in words with its unit.
    floors
        Floor → its error on the val cells, drawn as a grey line. The best is named, and of the
        others those far enough from it.
    targets
        Model → how many columns it predicts, default one. The errors of a model of several are
        means over them, which the floors' are not: its panel has no floors and says so.
    task
        Name of what is predicted.
    examples
        How many the training and the validation split have; in the line of facts.
    references
        Words of reference predictors that the kind alone has.
    """
    measured = task_of(task)
    metric = measured.learning
    models = list(dict.fromkeys(model for model, *_ in histories))
    if not models:
        return rows.nothing("No model was trained.")
    columns = 2 if len(models) in (2, 4) else min(len(models), COLUMNS)
    lines = -(-len(models) // columns)
    slim = {
        model
        for (model, *_), how in chosen.items()
        if _is_smooth(how) and how.get("monitor") != f"val_{metric}"
    }
    width = style.WIDTH if columns > 1 else 0.6 * style.WIDTH
    # Two lines of the grid a model where any monitor has a panel of its own: all stay aligned.
    steps, ratios = (2, [2.2, 1.0]) if slim else (1, [1.0])
    figure = Figure(figsize=(width, (3.1 if slim else 2.25) * lines + 0.35), layout="constrained")
    grid = figure.add_gridspec(steps * lines, columns, height_ratios=ratios * lines)
    limits = _limits(histories, floors or {}, metric)
    for i, model in enumerate(models):
        line, column = divmod(i, columns)
        top, end = steps * line, steps * (line + 1)
        own = model in slim
        main = figure.add_subplot(grid[top : end - 1 if own else end, column])
        below = figure.add_subplot(grid[end - 1, column], sharex=main) if own else None
        runs = {run: history for run, history in histories.items() if run[0] == model}
        for run, history in runs.items():
            _curves(main, history, chosen.get(run, {}), metric, thin=len(runs) > MANY)
            if below is not None:
                _monitor(below, history, chosen.get(run, {}), thin=len(runs) > MANY)
        main.set_ylim(limits)
        predicted = (targets or {}).get(model, 1)
        _name(main, model, runs, limits, predicted, measured.metric(metric))
        own_choices = {run: chosen.get(run, {}) for run in runs}
        main.set_xlabel(kept(runs, own_choices), fontsize=7, gid="kept")
        if predicted == 1:
            named = references or {} if column == columns - 1 else None
            _floors(main, floors or {}, limits, named)
        for axes in filter(None, (main, below)):
            axes.grid(axis="y")
            axes.xaxis.get_major_locator().set_params(integer=True)
        if below is not None:
            main.tick_params(labelbottom=False)
        if column == 0:
            main.set_ylabel(axis_name(measured.metric(metric), label))
        elif not slim:
            main.tick_params(labelleft=False)
    figure.supxlabel("epoch", fontsize=8)
    keys = _keys(bool(floors), any(map(_is_smooth, chosen.values())))
    figure.legend(handles=keys, loc="outside upper center", ncols=len(keys))
    counts = (
        ""
        if examples is None
        else " and ".join((counted(examples[0], part="train"), counted(examples[1], part="val")))
    )
    note(figure, Facts(n=counts, more="each line is one seed and fold"))
    return figure


def kept(histories: Mapping[Run, pd.DataFrame], chosen: Mapping[Run, Mapping[str, Any]]) -> str:
    """Return in words which epochs were kept, and of how many runs it was the last one.

    A run whose last epoch is the best may not have been trained to its end. Of a smoothed monitor
    it is the last epoch that has a full window.
    """
    epochs = {run: how["epoch"] for run, how in chosen.items() if how.get("epoch") is not None}
    if not epochs:
        return ""
    last = {run: _last(histories[run], chosen[run]) for run in epochs}
    lasting = sum(epochs[run] >= last[run] for run in epochs)
    ends = sorted({min(epochs.values()), max(epochs.values())})
    of = max(int(histories[run]["epoch"].max()) for run in epochs)
    told = f"kept: epoch {DASH.join(map(str, ends))} of {of}"
    if not lasting:
        return told
    which = "the last" if len(epochs) == 1 else f"the last in {lasting} of {len(epochs)} runs"
    return f"{told}, {which}:\nlonger training may lower the error"


def _last(history: pd.DataFrame, how: Mapping[str, Any]) -> int:
    column = "smoothed" if _is_smooth(how) else str(how.get("monitor") or "epoch")
    known = history[history[column].notna()] if column in history else history
    return int((known if len(known) else history)["epoch"].max())


def _is_smooth(how: Mapping[str, Any]) -> bool:
    return (how.get("smooth") or 0) > 1


def _name(
    axes: Axes,
    model: str,
    runs: Mapping[Run, pd.DataFrame],
    limits: tuple[float, float],
    predicted: int,
    metric: Metric,
) -> None:
    seeds, folds = {seed for *_, seed in runs}, {fold for _, fold, _ in runs}
    told = words.count(len(seeds), "seed") if len(seeds) > 1 else f"seed {next(iter(seeds))}"
    if len(folds) > 1:
        told += f" × {len(folds)} folds"
    if predicted > 1:
        told += f", mean of {predicted} targets"
    axes.set_title(model)
    axes.text(1, 1, told, ha="right", va="top", fontsize=7, transform=axes.transAxes)
    least = min((history[f"val_{metric.name}"].min() for history in runs.values()), default=np.nan)
    if not least <= limits[1]:
        known = np.isfinite(least)
        beyond = (
            f"validation {metric.words} never below {words.short(least)}" if known else "no number"
        )
        axes.text(
            0.5,
            0.86,
            f"above the frame: {beyond}",
            ha="center",
            va="top",
            fontsize=7,
            transform=axes.transAxes,
            gid="beyond",
        )


def _curves(
    axes: Axes, history: pd.DataFrame, how: Mapping[str, Any], metric: str, *, thin: bool
) -> None:
    marker = "." if len(history) < 3 else None
    validated = f"val_{metric}"
    smooth = _is_smooth(how) and how.get("monitor") == validated
    for column, split in ((metric, "train"), (validated, "val")):
        axes.plot(
            history["epoch"],
            history[column],
            color=style.SPLITS[split],
            lw=0.5 if thin or (smooth and split == "val") else 1.0,
            alpha=_raw_alpha(thin),
            marker=marker,
            gid=column,
        )
    _chosen(axes, history, how, "smoothed" if smooth else validated, thin=thin)


def _monitor(axes: Axes, history: pd.DataFrame, how: Mapping[str, Any], *, thin: bool) -> None:
    monitor = str(how.get("monitor", "val_loss"))
    raw = history[monitor]
    # The first epochs may be far off here too; of several runs the worst counts.
    top = axes.get_ylim()[1] if axes.lines else -np.inf
    axes.plot(history["epoch"], raw, color=style.SPLITS["val"], lw=0.5, alpha=_raw_alpha(thin))
    _chosen(axes, history, how, "smoothed", thin=thin)
    late = raw[(history["epoch"] > 0.1 * history["epoch"].max()) & np.isfinite(raw)]
    if len(late):
        axes.set_ylim(top=max(late.max() + 0.05 * abs(late.max()), top))
    axes.set_ylabel(monitor)


def _raw_alpha(thin: bool) -> float:
    return 0.4 if thin else 0.9


def _chosen(
    axes: Axes, history: pd.DataFrame, how: Mapping[str, Any], column: str, *, thin: bool
) -> None:
    if column == "smoothed":
        axes.plot(
            history["epoch"],
            history["smoothed"],
            color=SMOOTHED,
            lw=0.7 if thin else 1.3,
            alpha=0.8 if thin else 1,
            zorder=3,
            gid="smoothed",
        )
    at = history.loc[history["epoch"] == how.get("epoch"), column]
    if len(at):
        axes.plot(
            [how["epoch"]],
            [at.iloc[0]],
            marker="o",
            ms=3.6 if thin else 5.5,
            mfc="white",
            mec=style.INK,
            mew=0.8 if thin else 1.1,
            ls="none",
            gid="chosen epoch",
            zorder=4,
        )


def _floors(
    axes: Axes,
    floors: Mapping[str, float],
    limits: tuple[float, float],
    references: Mapping[str, str] | None,
) -> None:
    """Draw the reference predictors' errors; named where there are words for them."""
    low, high = limits
    labelled = -np.inf
    for name, error in sorted(floors.items(), key=lambda floor: floor[1]):
        axes.axhline(error, color=style.GREY, lw=0.9, ls=rows.RULE, zorder=1, gid=f"floor {name}")
        # From the best floor up, a name only where there is room for it.
        if references is not None and error - labelled > CLOSE * (high - low):
            labelled = error
            axes.annotate(
                fill(reference_words(name, references), 16),
                (1, error),
                xycoords=("axes fraction", "data"),
                xytext=(2, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
                color=rows.FLOOR_INK,
            )


def _limits(
    histories: Mapping[Run, pd.DataFrame], floors: Mapping[str, float], metric: str
) -> tuple[float, float]:
    # Neither the first epochs nor a run that diverged may flatten the rest.
    pooled = pd.concat(
        [pd.concat([history[metric], history[f"val_{metric}"]]) for history in histories.values()]
    )
    pooled = pooled[np.isfinite(pooled)]
    known = [error for error in floors.values() if np.isfinite(error)]
    if pooled.empty:
        return (0.0, 1.05 * max(known, default=1.0))
    low = min([pooled.min(), *known])
    high = max([min(pooled.quantile(0.97), FAR * pooled.min()), *known])
    room = 0.08 * max(high - low, 1e-9)
    return low - room, high + room


def _keys(floors: bool, smooth: bool) -> list[Line2D]:
    keys = [
        Line2D([], [], color=style.SPLITS["train"], label="training"),
        Line2D([], [], color=style.SPLITS["val"], label="validation"),
    ]
    if smooth:
        keys.append(Line2D([], [], color=SMOOTHED, lw=1.3, label="validation, smoothed"))
    keys.append(
        Line2D(
            [], [], marker="o", ls="none", mfc="white", mec=style.INK, ms=5.5, label="kept epoch"
        )
    )
    if floors:
        keys.append(Line2D([], [], color=style.GREY, ls=rows.RULE, label="references (validation)"))
    return keys
