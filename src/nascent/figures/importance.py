"""Importance of the channels for each group of cells, against equal shares and random weights."""

from collections.abc import Mapping, Sequence
from string import ascii_lowercase

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nascent.errors import AttributionError, did_you_mean
from nascent.explain.aggregates import SYMBOLS
from nascent.figures import style

SPREAD = 0.24  # between two groups of a channel, in rows
SHIFTED_BELOW = 60  # channels; beyond it the rows are too thin for several points each
BAND = "#E4E0D4"
NOTHING = "No cell was explained, or the maps have no channels."


@style.look()
def draw(
    importance: pd.DataFrame,
    *,
    aggregate: str = "absolute",
    top: int | None = None,
    joint: pd.DataFrame | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Figure:
    """Draw each channel's mean share of the attribution as points with intervals, by group.

    Beside it stand the signed shares, where the table has them: the net effect of a channel, over
    the cell's Σ|score|.

    Channels are sorted by their mean over the groups, the most important on top. The dashed line
    is the share each would have if all were alike, the band what models of random weights give it,
    over all groups. A point is filled where its interval lies above its null, hollow where it does
    not. With several seeds a point is the mean over seeds, its line and band span those of all, and
    it is filled where all seeds beat their nulls.

    Channels that repeat each other bear the letter of their group, and below all channels stands
    the joint share of each group: a share of other wholes, since there its channels count once.

    Parameters
    ----------
    importance
        Rows of `channel_importance.tsv` of one model, method and split: columns `seed, group,
        channel, cells, importance, low, high` with shares between 0 and 1, and where there is a
        null `null_low, null_high, beats_null`; `aggregate` where there are several.
    aggregate
        Whose shares are drawn, in `nascent.explain.aggregates.AGGREGATES`.
    top
        Draw only so many channels; the uniform share still counts all.
    joint
        Rows of `joint_importance.tsv` of the same; None where no channels repeat each other.
    groups
        Name of a group → its channels.

    Raises
    ------
    AttributionError
        Where there is no such aggregate; the nearest is named.
    """
    if aggregate not in SYMBOLS:
        raise AttributionError(
            f"there is no aggregate {aggregate!r}", mend=did_you_mean(aggregate, SYMBOLS)
        )
    summary = over_seeds(importance, aggregate)
    if summary.empty:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), NOTHING)
        return figure
    means = summary.groupby("channel", sort=False)["importance"].mean()
    channels = means.sort_values(ascending=False, kind="stable").index.tolist()
    uniform = 100 / len(channels)
    channels = channels[:top]
    beside = over_seeds(importance, "signed") if "aggregate" in importance else summary.iloc[:0]
    beside = beside if aggregate != "signed" else beside.iloc[:0]
    together = _joint(joint, groups or {})
    letters = dict(zip(together, ascii_lowercase, strict=False))
    rows = [*channels, *together]
    if together:
        units = joint.rename(columns={"unit": "channel"})
        summary = _with_groups(summary, over_seeds(units, aggregate), together)
        beside = _with_groups(beside, over_seeds(units, "signed"), together)
    size = (style.WIDTH * (0.8 if beside.empty else 1), 0.215 * len(rows) + 1.1)
    figure = Figure(figsize=size, layout="constrained")
    axes, *others = figure.subplots(
        1, 1 if beside.empty else 2, squeeze=False, width_ratios=None if beside.empty else (1, 0.6)
    )[0]
    _points(axes, summary, rows)
    for signed in others:
        _points(signed, beside, rows)
        signed.axvline(0, color=style.INK, lw=0.6, zorder=0.5, gid="zero")
        signed.set_yticks([])
        signed.set_xlabel("signed share, Σ score / Σ|score| (%)")
    if together:
        for panel in (axes, *others):
            panel.axhline(len(channels) - 0.5, color=style.INK, lw=0.8, gid="joint")
    # The share is that of channels: groups are counted among fewer units.
    foot = len(together) / (len(rows) + 0.2)
    axes.axvline(uniform, foot, color=style.INK, lw=0.9, ls=(0, (4, 2)), zorder=0.5, gid="uniform")
    axes.annotate(
        f"uniform {uniform:.2f} %",
        (uniform, foot),
        xycoords=("data", "axes fraction"),
        xytext=(3, 3),
        textcoords="offset points",
        fontsize=6.5,
    )
    axes.set_yticks(range(len(rows)), _labels(channels, together, letters))
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=min(0, axes.get_xlim()[0]))
    axes.set_xlabel(f"share of the map by {SYMBOLS[aggregate]} (%)")
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(len(handles), 4))
    return figure


