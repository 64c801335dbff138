"""Change of each channel's share of the attribution with the target."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nascent.figures import style
from nascent.figures import words as words_of
from nascent.kind import capital
from nascent.words import spoken, worded

COLOURS = {
    "rises": style.HUES["vermilion"],
    "falls": style.TONES["indigo"],
    "none": style.GREY,
    "cannot tell": style.GREY,
}
WORDS = {
    "rises": "rises",
    "falls": "falls",
    "none": "no change beyond chance",
    "cannot tell": "cannot tell: {groups} differ, or {groups} or permutations are too few",
}
HOLLOW = "cannot tell"
MOST_NAMED = 3  # features in a headline


@style.look()
def draw(trend: pd.DataFrame, *, label: str) -> Figure:
    """Draw the rank correlation of each channel's share with the target, within groups.

    Channels are sorted from rising to falling. The line of a point is its interval; the grey band
    what permutations of the targets within groups give. Colour says whether a channel's share rises
    or falls with a false-discovery rate of 5 %, for a model of several seeds whether all agree. At
    the right stands the change of the share for one SD of the target, in points of a per cent.

    Parameters
    ----------
    trend
        Rows of `trend.tsv` of one model and method, of one or several seeds.
    label
        The target in words with its unit.
    """
    summary = over_seeds(trend)
    if summary.empty:
        figure = Figure(figsize=(style.WIDTH * 0.8, 1.5), layout="constrained")
        style.say(
            figure.subplots(), f"There are no shares of {spoken().features} that could change."
        )
        return figure
    summary = summary.sort_values("within_groups", ascending=False, kind="stable")
    rows = len(summary)
    states = summary["trend"].nunique()
    size = (style.WIDTH * 0.8, 0.19 * rows + 1.4 + 0.16 * states)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    y = np.arange(rows)
    for row, (low, high) in enumerate(summary[["null_low", "null_high"]].itertuples(index=False)):
        band = {"color": style.INKS["band"], "lw": 0, "gid": "null"}
        if row == 0:
            band["label"] = worded("chance: targets permuted within {groups}")
        axes.fill_betweenx([row - 0.5, row + 0.5], low, high, **band)
    axes.axvline(0, color=style.INK, lw=0.8)
    for name, colour in COLOURS.items():
        chosen = (summary["trend"] == name).to_numpy()
        if not chosen.any():
            continue
        here = summary[chosen]
        axes.hlines(y[chosen], here["low"], here["high"], color=colour, lw=1.3)
        words = f"{worded(WORDS[name])} ({chosen.sum()})"
        points, where = here["within_groups"], y[chosen]
        face = style.HOLLOW if name == HOLLOW else colour
        axes.plot(points, where, "o", ms=4, color=colour, mfc=face, label=words, gid=name)
    for row, slope in enumerate(summary["slope"]):
        axes.annotate(
            style.signed(100 * slope) if np.isfinite(slope) else "",
            (1.01, row),
            xycoords=("axes fraction", "data"),
            fontsize=6.5,
            va="center",
        )
    axes.annotate(
        "% per SD",
        (1.01, 1.0),
        xycoords="axes fraction",
        fontsize=6.5,
        va="bottom",
        color=style.SOFT,
    )
    axes.set_yticks(y, summary["channel"])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlim(-1.05, 1.05)
    quantity = words_of.quantity(label)
    name = f"rank correlation of the share with the {quantity}, within {spoken().groups}"
    axes.set_xlabel(style.wrapped(name, 0.75 * size[0]))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", fontsize=7)
    style.headline(figure, headline(summary, quantity))
    return figure


def headline(summary: pd.DataFrame, quantity: str) -> str:
    """Return which channels' shares change with the target, in a sentence.

    Parameters
    ----------
    summary
        As `over_seeds` gives it.
    quantity
        The target in words, without its unit.
    """
    parts = []
    for word in ("rises", "falls"):
        names = summary.loc[summary["trend"] == word, "channel"].tolist()
        many = f"{len(names)} {spoken().features}"
        told = " and ".join(names) if len(names) <= MOST_NAMED else many
        one = len(names) == 1
        verb = word if one else word[:-1]
        subject = ("that" if one else "those") if parts else ("the share" if one else "the shares")
        parts += [f"{subject} of {told} {verb}"] if names else []
    if not parts:
        return worded("No {feature}'s share of the map is shown to change with the ") + quantity
    return capital(f"{' and '.join(parts)} with the {quantity}")


def over_seeds(trend: pd.DataFrame) -> pd.DataFrame:
    """Return one row a channel: means over seeds, spans of intervals, the word that all share."""
    kept = trend.dropna(subset=["within_groups"])
    return (
        kept.groupby("channel", sort=False)
        .agg(
            within_groups=("within_groups", "mean"),
            low=("low", "min"),
            high=("high", "max"),
            null_low=("null_low", "min"),
            null_high=("null_high", "max"),
            slope=("slope", "mean"),
            trend=("trend", lambda words: words.iloc[0] if words.nunique() == 1 else "none"),
        )
        .reset_index()
    )
