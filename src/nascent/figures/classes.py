"""How many cells each class has, split by split."""

import pandas as pd
from matplotlib.figure import Figure

from nascent.figures import rows, style
from nascent.figures.facts import Facts, counted, note
from nascent.words import spoken

SPLITS = ("train", "val", "test")


@style.look()
def draw(classes: pd.Series, splits: pd.Series, *, label: str) -> Figure:
    """Draw a bar a class, its cells of train, val and test behind each other.

    Parameters
    ----------
    classes
        Class of every cell; the index is `id`.
    splits
        id → train, val or test; cells without a split are left out.
    label
        The target in words.
    """
    table = pd.crosstab(classes.reindex(splits.index).astype(str), splits)
    if table.empty:
        return rows.nothing(f"No {spoken().example} has a class.")
    table = table.reindex(columns=list(SPLITS), fill_value=0)
    figure = Figure(figsize=(style.WIDTH * 0.72, 0.28 * len(table) + 1.0), layout="constrained")
    axes = figure.subplots()
    left = table[SPLITS[0]] * 0
    for split in SPLITS:
        axes.barh(
            range(len(table)),
            table[split],
            left=left,
            height=0.6,
            color=style.SPLITS[split],
            label=split,
            gid=split,
        )
        left = left + table[split]
    for place, total in enumerate(left):
        axes.annotate(
            style.thousands(int(total)),
            (total, place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    axes.set_yticks(range(len(table)), table.index)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.margins(x=0.12)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(spoken().examples)
    axes.set_title(label, loc="left")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=3)
    note(figure, Facts(n=counted(int(left.sum()))))
    return figure