def _joint(joint: pd.DataFrame | None, groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the groups that have a joint share, and their channels."""
    if joint is None:
        return {}
    return {name: list(members) for name, members in groups.items() if name in set(joint["unit"])}


def _with_groups(
    summary: pd.DataFrame, units: pd.DataFrame, groups: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    if summary.empty:
        return summary
    return pd.concat([summary, units[units["channel"].isin(list(groups))]], ignore_index=True)


def _labels(
    channels: Sequence[str], groups: Mapping[str, Sequence[str]], letters: Mapping[str, str]
) -> list[str]:
    """Return the names of the rows: duplicates bear the letter of their group."""
    letter = {name: letters.get(group, "") for group, own in groups.items() for name in own}
    found = [f"{name} ({letter[name]})" if letter.get(name) else name for name in channels]
    for name, members in groups.items():
        # A group that was found is called by its channels, which bear the letter already.
        called = f"{len(members)} channels" if name == "+".join(members) else name
        found.append(f"({letters.get(name, '')}) {called}, as one")
    return found


def over_seeds(importance: pd.DataFrame, aggregate: str = "absolute") -> pd.DataFrame:
    """Return one row a group and channel: the mean over seeds, and the span of their intervals.

    `beats_null` is 1 where all seeds beat their nulls, 0 where one does not, missing where one
    has none.
    """
    kept = importance[importance["cells"] > 0].dropna(subset=["importance"])
    if "aggregate" in kept.columns:
        kept = kept[kept["aggregate"] == aggregate]
    told = kept.reindex(columns=[*kept.columns.union(["null_low", "null_high", "beats_null"])])
    # Read from a table, a column of True, False and missing values holds all three as objects.
    beats = told["beats_null"].map({True: 1.0, False: 0.0, "True": 1.0, "False": 0.0})
    return (
        told.assign(beats_null=beats.astype(float))
        .groupby(["group", "channel"], sort=False)
        .agg(
            cells=("cells", "max"),
            importance=("importance", "mean"),
            low=("low", "min"),
            high=("high", "max"),
            null_low=("null_low", "min"),
            null_high=("null_high", "max"),
            beats_null=("beats_null", lambda values: values.min(skipna=False)),
        )
        .reset_index()
    )


def _points(axes, summary: pd.DataFrame, channels: list[str]) -> None:
    """Draw the points of every group, the bands of random weights, and stripes behind them."""
    _band(axes, summary, channels)
    groups = summary["group"].drop_duplicates().tolist()
    colours = style.colours(groups, style.GROUPS)
    for number, group in enumerate(groups):
        rows = summary[(summary["group"] == group) & summary["channel"].isin(channels)]
        y = np.array([channels.index(name) for name in rows["channel"]], dtype=float)
        if len(channels) < SHIFTED_BELOW:
            y += _shift(number, len(groups))
        axes.hlines(y, 100 * rows["low"], 100 * rows["high"], color=colours[group], lw=1.3)
        axes.plot(
            100 * rows["importance"],
            y,
            "o",
            ms=3.8,
            color=colours[group],
            label=f"{group} (n = {style.thousands(rows['cells'].max())})",
            gid=group,
        )
        hollow = (rows["beats_null"] == 0).to_numpy()
        axes.plot(100 * rows["importance"][hollow], y[hollow], "o", ms=2, color="white", ls="")
    for i in range(0, len(channels), 2):
        axes.axhspan(i - 0.5, i + 0.5, color="#F5F5F5", lw=0, zorder=0)
    axes.set_ylim(len(channels) - 0.4, -0.6)


def _band(axes, summary: pd.DataFrame, channels: list[str]) -> None:
    spans = summary.groupby("channel").agg(low=("null_low", "min"), high=("null_high", "max"))
    spans = spans.loc[channels].dropna()
    for number, (channel, span) in enumerate(spans.iterrows()):
        row = channels.index(channel)
        axes.fill_betweenx(
            [row - 0.45, row + 0.45],
            100 * span["low"],
            100 * span["high"],
            color=BAND,
            lw=0,
            zorder=0.3,
            gid="null",
            label="random weights" if number == 0 else None,
        )


def _shift(number: int, groups: int) -> float:
    room = min(SPREAD, 0.72 / max(groups, 1))
    return (number - (groups - 1) / 2) * room
