"""Sorting the pixels of a well by nucleus, once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

SLAB = 1 << 17


@dataclass(frozen=True)
class Nuclei:
    """The pixels of a well in the order of their nuclei.

    Attributes
    ----------
    ids
        (n,) int64, ascending; `mapobject_id`.
    order
        (P,) rows of the raw arrays, by nucleus and within it as measured.
    start, area
        (n,) int64; nucleus i owns `order[start[i] : start[i] + area[i]]`.
    x, y
        (P,) coordinates in that order.
    x_min, x_max, y_min, y_max
        (n,) int64, inclusive bounds.
    """

    ids: np.ndarray
    order: np.ndarray
    start: np.ndarray
    area: np.ndarray
    x: np.ndarray
    y: np.ndarray
    x_min: np.ndarray
    x_max: np.ndarray
    y_min: np.ndarray
    y_max: np.ndarray

    @property
    def height(self) -> np.ndarray:
        """Heights of the bounding boxes, (n,) int64, pixels."""
        return self.y_max - self.y_min + 1

    @property
    def width(self) -> np.ndarray:
        """Widths of the bounding boxes, (n,) int64, pixels."""
        return self.x_max - self.x_min + 1

    def oversize(self, size: int) -> np.ndarray:
        """Tell which nuclei (n,) have a bounding box larger than a crop of edge `size`."""
        return np.maximum(self.height, self.width) > size


def group_pixels(ids: np.ndarray, x: np.ndarray, y: np.ndarray) -> Nuclei:
    """Sort the pixels of a well by nucleus, once.

    Parameters
    ----------
    ids, x, y
        (P,) integers, pixels of a nucleus anywhere.
    """
    known, codes = _codes(ids)
    area = np.zeros(len(known), np.int64)
    for slab in _slabs(len(codes)):
        area += np.bincount(codes[slab], minlength=len(known))
    # Stable, so that a nucleus' pixels stay as measured; on 16 bits NumPy sorts by radix, in O(P).
    order = np.argsort(codes, kind="stable")
    start = np.cumsum(area) - area
    x, y = x[order], y[order]
    bounds = [
        reduce.reduceat(values, start).astype(np.int64) if len(start) else start
        for values in (x, y)
        for reduce in (np.minimum, np.maximum)
    ]
    return Nuclei(known, order, start, area, x, y, *bounds)


def _codes(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids that occur, ascending int64, and the place of each pixel's id among them."""
    if len(ids) == 0:
        return np.empty(0, np.int64), np.empty(0, np.uint16)
    low, high = int(ids.min()), int(ids.max())
    if high - low < 1 << 26:
        # Ids of a plate are dense: a table of their range is far cheaper than sorting them.
        present = np.zeros(high - low + 1, bool)
        for slab in _slabs(len(ids)):
            present[ids[slab] - np.asarray(low, ids.dtype)] = True
        known = np.flatnonzero(present) + low
        kind = np.uint16 if len(known) <= 1 << 16 else np.int32
        places = (np.cumsum(present) - 1).astype(kind)
        codes = np.empty(len(ids), kind)
        for slab in _slabs(len(ids)):
            codes[slab] = places[ids[slab] - np.asarray(low, ids.dtype)]
        return known, codes
    known, codes = np.unique(ids, return_inverse=True)
    return known.astype(np.int64), codes.astype(np.uint16 if len(known) <= 1 << 16 else np.int32)


def _slabs(rows: int) -> Iterator[slice]:
    # NumPy makes 64-bit copies of indices: of a slab they fit the cache, of a well they do not.
    return (slice(first, first + SLAB) for first in range(0, rows, SLAB))
