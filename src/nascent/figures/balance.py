"""Are the splits alike? Examples, levels of factors and targets of each."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.examples import GROUP
from nascent.figures import style
from nascent.figures.facts import Facts, counted, note
from nascent.kind import capital
from nascent.words import spoken

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@style.look()
def draw(
    cells: pd.DataFrame, splits: pd.DataFrame, *, label: str, factors: Sequence[str] = ()
) -> Figure:
    """Draw the cells of each split, their make-up and the quantiles of their targets.

    Every level of a factor is a bar of its cells' shares in train, val and test;
    the dashed lines are the shares over all cells, where a balanced level's borders lie.

    Parameters
    ----------
    cells
        The cell table, index or column `id`; `target`; `factors` and `group` where known. A
        factor with one level is not drawn.
    splits
        Columns `id, split`.
    label
        The target in words, with its unit.
    factors
        Columns of the table of examples that tell them apart, beside their group.
    """
    table = joined(cells, splits)
    names = [name for name in style.SPLITS if (table["split"] == name).any()]
    rows = [
        (factor, level)
        for factor in (*factors, GROUP)
        for level in (level_names(table, factor) if factor in table else [])
    ]
    height = max(0.17 * (len(rows) + 2 * len({factor for factor, _ in rows})) + 0.9, 2.4)
    tall = height > 4.4
    figure = Figure(figsize=(style.WIDTH, height), layout="constrained")
    if table.empty:
        style.say(figure.subplots(), f"No {spoken().example} is in any split.")
        return figure
    # Many levels make the middle panel tall: the other two then share a column.
    panels = figure.subplot_mosaic(
        [["cells", "shares"], ["target", "shares"]] if tall else [["cells", "shares", "target"]],
        width_ratios=[1, 1.5] if tall else [0.75, 1.5, 1.15],
    )
    counts_axes, shares_axes, target_axes = (panels[k] for k in ("cells", "shares", "target"))
    _counts(counts_axes, table, names)
    _shares(shares_axes, table, names, rows)
    _targets(target_axes, table, names)
    target_axes.set_ylabel(label)
    of_groups = table[GROUP].nunique() if GROUP in table else None
    parts = "dashed: shares over all" if rows else ""
    note(figure, Facts(n=counted(len(table), of_groups), more=parts))
    return figure


def joined(cells: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """Return the cell table's rows of the cells in a split, with the column `split`."""
    flat = cells if "id" in cells.columns else cells.rename_axis("id").reset_index()
    return flat.merge(splits[["id", "split"]], on="id", how="inner")


def level_names(table: pd.DataFrame, factor: str) -> list[str]:
    """Return a factor's levels, or none where there is but one."""
    found = style.levels(table[factor], list(style.CYCLE))
    return found if len(found) > 1 else []


def _counts(axes: Axes, table: pd.DataFrame, names: list[str]) -> None:
    counts = table["split"].value_counts().reindex(names)
    bars = axes.bar(names, counts, color=[style.SPLITS[name] for name in names], width=0.7)
    axes.bar_label(
        bars,
        [f"{style.thousands(n)}\n{100 * n / len(table):.1f} %" for n in counts],
        fontsize=7,
        padding=1,
    )
    axes.set_ylim(0, counts.max() * 1.22)
    axes.set_ylabel(spoken().examples)
    axes.yaxis.set_major_formatter(lambda value, _: style.thousands(value))
    axes.set_title(capital(spoken().examples))


def _shares(axes: Axes, table: pd.DataFrame, names: list[str], rows: list[tuple[str, str]]) -> None:
    if not rows:
        style.say(axes, "No factor has two levels:\nthere is nothing to compare.")
        return
    at, position = [], 0.0
    for i, (factor, level) in enumerate(rows):
        if i == 0 or rows[i - 1][0] != factor:
            position += 0.0 if i == 0 else 0.6
            shown, total = sum(name == factor for name, _ in rows), table[factor].nunique()
            kept = f" ({shown} largest of {total})" if total > shown else ""
            axes.text(
                0,
                position,
                f"{spoken().column(factor)}{kept}",
                fontsize=7,
                style="italic",
                va="center",
            )
            position += 0.9
        of_level = table.loc[style.labels(table[factor]) == level, "split"]
        shares = 100 * of_level.value_counts(normalize=True).reindex(names).fillna(0)
        left = 0.0
        for name, share in shares.items():
            axes.barh(position, share, left=left, height=0.78, color=style.SPLITS[name])
            left += share
        axes.text(101.5, position, style.thousands(len(of_level)), fontsize=7, va="center")
        at.append(position)
        position += 1
    overall = 100 * table["split"].value_counts(normalize=True).reindex(names).cumsum()
    for share in overall.iloc[:-1]:
        axes.axvline(share, color=style.INK, lw=0.9, ls=(0, (3, 2)))
    axes.set_yticks(at, [level for _, level in rows])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(position - 0.3, -0.7)
    axes.set_xlim(0, 100)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"{spoken().examples} of the level (%)")
    axes.set_title("Make-up")
    axes.set_title(spoken().examples, loc="right", fontsize=7, fontweight="normal")


def _targets(axes: Axes, table: pd.DataFrame, names: list[str]) -> None:
    for i, name in enumerate(names):
        values = table.loc[table["split"] == name, "target"].dropna()
        if values.empty:
            continue
        q05, q25, q50, q75, q95 = np.quantile(values, QUANTILES)
        colour = style.SPLITS[name]
        axes.vlines(i, q05, q95, color=colour, lw=1.2)
        axes.bar(i, q75 - q25, bottom=q25, width=0.5, color=colour, alpha=0.35, lw=0)
        axes.hlines([q25, q75], i - 0.25, i + 0.25, color=colour, lw=1)
        axes.hlines(q50, i - 0.25, i + 0.25, color=colour, lw=2.4)
        axes.hlines([q05, q95], i - 0.1, i + 0.1, color=colour, lw=1.2)
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_title("Target: 5, 25, 50, 75, 95 %")
