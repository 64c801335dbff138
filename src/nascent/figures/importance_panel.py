"""A panel of shares by channel: points by stratum, what random weights give, and numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from nascent.figures import style
from nascent.figures.importance_rows import ALL, Row, used

LANES = 0.82  # height of the strata of a channel and of what random weights give, in rows
SHIFTED_BELOW = 60  # channels; beyond it the rows are too thin for several points each
NULL = style.GREY
NULLS = {
    False: "random weights",
    True: "random weights, too wide to deny anything",
}


def draw_points(axes: Axes, summary: pd.DataFrame, channels: list[Row]) -> None:
    """Draw the points of every stratum, and below them what random weights give, with stripes."""
    strata = summary["stratum"].drop_duplicates().tolist()
    lanes = len(strata) + int(summary["null_high"].notna().any())
    colours = style.colours(strata, {**style.STRATA, ALL: style.INK})
    for number, stratum in enumerate(strata):
        rows = summary[(summary["stratum"] == stratum) & summary["channel"].isin(channels)]
        y = np.array([channels.index(name) for name in rows["channel"]], dtype=float)
        y += _shift(number, lanes, channels)
        axes.hlines(y, 100 * rows["low"], 100 * rows["high"], color=colours[stratum], lw=1.3)
        axes.plot(
            100 * rows["importance"],
            y,
            "D" if stratum == ALL else "o",
            ms=3.4 if stratum == ALL else 3.8,
            color=colours[stratum],
            ls="",
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
    _nulls(axes, summary, channels, _shift(lanes - 1, lanes, channels))
    for i in range(0, len(channels), 2):
        axes.axhspan(i - 0.5, i + 0.5, color=style.STRIPE, lw=0, zorder=0)
    axes.set_ylim(len(channels) - 0.4, -0.6)


def _nulls(axes: Axes, summary: pd.DataFrame, channels: list[Row], shift: float) -> None:
    """Draw where random weights would lie as a thin line with ends, which no bar looks like."""
    spans = summary.groupby("channel").agg(
        low=("null_low", "min"), high=("null_high", "max"), wide=("wide", "any")
    )
    spans = spans.loc[[name for name in channels if isinstance(name, str)]].dropna()
    said = set()
    for channel, span in spans.iterrows():
        y, wide = channels.index(channel) + shift, bool(span["wide"])
        axes.plot(
            [100 * span["low"], 100 * span["high"]],
            [y, y],
            color=NULL,
            lw=0.8,
            ls=":" if wide else "-",
            marker="|",
            ms=4,
            mew=0.8,
            zorder=1.5,
            gid="wide null" if wide else "null",
            label=None if wide in said else NULLS[wide],
        )
        said.add(wide)


def draw_columns(
    panels: tuple[Axes, Axes],
    summary: pd.DataFrame,
    rows: list[Row],
    within: pd.Series,
    use: pd.DataFrame | None,
    skill: str,
) -> None:
    """Write right of the first and last panel what a row has besides its shares.

    That is half of what random weights span, its share within its input, and how much the model
    uses it.
    """
    first, last = panels
    names = [row if isinstance(row, str) else "" for row in rows]
    plain = [False] * len(rows)
    halves = summary.groupby("channel")["null_half"].max()
    if halves.notna().any():
        words = [f"{100 * half:.1f}" if np.isfinite(half) else "" for half in halves.reindex(names)]
        _column(first, "random ±", words, plain)
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


def keys(summary: pd.DataFrame) -> list[Line2D]:
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


def _shift(number: int, lanes: int, channels: Sequence[Row]) -> float:
    if len(channels) >= SHIFTED_BELOW:
        return 0.0
    return LANES * ((number + 0.5) / lanes - 0.5)
