"""What quality control removed: how many cells, why, and from which wells."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from nascent.figures import style, words
from nascent.figures.facts import Facts, counted, note
from nascent.words import spoken

ALL = "all"  # the step whose row sums up a well
ROW = 0.27  # inches, of a well or a reason
MANY = 32  # wells from which they stand side by side, without a row each


@style.look()
def draw(quality: pd.DataFrame) -> Figure:
    """Draw the cells of each reason, and each well's cells kept and removed.

    Left, a reason's pale bar is the cells it holds for, the full bar those it removed: a cell that
    several reasons hold for is removed by the first. How many checks removed none stands below.
    Right, a well's bar is all its cells, the removed ones in their reason's colour.

    Parameters
    ----------
    quality
        The table `quality.tsv`: columns `plate, well, step, reason, found, removed_alone,
        cells_in, removed, cells_out`; the rows with step `all` sum up a well.
    """
    totals = quality[quality["step"] == ALL]
    steps = quality[quality["step"] != ALL]
    reasons = steps.groupby("reason", sort=False)[["found", "removed"]].sum()
    idle = int((reasons["found"] == 0).sum())
    reasons = reasons[reasons["found"] > 0]
    if totals.empty:
        figure = Figure(figsize=(style.WIDTH, 1.5), layout="constrained")
        style.say(figure.subplots(), f"There are no {spoken().parts} to show.")
        return figure
    many = len(totals) > MANY
    reason_height = ROW * max(len(reasons), 2) + 0.75
    well_height = 2.4 if many else ROW * max(len(totals), 2) + 0.75
    if many:
        figure = Figure(figsize=(style.WIDTH, reason_height + well_height), layout="constrained")
        left, right = figure.subplots(2, 1, height_ratios=[reason_height, well_height])
    else:
        height = max(reason_height, well_height) + 0.45
        figure = Figure(figsize=(style.WIDTH, height), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
    palette = style.colours(list(reasons.index))
    _reasons(left, reasons, palette)
    stacks = _stacks(totals, steps, palette)
    if many:
        _profile(right, totals, stacks)
    else:
        _rows(right, totals, stacks)
    right.set_title(f"By {spoken().part}")
    keys = [Patch(color=style.PALE, label="kept")]
    keys += [Patch(color=colour, label=reason) for reason, colour in palette.items()]
    figure.legend(
        handles=keys, loc="outside lower center", ncols=min(len(keys), 3), handlelength=0.8
    )
    cells, lost = int(totals["cells_in"].sum()), int(totals["removed"].sum())
    figure.suptitle(
        f"{style.thousands(cells)} {spoken().examples} measured, {style.thousands(lost)} removed"
        f" ({100 * lost / max(cells, 1):.1f} %), {style.thousands(cells - lost)} kept",
        fontsize=8.5,
        fontweight="bold",
    )
    more = []
    if (reasons["found"] > reasons["removed"]).any():
        more.append(f"pale: {spoken().examples} that a check before it had removed")
    if idle:
        more.append(f"{words.count(idle, 'other check')} removed none")
    of_parts = words.count(len(totals), spoken().part, spoken().parts)
    note(figure, Facts(n=f"{counted(cells)} in {of_parts}", more="; ".join(more)))
    return figure


def _reasons(axes: Axes, reasons: pd.DataFrame, palette: dict[str, str]) -> None:
    if reasons.empty:
        style.say(axes, f"No reason holds for any {spoken().example}.")
        return
    at = np.arange(len(reasons))
    colours = [palette[reason] for reason in reasons.index]
    found = axes.barh(at, reasons["found"], color=colours, alpha=0.3, height=0.7)
    axes.barh(at, reasons["removed"], color=colours, height=0.7)
    axes.bar_label(
        found,
        [
            style.thousands(removed)
            if removed == held
            else f"{style.thousands(removed)} of {style.thousands(held)}"
            for held, removed in reasons.itertuples(index=False)
        ],
        fontsize=7,
        padding=3,
    )
    axes.set_yticks(at, [_broken(reason) for reason in reasons.index], fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(len(reasons), 1) - 0.4, -0.6)
    axes.set_xlim(0, max(reasons["found"].max(), 1) * 1.4)
    axes.set_xlabel(spoken().examples)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: style.thousands(value))
    axes.set_title("Removed, by reason")


def _stacks(
    totals: pd.DataFrame, steps: pd.DataFrame, palette: dict[str, str]
) -> list[tuple[str, np.ndarray]]:
    """Return colour and cells a well of what was kept, then of what each reason removed."""
    keys = pd.MultiIndex.from_frame(totals[["plate", "well"]])
    removed = steps.pivot_table(
        index=["plate", "well"], columns="reason", values="removed", aggfunc="sum"
    ).reindex(index=keys, columns=list(palette))
    kept = [(style.PALE, totals["cells_out"].to_numpy(float))]
    return kept + [
        (colour, removed[reason].fillna(0).to_numpy(float)) for reason, colour in palette.items()
    ]


def _rows(axes: Axes, totals: pd.DataFrame, stacks: list[tuple[str, np.ndarray]]) -> None:
    at, left = np.arange(len(totals)), np.zeros(len(totals))
    for colour, cells in stacks:
        axes.barh(at, cells, left=left, color=colour, height=0.7)
        left = left + cells
    axes.set_yticks(at, _well_names(totals))
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(len(totals), 1) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: style.thousands(value))
    axes.set_xlabel(f"{spoken().examples} of the {spoken().part}")


def _profile(axes: Axes, totals: pd.DataFrame, stacks: list[tuple[str, np.ndarray]]) -> None:
    edges, base = np.arange(len(totals) + 1) - 0.5, np.zeros(len(totals))
    for colour, cells in stacks:
        axes.stairs(base + cells, edges, baseline=base, fill=True, color=colour, lw=0)
        base = base + cells
    each = -(-len(totals) // MANY)
    names = _well_names(totals)
    axes.set_xticks(range(0, len(totals), each), names[::each], rotation=90, fontsize=7)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda value, _: style.thousands(value))
    axes.set_ylabel(f"{spoken().examples} of the {spoken().part}")


def _well_names(totals: pd.DataFrame) -> list[str]:
    if totals["plate"].nunique() == 1:
        return totals["well"].astype(str).tolist()
    return (totals["plate"].astype(str) + " " + totals["well"].astype(str)).tolist()


def _broken(reason: str, width: int = 26) -> str:
    # Long reasons take two lines, so that the bars keep their room.
    if len(reason) <= width:
        return reason
    cut = reason.rfind(" ", 0, width)
    return reason if cut < 0 else f"{reason[:cut]}\n{reason[cut + 1 :]}"
