"""Distributions of pixel values, channel by channel, before and after normalisation."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nascent.figures import style

Histogram = tuple[np.ndarray, np.ndarray]  # distinct values ascending, pixels at each

BINS = 160
RIDGE = 0.92  # height of the tallest ridge, in rows
LINEAR_WIDTH = 10.0  # counts below which the axis of raw counts is linear


@style.look()
def draw(
    histograms: Mapping[str, Histogram],
    statistics: pd.DataFrame,
    steps: Mapping[str, Any],
    *,
    inputs: Sequence[str] | None = None,
) -> Figure:
    """Draw each channel as a ridge: raw counts on the left, what a model sees on the right.

    The right side is the left side's histogram with its values transformed, so no pixel is drawn
    at random. Each ridge is scaled to its own height. Clipped pixels stand as the last spike.

    Parameters
    ----------
    histograms
        Channel → (values, counts) of the training cells' measured pixels, exact.
    statistics
        The table `channels.tsv`: columns `channel, background, percentile, mean, sd`.
    steps
        The config's `shards.normalise`: `background, clip, scale, mean_extraction, z_score,
        per_cell`.
    inputs
        Channels to draw, in this order; default all of `histograms`.
    """
    channels = list(inputs if inputs is not None else histograms)
    table = statistics.set_index("channel")
    height = max(0.19 * len(channels) + 1.0, 2.2)
    figure = Figure(figsize=(style.WIDTH, height))
    before, after = figure.subplots(1, 2, sharey=True)
    if not channels:
        style.say(before, "There are no channels to show.")
        after.set_axis_off()
        return figure
    step = unit(histograms[channels[0]][0])
    top = max(float(histograms[name][0][-1]) for name in channels if len(histograms[name][0]))
    raw_edges = np.unique(_from_asinh(np.linspace(0, _to_asinh(max(top, 1)) * 1.02, BINS + 1)))
    normalised = {
        name: (transform(histograms[name][0], table.loc[name], steps), histograms[name][1])
        for name in channels
    }
    out_edges = _common_edges(list(normalised.values()))
    for row, name in enumerate(channels):
        values, counts = histograms[name]
        _ridge(
            before, row, raw_edges, rebin(values, counts, raw_edges, step), style.SPLITS["train"]
        )
        shrink = _slope(table.loc[name], steps)
        _ridge(
            after,
            row,
            out_edges,
            rebin(*normalised[name], out_edges, step * shrink),
            style.SPLITS["test"],
        )
        if steps.get("clip") is not None:
            limit = table.loc[name, "percentile"] + _offset(table.loc[name], steps)
            before.plot([limit, limit], [row, row - RIDGE * 0.8], color=style.INK, lw=0.9)
    before.set_yticks(range(len(channels)), channels)
    before.tick_params(axis="y", length=0)
    before.set_ylim(len(channels) - 0.6, -1.15)
    before.set_xscale("asinh", linear_width=LINEAR_WIDTH)
    ticks = [tick for tick in (0, 10, 100, 1_000, 10_000, 65_535) if tick <= top * 1.3]
    before.set_xticks(ticks, [style.thousands(tick) for tick in ticks])
    before.minorticks_off()
    before.set_xlim(raw_edges[0], raw_edges[-1])
    before.set_xlabel("measured counts")
    before.set_title("As measured")
    after.set_xlim(out_edges[0], out_edges[-1])
    after.set_xlabel(value_name(steps))
    after.set_title("As a model sees it")
    after.axvline(0, color=style.GREY, lw=0.7, ls=(0, (3, 2)), zorder=0)
    for axes in (before, after):
        axes.spines["left"].set_visible(False)
    after.tick_params(axis="y", length=0)
    return figure


def transform(values: np.ndarray, row: pd.Series, steps: Mapping[str, Any]) -> np.ndarray:
    """Return what normalisation makes of raw values of one channel.

    In the order background, clip, scale, mean extraction, z-score; per-cell standardisation needs
    the cells and is left out here.

    Parameters
    ----------
    values
        (n,) raw counts.
    row
        The channel's `background, percentile, mean, sd`, the last three of background-subtracted
        counts where `steps["background"]` holds; mean and SD after clipping (and scaling).
    steps
        The config's `shards.normalise`.
    """
    out = np.asarray(values, dtype=np.float64)
    if steps.get("background"):
        out = np.maximum(out - _offset(row, steps), 0)
    if steps.get("clip") is not None:
        out = np.minimum(out, row["percentile"])
    if steps.get("scale"):
        out = out / (row["percentile"] or 1.0)
    if steps.get("mean_extraction"):
        out = out - row["mean"]
    if steps.get("z_score"):
        centre = 0.0 if steps.get("mean_extraction") else row["mean"]
        out = (out - centre) / (row["sd"] or 1.0)
    return out


def value_name(steps: Mapping[str, Any]) -> str:
    """Return the label of the axis of normalised values, with its unit."""
    if steps.get("per_cell"):
        return "before per-cell standardisation (SD of training pixels)"
    if steps.get("z_score"):
        return "z-score (SD of training pixels)"
    if steps.get("scale"):
        return f"share of the channel's {steps.get('clip') or 98:g}th percentile"
    return "counts"


def rebin(values: np.ndarray, counts: np.ndarray, edges: np.ndarray, width: float) -> np.ndarray:
    """Return the share of pixels in each bin, each value spread evenly over ± width / 2.

    Spreading keeps a comb of empty bins away where bins are narrower than the step of the counts.

    Parameters
    ----------
    values, counts
        (n,) ascending values and the pixels at each.
    edges
        (B + 1,) ascending.
    width
        Distance between neighbouring possible values, > 0.

    Returns
    -------
    (B,) shares; they sum to 1 where the edges span every value.
    """
    total = counts.sum()
    if total == 0:
        return np.zeros(len(edges) - 1)
    starts, ends = values - width / 2, values + width / 2
    # Cumulative share at x: each value adds counts × clip((x − start) / width, 0, 1); sums over
    # whole values come from a cumulative sum, the few that straddle x from their own fractions.
    whole = np.concatenate([[0], np.cumsum(counts)])
    done = np.searchsorted(ends, edges, side="right")
    begun = np.searchsorted(starts, edges, side="left")
    cumulative = whole[done].astype(np.float64)
    for k in np.flatnonzero(begun > done):
        part = slice(done[k], begun[k])
        cumulative[k] += (counts[part] * (edges[k] - starts[part]) / width).sum()
    # What lies outside the edges is shown in the first and last bin rather than lost.
    cumulative[0], cumulative[-1] = 0, total
    return np.diff(cumulative) / total


def unit(values: np.ndarray) -> float:
    """Return the smallest step between values: 1 for integer counts."""
    if len(values) < 2 or np.issubdtype(np.asarray(values).dtype, np.integer):
        return 1.0
    return float(np.diff(values).min())


def _ridge(axes: Axes, row: int, edges: np.ndarray, shares: np.ndarray, colour: str) -> None:
    if shares.max(initial=0) <= 0:
        axes.axhline(row, color=style.PALE, lw=0.5)
        return
    heights = row - RIDGE * shares / shares.max()
    axes.stairs(heights, edges, baseline=row, fill=True, color=colour, alpha=0.75, lw=0)
    axes.stairs(heights, edges, baseline=None, color="white", lw=0.4)
    axes.plot([edges[0], edges[-1]], [row, row], color=style.PALE, lw=0.5, zorder=0)


def _offset(row: pd.Series, steps: Mapping[str, Any]) -> float:
    if not steps.get("background") or pd.isna(row.get("background")):
        return 0.0
    return float(row["background"])


def _slope(row: pd.Series, steps: Mapping[str, Any]) -> float:
    # Normalised units per raw count, where nothing is clipped.
    slope = 1.0
    if steps.get("scale"):
        slope /= row["percentile"] or 1.0
    if steps.get("z_score"):
        slope /= row["sd"] or 1.0
    return float(slope)


def _common_edges(histograms: Sequence[Histogram]) -> np.ndarray:
    # Every channel's bulk fits; without clipping, the far tail ends in the last bin.
    low = min(_quantile(h, 0.0005) for h in histograms)
    high = max(_quantile(h, 0.9995) for h in histograms)
    room = 0.03 * max(high - low, 1e-9)
    return np.linspace(low - room, high + room, BINS + 1)


def _quantile(histogram: Histogram, share: float) -> float:
    values, counts = histogram
    if counts.sum() == 0:
        return 0.0
    at = np.searchsorted(np.cumsum(counts), share * counts.sum())
    return float(values[min(at, len(values) - 1)])


def _to_asinh(x: float) -> float:
    return float(np.arcsinh(x / LINEAR_WIDTH))


def _from_asinh(x: np.ndarray) -> np.ndarray:
    return LINEAR_WIDTH * np.sinh(x)
