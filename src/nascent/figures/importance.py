"""Shares of the map by channel and stratum, against equal shares and random weights; use beside."""

from collections.abc import Mapping, Sequence
from string import ascii_lowercase

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.errors import AttributionError, did_you_mean
from nascent.explain.importance.aggregates import SYMBOLS
from nascent.figures import style
from nascent.figures.importance_rows import (
    Heading,
    Row,
    grouped,
    of_all_inputs,
    over_seeds,
    used,
    within_inputs,
)
from nascent.task import REGRESSION, task_of
from nascent.words import spoken, worded

NOTHING = "No {example} was explained, or the maps have no {features}."
SPREAD = 0.24  # between two strata of a channel, in rows
SHIFTED_BELOW = 60  # channels; beyond it the rows are too thin for several points each
BAND = style.INKS["untrained"]
BANDS = {False: "random weights", True: "random weights, too wide to deny anything"}


@style.look()
def draw(
    importance: pd.DataFrame,
    *,
    aggregate: str = "absolute",
    top: int | None = None,
    joint: pd.DataFrame | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    use: pd.DataFrame | None = None,
    task: str = REGRESSION,
) -> Figure:
    """Draw each channel's mean share of the map as points with intervals, by stratum.

    Beside it stand the signed shares, where the table has them: the net effect of a channel, over
    the cell's Σ|score|.

    Channels are sorted by their mean over the strata, the largest on top. The dashed line
    is the share each would have if all were alike, the band what models of random weights give it,
    over all strata; half its width stands beside. It is hatched where it is too wide to deny
    anything. A point is full where its interval lies above its null, hollow where it does not, pale
    where that cannot be told. With several seeds a point is the mean over seeds, its line and band
    span those of all, and it is full where all seeds beat their nulls.

    Whether the model uses a channel is another question, and its use answers it: it stands in a
    column of its own, bold where it is proven.

    Of a model with several inputs the shares are those of all inputs together, the channels stand
    input by input, and the mean share within the input beside them: sums over the places of two
    inputs do not mix.

    Channels that repeat each other bear the letter of their group, and below all channels stands
    the joint share of each group: a share of other wholes, since there its channels count once.

    Parameters
    ----------
    importance
        Rows of `channel_importance.tsv` of one model, method and split: columns `seed, stratum,
        channel, cells, importance, low, high` with shares between 0 and 1, and where there is a
        null `null_low, null_high, null_half, beats_null`; `aggregate` where there are several.
    aggregate
        Whose shares are drawn, in `nascent.explain.importance.aggregates.AGGREGATES`.
    top
        Draw only so many channels; the uniform share still counts all.
    joint
        Rows of `joint_importance.tsv` of the same; None where no channels repeat each other.
    groups
        Name of a group → its channels.
    use
        Rows of `use.tsv` of the model; None where its use was not measured.
    task
        Name of what is predicted; it says what its skill is called.

    Raises
    ------
    AttributionError
        Where there is no such aggregate; the nearest is named.
    """
    if aggregate not in SYMBOLS:
        raise AttributionError(
            f"there is no aggregate {aggregate!r}", mend=did_you_mean(aggregate, SYMBOLS)
        )
    within = within_inputs(importance)
    importance = of_all_inputs(importance)
    summary = over_seeds(importance, aggregate)
    if summary.empty:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(figure.subplots(), worded(NOTHING))
        return figure
    means = summary.groupby("channel", sort=False)["importance"].mean()
    channels = means.sort_values(ascending=False, kind="stable").index.tolist()
    uniform = 100 / len(channels)
    channels = channels[:top]
    beside = over_seeds(importance, "signed") if "aggregate" in importance else summary.iloc[:0]
    beside = beside if aggregate != "signed" else beside.iloc[:0]
    together = _joint(joint, groups or {})
    letters = dict(zip(together, ascii_lowercase, strict=False))
    singles = grouped(channels, within)
    rows = [*singles, *together]
    if together:
        units = of_all_inputs(joint).rename(columns={"unit": "channel"})
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
            panel.axhline(len(singles) - 0.5, color=style.INK, lw=0.8, gid="joint")
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
    shares = over_seeds(within, aggregate).groupby("channel")["importance"].mean()
    _columns(
        (axes, others[-1] if others else axes), summary, rows, shares, use, task_of(task).skill
    )
    axes.set_yticks(range(len(rows)), _labels(singles, together, letters))
    for row, label in zip(rows, axes.get_yticklabels(), strict=True):
        if isinstance(row, Heading):
            label.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=min(0, axes.get_xlim()[0]))
    axes.set_xlabel(f"share of the map by {SYMBOLS[aggregate]} (%)")
    handles, _ = axes.get_legend_handles_labels()
    figure.legend(
        handles=[*handles, *_keys(summary)], loc="outside upper center", ncols=min(len(handles), 4)
    )
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
    rows: Sequence[Row], groups: Mapping[str, Sequence[str]], letters: Mapping[str, str]
) -> list[str]:
    """Return the names of the rows: duplicates bear the letter of their group."""
    names = [row.input if isinstance(row, Heading) else row for row in rows]
    letter = {name: letters.get(group, "") for group, own in groups.items() for name in own}
    found = [f"{name} ({letter[name]})" if letter.get(name) else name for name in names]
    for name, members in groups.items():
        # A group that was found is called by its channels, which bear the letter already.
        called = f"{len(members)} {spoken().features}" if name == "+".join(members) else name
        found.append(f"({letters.get(name, '')}) {called}, as one")
    return found


