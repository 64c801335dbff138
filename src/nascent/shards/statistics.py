"""Channel statistics of the training examples' measured pixels, by exact histograms.

A histogram holds every value that occurs and how often. Raw counts are whole numbers, so a well's
hundred million pixels come down to at most 65,536 pairs a channel, and the histograms of wells add
up. Percentile, mean and SD follow without rounding on the way: sums run over distinct values with
whole-number weights in float64, never over pixels in float32.

Measurements in floats are treated the same as long as they take few values. Beyond `MOST_FLOATS` of
them nearly every pixel has a value of its own; then neighbours that agree in their leading digits
are joined at their mean, which keeps the histogram small, minimum, maximum and mean as they are,
and the percentile to about one part in ten thousand.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import StoreError
from nascent.shards.cells import rows_of
from nascent.shards.histograms import Histograms, save, sum_by_value
from nascent.shards.steps import Steps
from nascent.store import Store, open_store
from nascent.store_layout import input_path
from nascent.words import spoken

COLUMNS = ("channel", "background", "percentile", "mean", "sd", "minimum", "maximum", "pixels")

# Examples whose pixels are counted together: tens of MB at full size.
_CELLS_AT_ONCE = 16


def count_pixels(store: Store, ids: Collection[Any]) -> Histograms:
    """Count the measured pixels of some examples of a store.

    Parameters
    ----------
    store
        The crops of a well.
    ids
        The training examples of the study; those that are not in this store are passed over.
    """
    rows = np.flatnonzero(store.examples.index.isin(list(ids)))
    tally = _Dense if store.dtype.kind == "u" and store.dtype.itemsize <= 2 else _Sparse
    tallies = [tally(store.dtype) for _ in store.channels]
    for first in range(0, len(rows), _CELLS_AT_ONCE):
        pixels = _measured(store, rows[first : first + _CELLS_AT_ONCE])
        for channel, values in zip(tallies, pixels, strict=True):
            channel.add(values)
    pairs = [channel.histogram() for channel in tallies]
    return Histograms(
        channels=tuple(store.channels),
        values=tuple(values for values, _ in pairs),
        counts=tuple(counts for _, counts in pairs),
        cells=len(rows),
    )


def channel_statistics(
    histograms: Histograms,
    steps: Steps,
    background: Mapping[str, float] | pd.Series | None = None,
) -> pd.DataFrame:
    """Return what the steps of normalisation need to know of each channel.

    Parameters
    ----------
    histograms
        Of the training examples' measured pixels.
    steps
        Mean and SD are taken after the background subtraction, clip and scale that these name.
    background
        Channel → background in raw counts; missing counts as 0. Used where the steps subtract it.

    Returns
    -------
    pandas.DataFrame
        One row a channel: `channel`; `background`, as subtracted; `percentile`, the value of the
        clip's percentile after background subtraction, interpolated linearly between pixels
        (missing where nothing is clipped); `mean` and population `sd` (ddof 0) after background,
        clip and scale; `minimum` and `maximum` as measured; `pixels`, how many.

    Raises
    ------
    StoreError
        Where there is no measured pixel.
    """
    rows = [
        _describe(channel, values, counts, steps, _background_of(channel, steps, background))
        for channel, values, counts in zip(
            histograms.channels, histograms.values, histograms.counts, strict=True
        )
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def count_part(
    store_path: str | Path, splits: pd.DataFrame, path: str | Path, *, record: Mapping[str, Any]
) -> None:
    """Count the training examples' measured pixels of one part and write the histograms.

    Parameters
    ----------
    store_path
        The examples of the part.
    splits
        Columns id, part, split, of all parts.
    path
        Of the histograms.
    record
        The provenance record.
    """
    with open_store(store_path) as store:
        rows = rows_of(store, splits[splits["split"] == "train"])
        save(count_pixels(store, store.examples.index[rows[rows >= 0]]), path, record=record)


class _Dense:
    """Counts of every value an unsigned type of at most 16 bits can take."""

    def __init__(self, dtype: np.dtype) -> None:
        self._dtype = dtype
        self._counts = np.zeros(np.iinfo(dtype).max + 1, np.int64)

    def add(self, values: np.ndarray) -> None:
        counts = np.bincount(values)
        self._counts[: len(counts)] += counts

    def histogram(self) -> tuple[np.ndarray, np.ndarray]:
        values = np.flatnonzero(self._counts)
        return values.astype(self._dtype), self._counts[values]


class _Sparse:
    """Counts of the values that occur, for types too wide to list every value."""

    def __init__(self, dtype: np.dtype) -> None:
        self._values, self._counts = np.empty(0, dtype), np.empty(0, np.int64)

    def add(self, values: np.ndarray) -> None:
        found, counts = np.unique(values, return_counts=True)
        self._values, self._counts = sum_by_value([self._values, found], [self._counts, counts])

    def histogram(self) -> tuple[np.ndarray, np.ndarray]:
        return self._values, self._counts


def _measured(store: Store, rows: np.ndarray) -> np.ndarray:
    """Return the measured values of some examples, (F, values), one contiguous row a feature."""
    path, values = input_path(store.input().name), []
    for row in rows:
        own, measured = store.array(path, int(row)), store.measured(int(row))
        own = own.reshape(-1, own.shape[-1])
        values.append(own if measured is None else own.take(np.flatnonzero(measured), axis=0))
    return np.ascontiguousarray(np.concatenate(values).T)


def _background_of(
    channel: str, steps: Steps, background: Mapping[str, float] | pd.Series | None
) -> float:
    if not steps.background or background is None:
        return 0.0
    value = float(background.get(channel, 0.0))
    return 0.0 if np.isnan(value) else value


def _describe(
    channel: str, values: np.ndarray, counts: np.ndarray, steps: Steps, background: float
) -> tuple:
    if not len(values):
        raise StoreError(
            f"channel {channel!r} has no measured pixel in the training {spoken().examples}",
            mend="Check that crops and splits belong together.",
        )
    pixels = int(counts.sum())
    # Subtraction and clipping keep the order of values, so the histogram stays one.
    changed = values.astype(np.float64)
    if steps.background:
        changed = np.maximum(changed - background, 0)
    percentile = np.nan
    if steps.clip is not None:
        percentile = _percentile(changed, counts, steps.clip)
        changed = np.minimum(changed, percentile)
        if steps.scale and percentile:
            changed /= percentile
    mean = float((changed * counts).sum() / pixels)
    # Two passes: the square of the sum never meets the sum of the squares.
    sd = float(np.sqrt((np.square(changed - mean) * counts).sum() / pixels))
    if changed[0] == changed[-1]:
        mean, sd = float(changed[0]), 0.0
    return channel, background, percentile, mean, sd, values[0], values[-1], pixels


def _percentile(values: np.ndarray, counts: np.ndarray, percentile: float) -> float:
    """Return what `numpy.percentile` (linear) gives for the pixels, from their histogram."""
    last = np.cumsum(counts) - 1
    place = last[-1] * (percentile / 100)
    below = int(np.floor(place))
    share = place - below
    low, high = values[np.searchsorted(last, [below, min(below + 1, last[-1])])]
    # NumPy steps from the nearer end, so that the ends themselves are met exactly.
    if share >= 0.5:
        return float(high - (high - low) * (1 - share))
    return float(low + (high - low) * share)
