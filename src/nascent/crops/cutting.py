"""From a table of pixels, grouped by nucleus, to crops: one gather and one scatter a nucleus."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from nascent.crops.grouping import Nuclei
from nascent.crops.placement import Fit, margin, size_ratio
from nascent.crops.wells import RawWell
from nascent.errors import RawDataError

CROPS_AT_ONCE = 4
Item = TypeVar("Item")


@dataclass(frozen=True)
class Block:
    """A few crops in a row, and what was measured of them from all their pixels.

    `images` (n, S, S, C) and `masks` (n, S, S) are buffers: they hold until the block after next.
    `means` is (n, C) float64, `target` (n,) float64, `size_ratio` (n,) float64.
    """

    images: np.ndarray
    masks: np.ndarray
    means: np.ndarray
    target: np.ndarray
    size_ratio: np.ndarray


def cut(
    well: RawWell,
    nuclei: Nuclei,
    which: Sequence[int] | np.ndarray,
    *,
    size: int,
    dtype: np.dtype,
    fit: Fit,
    target: int,
    target_background: float | None,
) -> Iterator[Block]:
    """Cut crops of some nuclei of a well, a few at a time.

    Means and target are of all measured pixels, also those that a crop does not show.

    Parameters
    ----------
    well
        The pixels; they may be memory-mapped.
    nuclei
        Of the same well, from `group_pixels`.
    which
        Positions in `nuclei` of those to cut, in the order wanted.
    size
        Edge S of a crop, pixels.
    dtype
        Of the images; must hold every pixel without loss.
    fit
        `centre` or `shrink`: how a nucleus larger than the crop is shown.
    target
        Position of the target channel.
    target_background
        Subtracted from each pixel of the target channel before their mean, clipped at zero;
        None: the pixels are taken as measured.

    Raises
    ------
    RawDataError
        Where a nucleus has two pixels at one place, or `dtype` cannot hold a pixel.
    """
    channels = len(well.channels)
    heights, widths = nuclei.height, nuclei.width
    buffers = [
        (
            np.empty((CROPS_AT_ONCE, size, size, channels), dtype),
            np.empty((CROPS_AT_ONCE, size, size), bool),
        )
        for _ in range(2)
    ]
    for number, first in enumerate(range(0, len(which), CROPS_AT_ONCE)):
        some = which[first : first + CROPS_AT_ONCE]
        images, masks = (buffer[: len(some)] for buffer in buffers[number % 2])
        means = np.empty((len(some), channels))
        targets, ratios = np.empty(len(some)), np.empty(len(some))
        for k, i in enumerate(some):
            rows = slice(nuclei.start[i], nuclei.start[i] + nuclei.area[i])
            own = nuclei.order[rows]
            v = nuclei.y[rows].astype(np.intp) - nuclei.y_min[i]
            u = nuclei.x[rows].astype(np.intp) - nuclei.x_min[i]
            height, width = heights[i], widths[i]
            if _any_twice(v, u, height, width):
                raise _two_at_one_place(well, nuclei.ids[i], own)
            values = take_rows(well.pixels, own)
            means[k] = channel_sums(values) / len(values)
            targets[k] = means[k, target]
            if target_background is not None:
                above = values[:, target].astype(np.float64) - target_background
                targets[k] = np.maximum(above, 0).mean()
            if max(height, width) > size:
                shown, places = fit(v, u, size)
                values = values[shown]
            else:
                places = (v + margin(height, size)) * size + (u + margin(width, size))
            images[k] = 0
            images[k].reshape(-1, channels)[places] = _lossless(values, dtype, well)
            masks[k] = False
            masks[k].reshape(-1)[places] = True
            ratios[k] = size_ratio(masks[k])
        yield Block(images, masks, means, targets, ratios)


def _any_twice(v: np.ndarray, u: np.ndarray, height: int, width: int) -> bool:
    if height * width > 1 << 24:
        return len(np.unique(v * width + u)) < len(v)
    seen = np.zeros(height * width, bool)
    seen[v * width + u] = True
    return np.count_nonzero(seen) < len(v)


def _two_at_one_place(well: RawWell, nucleus: int, own: np.ndarray) -> RawDataError:
    places = np.stack([well.x[own], well.y[own]], axis=1)
    _, code, count = np.unique(places, axis=0, return_inverse=True, return_counts=True)
    same = np.flatnonzero(code == np.flatnonzero(count > 1)[0])
    x, y = places[same[0]]
    rows = " and ".join(well.row_name(int(own[row])) for row in same[:2])
    return RawDataError(
        f"nucleus {nucleus} has two pixels at x = {x}, y = {y}: {rows}",
        where=well.path,
        mend="A nucleus is measured once a place; check that its id is not used on two sites.",
    )


def _lossless(values: np.ndarray, dtype: np.dtype, well: RawWell) -> np.ndarray:
    """Return `values` (n, C) as `dtype`, or raise a RawDataError where that would change one."""
    if np.can_cast(values.dtype, dtype, "safe"):
        return values.astype(dtype, copy=False)
    whole = values.dtype.kind in "ui" and dtype.kind in "ui"
    # Counts are not negative: their highest decides, in one reduction.
    if whole and values.max(initial=0) <= np.iinfo(dtype).max:
        return values.astype(dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        converted = values.astype(dtype)
    # Decimals of 64 bits hold every storable value, so the comparison itself does not round.
    wrong = np.argwhere(converted.astype(np.float64) != values)
    if len(wrong):
        row, column = wrong[0]
        raise RawDataError(
            f"column {well.channels[column]!r}: the pixel {values[row, column]} does not fit"
            f" {dtype} without loss",
            where=well.path,
            mend="Set `crops.dtype` to a wider type, or to null for the type as measured.",
        )
    return converted


def take_rows(pixels: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return some rows (n, C) of the pixels, contiguous."""
    if pixels.flags.c_contiguous:
        return np.take(pixels, rows, axis=0, mode="clip")
    # `take` would copy all of a strided view first.
    return np.ascontiguousarray(pixels[rows])


def channel_sums(values: np.ndarray) -> np.ndarray:
    """Return the sum of each column of (n, C) as float64, exact for integers.

    Rows are folded so that one addition runs over several rows: that is what makes it fast.
    """
    rows, columns = values.shape
    narrow = values.dtype.kind in "ui" and values.dtype.itemsize <= 2
    wide = np.int64 if values.dtype.kind in "ui" else np.float64
    fold = 32
    whole = rows // fold * fold
    # 32 bits hold the sum of 2^16 16-bit counts; a nucleus is far smaller, but is not trusted to.
    first = np.uint32 if narrow and rows // fold < 1 << 16 else wide
    folded = values[:whole].reshape(-1, fold * columns).sum(axis=0, dtype=first)
    total = folded.reshape(fold, columns).sum(axis=0, dtype=wide)
    return (total + values[whole:].sum(axis=0, dtype=wide)).astype(np.float64)


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield `items`, making the next one in a second thread while this one is used.

    NumPy and HDF5 let go of the interpreter while they work, so cutting and compressing overlap.
    """
    end = object()
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = thread.submit(next, items, end)
            yield item
