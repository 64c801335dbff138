"""Distributions of pixel values, channel by channel, before and after normalisation."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nascent.figures import style, words
from nascent.figures.facts import Facts, note
from nascent.shards.histograms import Histograms
from nascent.shards.normalise import Normaliser
from nascent.words import spoken

Histogram = tuple[np.ndarray, np.ndarray]  # distinct values ascending, pixels at each

BINS = 160
RIDGE = 0.92  # height of the tallest ridge, in rows
LINEAR_WIDTH = 10.0  # counts below which the axis of raw counts is linear
STEPS = ((1, 2, 5), (1, 3), (1,))  # of a decade, for the ticks


@style.look()
def draw(
    histograms: Histograms,
    normaliser: Normaliser,
    *,
    channels: Sequence[str] | None = None,
) -> Figure:
    """Draw each channel as a ridge: raw counts on the left, what a model sees on the right.

    The right side is the left side's histogram with its values normalised, so no pixel is drawn
    at random. Each ridge is scaled to its own height. Clipped pixels stand as the last spike;
    the tick on the left is where they were clipped.

    Parameters
    ----------
    histograms
        Of the training cells' measured pixels, all wells together.
    normaliser
        What models read crops with. Its standardisation by cell, where on, is left out: a
        histogram does not know which cell a pixel is of; the axis says so.
    channels
        Inputs of the normaliser to draw, in this order; default all.
    """
    counted = {
        name: (values.astype(np.float64), counts)
        for name, values, counts in zip(
            histograms.channels, histograms.values, histograms.counts, strict=True
        )
        if counts.sum() > 0
    }
    names = [name for name in channels or normaliser.inputs if name in counted]
    figure = Figure(figsize=(style.WIDTH, max(0.19 * len(names) + 1.0, 2.2)), layout="constrained")
    before, after = figure.subplots(1, 2, sharey=True)
    if not names:
        style.say(before, f"There are no measured {spoken().places} to show.")
        after.set_axis_off()
        return figure
    raw = {name: counted[name] for name in names}
    out = {name: (normalised(raw[name][0], normaliser, name), raw[name][1]) for name in names}
    raw_edges = _asinh_edges(list(raw.values()))
    out_edges = _even_edges(list(out.values()))
    for row, name in enumerate(names):
        step = unit(raw[name][0])
        _ridge(before, row, raw_edges, rebin(*raw[name], raw_edges, step), style.SPLITS["train"])
        # The bulk is neither clipped nor below background: a step of counts has its full length.
        middle = _quantile(raw[name], 0.5)
        low, high = normalised(np.array([middle, middle + step]), normaliser, name)
        shares = rebin(*out[name], out_edges, max(high - low, 1e-9))
        _ridge(after, row, out_edges, shares, style.SPLITS["test"])
        limit = clipped_at(normaliser, name)
        before.plot([limit, limit], [row, row - RIDGE * 0.8], color=style.INK, lw=0.9, gid=name)
    before.set_yticks(np.arange(len(names)) - 0.3, names)
    before.set_ylim(len(names) - 0.6, -1.15)
    before.set_xscale("asinh", linear_width=LINEAR_WIDTH)
    ticks = _ticks(raw_edges[0], raw_edges[-1])
    before.set_xticks(ticks, [style.thousands(tick) for tick in ticks])
    before.minorticks_off()
    before.set_xlim(raw_edges[0], raw_edges[-1])
    before.set_xlabel("measured counts")
    before.set_title("As measured")
    after.set_xlim(out_edges[0], out_edges[-1])
    after.set_xlabel(value_name(normaliser))
    after.set_title("Normalised")
    after.axvline(0, color=style.GREY, lw=0.7, ls=(0, (3, 2)), zorder=0)
    for axes in (before, after):
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
    if np.isfinite([clipped_at(normaliser, name) for name in names]).any():
        key = Line2D([], [], color=style.INK, lw=0.9, marker="|", ls="none", ms=7, mew=0.9)
        figure.legend([key], ["values above are clipped to this"], loc="outside upper center")
    counts = max(int(raw[name][1].sum()) for name in names)
    note(
        figure,
        Facts(
            n=f"{words.count(counts, spoken().place, spoken().places)} a {spoken().feature},"
            f" of the training {spoken().examples}",
            more=f"height: share of {spoken().places}, each {spoken().feature} to its own highest",
        ),
    )
    return figure


def normalised(values: np.ndarray, normaliser: Normaliser, channel: str) -> np.ndarray:
    """Return what a normaliser makes of values of one channel, before any step by cell.

    Parameters
    ----------
    values
        (n,) raw counts.
    normaliser
        Has `channel` among its inputs.
    channel
        The channel's name.
    """
    k = normaliser.inputs.index(channel)
    percentile = normaliser.percentile
    one = replace(
        normaliser,
        channels=(channel,),
        inputs=(channel,),
        steps=replace(normaliser.steps, per_cell=False),
        background=(normaliser.background[k],),
        percentile=None if percentile is None else (percentile[k],),
        mean=(normaliser.mean[k],),
        sd=(normaliser.sd[k],),
    )
    return one.pixels(np.asarray(values)[:, np.newaxis])[:, 0].astype(np.float64)


def clipped_at(normaliser: Normaliser, channel: str) -> float:
    """Return the raw count above which a channel is clipped; infinite where it is not."""
    if normaliser.percentile is None:
        return np.inf
    k = normaliser.inputs.index(channel)
    offset = normaliser.background[k] if normaliser.steps.background else 0.0
    return normaliser.percentile[k] + offset


def value_name(normaliser: Normaliser) -> str:
    """Return the label of the axis of normalised values, with its unit."""
    steps = normaliser.steps
    if steps.z_score:
        name = f"z-score (SD of training {spoken().places})"
    elif steps.scale:
        name = f"counts ÷ {steps.clip:g}th percentile"
    else:
        name = "counts"
    if steps.mean_extraction:
        name += ", less the training mean"
    return f"{name}, before standardisation by {spoken().example}" if steps.per_cell else name


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


def _asinh_edges(histograms: Sequence[Histogram]) -> np.ndarray:
    # Even steps on an axis that is linear below LINEAR_WIDTH and logarithmic far above it.
    low = max(min(_quantile(histogram, 0.0005) for histogram in histograms) * 0.9, 0)
    high = max(max(_quantile(histogram, 0.9999) for histogram in histograms), low + 1) * 1.05
    ends = np.arcsinh(np.array([low, high]) / LINEAR_WIDTH)
    return LINEAR_WIDTH * np.sinh(np.linspace(*ends, BINS + 1))


def _even_edges(histograms: Sequence[Histogram]) -> np.ndarray:
    # Every channel's bulk fits; without clipping, the far tail ends in the last bin.
    low = min(_quantile(histogram, 0.0005) for histogram in histograms)
    high = max(_quantile(histogram, 0.9995) for histogram in histograms)
    room = 0.03 * max(high - low, 1e-9)
    return np.linspace(low - room, high + room, BINS + 1)


def _quantile(histogram: Histogram, share: float) -> float:
    values, counts = histogram
    at = np.searchsorted(np.cumsum(counts), share * counts.sum())
    return float(values[min(at, len(values) - 1)])


def _ticks(low: float, high: float) -> list[float]:
    # As many round numbers as can stand side by side.
    choices = [[0.0, *(step * 10**k for k in range(6) for step in s)] for s in STEPS]
    shown = [[tick for tick in choice if low <= tick <= high] for choice in choices]
    return next((ticks for ticks in shown if len(ticks) <= 6), shown[-1])
