"""Importance of the channels for cells of low, medium and high target."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nascent.figures import style

SHIFT = {"low": -0.24, "medium": 0.0, "high": 0.24}
SHIFTED_BELOW = 60  # channels; beyond it the rows are too thin for three points each


@style.look()
def draw(importance: pd.DataFrame, *, top: int | None = None) -> Figure:
    """Draw each channel's mean share of the attribution as points with intervals, by group.

    Channels are sorted by their mean over the groups, the most important on top. The dashed line
    is the share each would have if all were alike. With several seeds a point is the mean over
    seeds and its line spans all their intervals.

    Parameters
    ----------
    importance
        Rows of `channel_importance.tsv` of one model, method and split: columns `seed, group,
        channel, cells, importance, low, high` with shares between 0 and 1.
    top
        Draw only so many channels; the uniform share still counts all.
    """
    summary = over_seeds(importance)
    if summary.empty:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), "No cell was explained.")
        return figure
    order = (
        summary.groupby("channel")["importance"].mean().sort_values(ascending=False, kind="stable")
    )
    channels = order.index.tolist()
    uniform = 100 / len(channels)
    channels = channels[:top]
    row = {channel: i for i, channel in enumerate(channels)}
    figure = Figure(figsize=(style.WIDTH * 0.8, 0.215 * len(channels) + 1.0), layout="constrained")
    axes = figure.subplots()
    for group in style.GROUPS:
        rows = summary[(summary["group"] == group) & summary["channel"].isin(channels)]
        if rows.empty:
            continue
        y = np.array([row[name] for name in rows["channel"]], dtype=float)
        y += SHIFT[group] if len(channels) < SHIFTED_BELOW else 0
        axes.hlines(
            y, 100 * rows["low"], 100 * rows["high"], color=style.GROUPS[group], lw=1.3, alpha=0.8
        )
        axes.plot(
            100 * rows["importance"],
            y,
            "o",
            ms=3.8,
            color=style.GROUPS[group],
            label=f"{group} (n = {style.thousands(rows['cells'].max())})",
            gid=group,
        )
    for i in range(0, len(channels), 2):
        axes.axhspan(i - 0.5, i + 0.5, color="#F5F5F5", lw=0, zorder=0)
    axes.axvline(uniform, color=style.INK, lw=0.9, ls=(0, (4, 2)), zorder=0.5, gid="uniform")
    axes.annotate(
        f"uniform {uniform:.2f} %",
        (uniform, 0),
        xycoords=("data", "axes fraction"),
        xytext=(3, 3),
        textcoords="offset points",
        fontsize=6.5,
    )
    axes.set_yticks(range(len(channels)), channels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(channels) - 0.4, -0.6)
    axes.set_xlim(left=min(0, axes.get_xlim()[0]))
    axes.set_xlabel("share of the attribution (%)")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def over_seeds(importance: pd.DataFrame) -> pd.DataFrame:
    """Return one row a group and channel: the mean over seeds, and the span of their intervals."""
    kept = importance[importance["cells"] > 0].dropna(subset=["importance"])
    return (
        kept.groupby(["group", "channel"], sort=False)
        .agg(
            cells=("cells", "max"),
            importance=("importance", "mean"),
            low=("low", "min"),
            high=("high", "max"),
        )
        .reset_index()
    )
