"""How far maps add up to the change in prediction that they divide."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.explain.completeness.table import signed_gaps
from nascent.figures import explained_rows, rows, style
from nascent.figures.facts import Facts, counted, note
from nascent.kind import with_article
from nascent.words import spoken

LEAST = 1e-6  # smaller gaps are drawn here: they are rounding
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
COLOURS = {"more": style.HUES["vermilion"], "less": style.HUES["blue"]}


@style.look()
def draw(
    tables: Sequence[pd.DataFrame],
    labels: Sequence[Sequence],
    *,
    methods: Mapping[str, Mapping[str, object]] | None = None,
) -> Figure:
    """Draw the relative gap of every cell, and the steps that it took, one row an explanation.

    Parameters
    ----------
    tables
        Cells of each explanation, see `nascent.explain.completeness.table.NEEDED`. Those of methods
        that need not add up have no gap, and no row.
    labels
        (model, seed, method) of each table.
    methods
        `attribute.methods` of the config: name → options, with `method`, for their words.
    """
    gaps = [
        pd.DataFrame({"gap": signed_gaps(cells), "steps": cells["steps"]})
        .assign(converged=cells["converged"].astype(bool), model=model, method=method)
        .dropna(subset=["gap"])
        for cells, (model, _, method) in zip(tables, labels, strict=True)
    ]
    table = pd.concat(gaps) if gaps else pd.DataFrame()
    if table.empty:
        return rows.nothing("No method that must add up was used.")
    # Methods under their model, in the order of the study.
    at = explained_rows.places(zip(table["model"], table["method"], strict=True))
    figure = Figure(
        figsize=(style.WIDTH, 1.6 * explained_rows.height(at) + 1.2), layout="constrained"
    )
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[2.4, 1])
    for (model, method), own in table.groupby(["model", "method"], sort=False):
        y = at[model, method]
        _distribution(left, own["gap"], y, gid=f"{model}/{method}")
        _steps(right, own, y)
    left.set_xscale("log")
    left.set_xlabel("|gap| as a share of the change in prediction")
    left.axvline(0.01, color=style.GREY, lw=0.9, ls=rows.RULE, zorder=1)
    left.annotate("1 %", (0.01, 1), xycoords=("data", "axes fraction"), fontsize=7, ha="center")
    right.set_xlabel("steps m")
    right.set_xlim(left=0, right=1.35 * max(1.0, float(table["steps"].max())))
    explained_rows.frame(left, at, methods=methods)
    explained_rows.frame(right, at, named=False)
    words = {
        "more": f"{with_article(spoken().example)} whose map adds up to more than the change",
        "less": "to less",
    }
    keys = [
        Line2D([], [], color=colour, marker="o", ms=3, ls="none", label=words[name])
        for name, colour in COLOURS.items()
    ]
    keys += [
        Line2D([], [], color=style.INK, lw=2.6, label=f"half of the {spoken().examples}, median"),
        Line2D([], [], color=style.INK, lw=0.8, label=f"90 % of the {spoken().examples}"),
    ]
    figure.legend(handles=keys, loc="outside upper center", ncols=2)
    each = int(table.groupby(["model", "method"], sort=False).size().max())
    more = "gap: sum of a map less the change in prediction that it divides"
    note(figure, Facts(n=f"{counted(each)} an explanation", more=more))
    return figure


def _distribution(axes: Axes, gaps: pd.Series, y: float, *, gid: str) -> None:
    sizes = np.maximum(gaps.abs().to_numpy(float), LEAST)
    # Spread in height by their place in the table: the same figure every time.
    heights = y + 0.12 + 0.3 * ((np.arange(len(sizes)) * 0.618034) % 1)
    more = (gaps > 0).to_numpy()
    for which, colour in ((more, COLOURS["more"]), (~more, COLOURS["less"])):
        axes.plot(
            sizes[which],
            heights[which],
            "o",
            ms=1.8,
            mew=0,
            alpha=0.5,
            color=colour,
            zorder=2,
            rasterized=True,
        )
    low, first, middle, third, high = np.quantile(sizes, QUANTILES)
    axes.plot([low, high], [y - 0.15] * 2, color=style.INK, lw=0.8, zorder=3)
    axes.plot([first, third], [y - 0.15] * 2, color=style.INK, lw=2.6, zorder=3, gid=gid)
    axes.plot([middle], [y - 0.15], "|", ms=9, mew=1.6, color=style.INK, zorder=4, gid=f"{gid}/m")


def _steps(axes: Axes, own: pd.DataFrame, y: float) -> None:
    steps = own["steps"].to_numpy(float)
    low, middle, high = np.quantile(steps, [0.05, 0.5, 0.95])
    axes.plot([low, high], [y, y], color=style.INK, lw=0.8)
    if high > 0:
        axes.plot([middle], [y], "o", ms=4, color=style.INK)
    missed = int((~own["converged"]).sum())
    told = f"{middle:g}" if low == high else f"{middle:g} ({low:g} to {high:g})"
    told = told if high > 0 else "draws, no steps"
    if missed:
        told += f"\n{missed} of {len(own)} missed"
    axes.annotate(
        told, (high, y), xytext=(6, 0), textcoords="offset points", va="center", fontsize=7
    )