def _points(axes, summary: pd.DataFrame, channels: list[Row]) -> None:
    """Draw the points of every stratum, the bands of random weights, and stripes behind them."""
    _band(axes, summary, channels)
    strata = summary["stratum"].drop_duplicates().tolist()
    colours = style.colours(strata, style.STRATA)
    for number, stratum in enumerate(strata):
        rows = summary[(summary["stratum"] == stratum) & summary["channel"].isin(channels)]
        y = np.array([channels.index(name) for name in rows["channel"]], dtype=float)
        if len(channels) < SHIFTED_BELOW:
            y += _shift(number, len(strata))
        axes.hlines(y, 100 * rows["low"], 100 * rows["high"], color=colours[stratum], lw=1.3)
        axes.plot(
            100 * rows["importance"],
            y,
            "o",
            ms=3.8,
            color=colours[stratum],
            label=f"{stratum} (n = {style.thousands(rows['cells'].max())})",
            gid=stratum,
        )
        # A point's inside says how it stands to its null; where there is none it is full.
        null = rows["null_high"].notna()
        for state, face in (
            (rows["beats_null"] == 0, "white"),
            (null & rows["beats_null"].isna(), _pale(colours[stratum])),
        ):
            inside = state.to_numpy()
            axes.plot(
                100 * rows["importance"][inside], y[inside], "o", ms=2.5, color=face, mew=0, ls=""
            )
    for i in range(0, len(channels), 2):
        axes.axhspan(i - 0.5, i + 0.5, color=style.STRIPE, lw=0, zorder=0)
    axes.set_ylim(len(channels) - 0.4, -0.6)


def _band(axes, summary: pd.DataFrame, channels: list[Row]) -> None:
    spans = summary.groupby("channel").agg(
        low=("null_low", "min"), high=("null_high", "max"), wide=("wide", "any")
    )
    spans = spans.loc[[name for name in channels if isinstance(name, str)]].dropna()
    said = set()
    for channel, span in spans.iterrows():
        row, wide = channels.index(channel), bool(span["wide"])
        axes.fill_betweenx(
            [row - 0.45, row + 0.45],
            100 * span["low"],
            100 * span["high"],
            facecolor="none" if wide else BAND,
            edgecolor=BAND,
            hatch="/////" if wide else None,
            lw=0,
            zorder=0.3,
            gid="wide null" if wide else "null",
            label=None if wide in said else BANDS[wide],
        )
        said.add(wide)


def _columns(
    panels: tuple[Axes, Axes],
    summary: pd.DataFrame,
    rows: list[Row],
    within: pd.Series,
    use: pd.DataFrame | None,
    skill: str,
) -> None:
    """Write right of the first and last panel what a row has besides its shares.

    That is the half width of its band, its share within its input, and how much the model uses it.
    """
    first, last = panels
    names = [row if isinstance(row, str) else "" for row in rows]
    plain = [False] * len(rows)
    halves = summary.groupby("channel")["null_half"].max()
    if halves.notna().any():
        words = [
            f"±{100 * half:.1f}" if np.isfinite(half) else "" for half in halves.reindex(names)
        ]
        _column(first, "band", words, plain)
    if len(within):
        _column(last, "of its input", _words(within.reindex(names), "{:.1f} %"), plain)
    if use is None or use.empty:
        return
    known = used(use)
    found = [known.get(name, (np.nan, False)) for name in names]
    words = [
        f"{value:+.2f}".replace("-", "\N{MINUS SIGN}") if np.isfinite(value) else ""
        for value, _ in found
    ]
    bold = [proven for _, proven in found]
    _column(last, f"use ({skill})", words, bold, right=46 if len(within) else 4)


def _words(shares: pd.Series, how: str) -> list[str]:
    """Return shares in percent as words, nothing where one is missing."""
    return [how.format(100 * share) if np.isfinite(share) else "" for share in shares]


def _column(
    axes: Axes, head: str, words: Sequence[str], bold: Sequence[bool], *, right: float = 4
) -> None:
    place = {
        "xytext": (right, 0),
        "textcoords": "offset points",
        "fontsize": 6.5,
        "color": style.SOFT,
    }
    axes.annotate(head, (1, 1), xycoords="axes fraction", va="bottom", **place)
    for row, (word, strong) in enumerate(zip(words, bold, strict=True)):
        own = place | {"color": style.INK, "fontweight": "bold"} if strong else place
        xy = {"xy": (1, row), "xycoords": ("axes fraction", "data")}
        axes.annotate(word, va="center", gid=f"{head} {row}", **xy, **own)


def _keys(summary: pd.DataFrame) -> list[Line2D]:
    """Return the legend's entries for how points stand to their null, of those that there are."""
    beats, null = summary["beats_null"], summary["null_high"].notna()
    there = ((beats == 1).any(), (beats == 0).any(), (null & beats.isna()).any())
    faces = {"above random weights": style.INK, "not above": "white", "cannot tell": _pale()}
    return [
        Line2D([], [], marker="o", ms=3.8, mec=style.INK, mfc=face, ls="", label=name)
        for (name, face), shown in zip(faces.items(), there, strict=True)
        if shown
    ]


def _pale(colour: str = style.INK) -> tuple[float, ...]:
    """Return a colour mixed with three parts of white."""
    return tuple(0.25 * part + 0.75 for part in to_rgb(colour))


def _shift(number: int, strata: int) -> float:
    room = min(SPREAD, 0.72 / max(strata, 1))
    return (number - (strata - 1) / 2) * room
