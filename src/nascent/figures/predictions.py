"""Measured against predicted targets of one model, and both by group of cells."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.patches import Patch

from nascent.figures import style

FACTORS: Mapping[str, str] = {
    "cell_cycle": "cell cycle",
    "perturbation": "perturbation",
    "well": "well",
}
RASTER_ABOVE = 1_500  # points from which a scatter is stored as pixels in the SVG
WIDE = 6  # levels from which box plots take the whole width
CROWDED = 16  # levels from which their names stand upright
MEASURED, PREDICTED = "#5B7FA6", "#E3A857"


@style.look()
def draw(
    predictions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    model: str,
    target: str,
    split: str = "test",
    seed: int | None = None,
) -> Figure:
    """Draw ŷ against y coloured by cell cycle, and box plots of both by known factors.

    Parameters
    ----------
    predictions
        Columns `split, model, seed, cell_id, y, y_hat`.
    cells
        The cell table, index or column `cell_id`; factors `cell_cycle, perturbation, well` where
        known.
    model, split, seed
        Which predictions; `seed` defaults to the model's lowest.
    target
        Name of the target channel.
    """
    rows = of_run(predictions, model=model, split=split, seed=seed)
    table = with_factors(rows, cells)
    factors = [name for name in FACTORS if table[name].nunique() > 1]
    if not factors:
        figure = Figure(figsize=(3.6, 3.4), layout="constrained")
        _scatter(figure.subplots(), table, target)
        return figure
    wide = [name for name in factors if table[name].nunique() > WIDE]
    narrow = [name for name in factors if name not in wide]
    top = max(3.4, 1.55 * len(narrow))
    figure = Figure(figsize=(style.WIDTH, top + 2.2 * len(wide)), layout="constrained")
    outer = GridSpec(1 + len(wide), 2, figure=figure, height_ratios=[top - 0.2] + [2.2] * len(wide))
    _scatter(figure.add_subplot(outer[0, 0]), table, target)
    places = []
    if narrow:
        inner = outer[0, 1].subgridspec(len(narrow), 1)
        places += [figure.add_subplot(inner[i]) for i in range(len(narrow))]
    places += [figure.add_subplot(outer[1 + i, :]) for i in range(len(wide))]
    for axes, name in zip(places, narrow + wide, strict=True):
        _boxes(axes, table, name, target)
    places[0].legend(
        handles=[
            Patch(color=MEASURED, label="measured y"),
            Patch(color=PREDICTED, label="predicted ŷ"),
        ],
        loc="lower right",
        bbox_to_anchor=(1, 1.0),
        ncols=2,
        borderpad=0,
        borderaxespad=0.2,
        handlelength=0.8,
    )
    return figure


def of_run(predictions: pd.DataFrame, *, model: str, split: str, seed: int | None) -> pd.DataFrame:
    """Return the rows of one model and split, and of one seed (default: the lowest)."""
    rows = predictions[(predictions["model"] == model) & (predictions["split"] == split)]
    if seed is None and rows["seed"].notna().any():
        seed = rows["seed"].min()
    return rows if seed is None else rows[rows["seed"] == seed]


def with_factors(rows: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Join the factors of the cell table to predictions; what is missing is `unknown`."""
    flat = cells.set_index("cell_id") if "cell_id" in cells.columns else cells
    kept = [name for name in FACTORS if name in flat.columns]
    table = rows.copy()
    table[kept] = flat[kept].reindex(rows["cell_id"]).to_numpy(object)
    for name in FACTORS:
        known = style.is_known(table, name)
        table[name] = style.labels(table[name]) if known else "all cells"
    return table


def scores(y: np.ndarray, y_hat: np.ndarray) -> dict[str, float]:
    """Return n, R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)², MAE and bias = mean(y − ŷ)."""
    if len(y) == 0:
        return {"n": 0, "r2": np.nan, "mae": np.nan, "bias": np.nan}
    error = y - y_hat
    spread = ((y - y.mean()) ** 2).sum()
    r2 = 1 - (error**2).sum() / spread if spread > 0 else np.nan
    return {"n": len(y), "r2": r2, "mae": np.abs(error).mean(), "bias": error.mean()}


def _scatter(axes: Axes, table: pd.DataFrame, target: str) -> None:
    if table.empty:
        style.say(axes, "There are no predictions to show.")
        return
    names = style.levels(table["cell_cycle"], list(style.CYCLE))
    palette = style.colours(names, {**style.CYCLE, "all cells": style.SERIES[0]})
    # One scatter in shuffled order, so that no phase lies on top of the others.
    order = np.random.default_rng(0).permutation(len(table))
    shown = table.iloc[order]
    size = float(np.clip(2500 / max(len(table), 1), 3, 14))
    axes.scatter(
        shown["y"],
        shown["y_hat"],
        c=[palette[name] for name in shown["cell_cycle"]],
        s=size,
        alpha=0.65,
        lw=0,
        rasterized=len(table) > RASTER_ABOVE,
        gid="cells",
    )
    both = np.concatenate([table["y"], table["y_hat"]])
    low, high = np.nanmin(both), np.nanmax(both)
    room = 0.05 * max(high - low, 1e-9)
    ends = (low - room, high + room)
    axes.axline((low, low), slope=1, color=style.INK, lw=0.9, ls=(0, (4, 2)), gid="identity")
    axes.set_xlim(ends)
    axes.set_ylim(ends)
    axes.set_aspect("equal")
    axes.set_xlabel(f"measured {target} (counts)")
    axes.set_ylabel(f"predicted {target} (counts)")
    found = scores(table["y"].to_numpy(float), table["y_hat"].to_numpy(float))
    r2 = f"{found['r2']:.2f}".replace("-", "\N{MINUS SIGN}")
    axes.set_title(
        f"n = {style.thousands(found['n'])}   R² = {r2}   "
        f"MAE = {found['mae']:.3g}   bias = {style.signed(found['bias'])}",
        fontsize=7.5,
        fontweight="normal",
    )
    if len(names) > 1:
        handles = [Patch(color=palette[name], label=name) for name in names]
        axes.legend(handles=handles, loc="upper left", handlelength=0.8, borderpad=0.1)


def _boxes(axes: Axes, table: pd.DataFrame, factor: str, target: str) -> None:
    names = style.levels(table[factor], list(style.CYCLE) if factor == "cell_cycle" else [])
    for column, shift, colour in (("y", -0.19, MEASURED), ("y_hat", 0.19, PREDICTED)):
        axes.boxplot(
            [table.loc[table[factor] == name, column] for name in names],
            positions=np.arange(len(names)) + shift,
            widths=0.32,
            patch_artist=True,
            boxprops={"facecolor": colour, "lw": 0.7, "edgecolor": style.INK},
            medianprops={"color": style.INK, "lw": 1.2},
            whiskerprops={"lw": 0.7},
            capprops={"lw": 0.7},
            flierprops={"marker": ".", "ms": 2, "mfc": style.GREY, "mec": "none"},
            manage_ticks=False,
        )
    counts = table[factor].value_counts()
    axes.set_xticks(
        range(len(names)), [f"{name}\n{style.thousands(counts[name])}" for name in names]
    )
    if len(names) > CROWDED:
        axes.tick_params(axis="x", labelsize=6, labelrotation=90)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_ylabel(f"{target} (counts)")
    total = table[factor].nunique()
    kept = f" ({len(names)} largest of {total})" if total > len(names) else ""
    axes.set_title(f"By {FACTORS[factor]}{kept}")
