"""A panel of shares by channel: points by stratum, bands of random weights, columns of numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from nascent.figures import style
from nascent.figures.importance_rows import Row, used

SPREAD = 0.24  # between two strata of a channel, in rows
SHIFTED_BELOW = 60  # channels; beyond it the rows are too thin for several points each
BAND = style.INKS["untrained"]
BANDS = {False: "random weights", True: "random weights, too wide to deny anything"}


def draw_points(axes: Axes, summary: pd.DataFrame, channels: list[Row]) -> None:
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


def _band(axes: Axes, summary: pd.DataFrame, channels: list[Row]) -> None:
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


def draw_columns(
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


def _shift(number: int, strata: int) -> float:
    room = min(SPREAD, 0.72 / max(strata, 1))
    return (number - (strata - 1) / 2) * room
