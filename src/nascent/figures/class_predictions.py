"""Predicted classes: which are taken for which, and how far their probabilities hold."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.figures import rows, style
from nascent.figures.facts import Facts, counted, intervals_over, note, split_by
from nascent.words import spoken

MOST = 12
"""Classes whose calibration has a panel."""
COLUMNS = 4


@style.look()
def draw(
    confusion: pd.DataFrame,
    calibration: pd.DataFrame,
    *,
    model: str,
    label: str,
    target: str,
    design: str | None = None,
    seed: int | None = None,
) -> Figure:
    """Draw the confusion matrix of one run and, a panel a class, its calibration curve.

    The matrix says of each true class (a row) what share of its test cells is predicted to be of
    each class, and below it how many. A curve says how often cells are of the class that have such
    a probability of it, with 95 % intervals; on the dashed diagonal they are what they say.

    Parameters
    ----------
    confusion, calibration
        The tables of those names in `evaluate/`.
    model, design, seed
        Which run; `design` defaults to the first, `seed` to the model's lowest.
    label
        The target in words.
    target
        The predicted column that is shown.
    """
    own = confusion[(confusion["model"] == model) & (confusion["target"] == target)]
    if own.empty:
        return rows.nothing("There are no predictions to show.")
    design = design or own["design"].iloc[0]
    own = own[own["design"] == design]
    seed = own["seed"].min() if seed is None else seed
    own = own[own["seed"] == seed]
    levels = own["true_class"].drop_duplicates().tolist()
    curves = calibration[
        (calibration["model"] == model)
        & (calibration["target"] == target)
        & (calibration["design"] == design)
        & (calibration["seed"] == seed)
    ]
    shown = levels[:MOST]
    columns = min(len(shown), COLUMNS)
    lines = -(-len(shown) // columns)
    top = max(2.2, 0.36 * len(levels) + 1.4)
    figure = Figure(figsize=(style.WIDTH, top + 1.7 * lines + 0.3), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=[top, 1.7 * lines + 0.3])
    _matrix(upper.subplots(), own, levels, label)
    grid = lower.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
    for axes in grid.flat[len(shown) :]:
        axes.set_axis_off()
    for axes, level in zip(grid.flat, shown, strict=False):
        _curve(axes, curves[curves["class"] == level], level)
    lower.supxlabel("predicted probability of the class", fontsize=8)
    lower.supylabel(f"share of {spoken().examples} of it", fontsize=8)
    figure.suptitle(
        f"Classes that {model} predicts, and what its probabilities are worth",
        fontsize=8.5,
        fontweight="bold",
    )
    note(
        figure,
        Facts(
            n=counted(int(own["n"].sum()), part="test"),
            model=f"{model}, seed {seed}",
            split=split_by(str(design)),
            intervals=intervals_over(0.95, spoken().examples),
        ),
    )
    return figure


def _matrix(axes: Axes, own: pd.DataFrame, levels: list[str], label: str) -> None:
    table = own.pivot(index="true_class", columns="predicted_class", values="n")
    counts = table.reindex(index=levels, columns=levels).to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = counts / counts.sum(axis=1, keepdims=True)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto", gid="confusion")
    for (row, column), share in np.ndenumerate(shares):
        said = "\N{EN DASH}" if not np.isfinite(share) else f"{100 * share:.0f} %"
        axes.text(
            column,
            row,
            f"{said}\n{style.thousands(int(counts[row, column]))}",
            ha="center",
            va="center",
            fontsize=7,
            color="white" if share > 0.6 else style.INK,
        )
    axes.set_xticks(range(len(levels)), levels)
    axes.set_yticks(range(len(levels)), levels)
    axes.tick_params(length=0)
    axes.set_xlabel(f"predicted {label}")
    axes.set_ylabel(f"true {label}")


def _curve(axes: Axes, own: pd.DataFrame, level: str) -> None:
    axes.axline((0, 0), slope=1, color=style.INK, lw=0.9, ls=rows.RULE, gid="diagonal")
    axes.vlines(
        own["probability"], own["share_low"], own["share_high"], color=style.SPLITS["test"], lw=0.8
    )
    axes.plot(
        own["probability"],
        own["share"],
        "o",
        ms=3.6,
        color=style.SPLITS["test"],
        gid=f"calibration of {level}",
    )
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    axes.set_title(level, fontsize=7.5)
    axes.grid()
