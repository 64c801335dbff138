"""Distribution of the target with the limits of the low, medium and high strata."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nascent.figures import style
from nascent.figures.facts import Facts, counted, note
from nascent.figures.sizes import bin_count
from nascent.words import spoken


@style.look()
def draw(values: pd.Series, *, low: float, high: float, label: str) -> Figure:
    """Draw the histogram of the target, each stratum in its colour, limits as dashed lines.

    Parameters
    ----------
    values
        Target of every cell; missing values are left out.
    low, high
        Limits: low is y ≤ `low`, high is y ≥ `high`, medium lies between. NaN: there are none, and
        the histogram has one colour.
    label
        The target in words, with its unit.
    """
    figure = Figure(figsize=(style.WIDTH * 0.72, 2.7), layout="constrained")
    axes = figure.subplots()
    values = values.dropna().to_numpy(dtype=float)
    if values.size == 0:
        style.say(axes, f"No {spoken().example} has a target.")
        return figure
    limits = [limit for limit in (low, high) if np.isfinite(limit)]
    members = {
        "low": values <= low,
        "medium": (values > low) & (values < high),
        "high": values >= high,
    }
    if not limits:
        members = {"all": np.ones(len(values), bool)}
        low = high = float(values.mean())
    edges = _edges(values, low, high)
    for name, inside in members.items():
        counts, _ = np.histogram(values[inside], edges)
        share = 100 * inside.mean()
        axes.stairs(
            counts,
            edges,
            fill=True,
            color=style.STRATA.get(name, style.GREY),
            alpha=0.8,
            lw=0,
            label=f"{name}: {style.thousands(inside.sum())} ({share:.1f} %)",
        )
    axes.margins(y=0.18)
    for limit in limits:
        axes.axvline(limit, color=style.INK, lw=0.9, ls=(0, (4, 2)))
        axes.annotate(
            f"{limit:.4g}",
            (limit, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -1),
            textcoords="offset points",
            va="top",
            fontsize=7,
        )
    axes.set_xlabel(label)
    axes.set_ylabel(spoken().examples)
    axes.set_ylim(bottom=0)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    more = f"dashed: limits of the strata, from the training {spoken().examples}" if limits else ""
    note(figure, Facts(n=counted(len(values)), more=more))
    return figure


def _edges(values: np.ndarray, low: float, high: float) -> np.ndarray:
    # Bins of one width with the limits on their borders, so that no bar mixes two strata.
    start, stop = values.min(), values.max()
    room = max(stop - start, abs(start) * 1e-6, 1e-6)
    wanted = room / (1.5 * bin_count(len(values)))
    bins = round((high - low) / wanted)
    if bins < 1:
        # Limits closer than a bar is wide: they cut the bars they fall into.
        even = np.arange(start - wanted / 2, stop + 2 * wanted, wanted)
        edges = np.unique(np.concatenate([even, [low, high]]))
    else:
        width = (high - low) / bins
        first, last = np.floor((start - low) / width), np.floor((stop - low) / width) + 1
        edges = low + width * np.arange(first, last + 1)
        edges[np.isclose(edges, high, rtol=1e-12, atol=0)] = high
    # Rounding must not leave the smallest or the largest cell outside.
    edges[0], edges[-1] = min(edges[0], start), max(edges[-1], stop)
    return edges
