"""From a table of pixels, grouped by nucleus, to crops: one gather and one scatter a nucleus."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from nascent.errors import RawDataError
from nascent.kinds.cells.crops.grouping import Nuclei
from nascent.kinds.cells.crops.placement import Fit, margin, size_ratio
from nascent.kinds.cells.crops.wells import RawWell

Item = TypeVar("Item")
Result = TypeVar("Result")


class Frame:
    """A crop's image (S, S, C) and mask (S, S), cut into again and again.

    Only the places of the last nucleus are cleaned: it covers a quarter of the frame.
    """

    def __init__(self, size: int, channels: int, dtype: np.dtype) -> None:
        self.image = np.zeros((size, size, channels), dtype)
        self.mask = np.zeros((size, size), bool)
        self._filled = np.empty(0, np.intp)

    def fill(self, places: np.ndarray, values: np.ndarray) -> None:
        """Show `values` (n, C) at the flat `places` (n,), and nothing elsewhere."""
        pixels, measured = self.image.reshape(-1, self.image.shape[-1]), self.mask.reshape(-1)
        pixels[self._filled], measured[self._filled] = 0, False
        pixels[places], measured[places] = values, True
        self._filled = places


@dataclass(frozen=True)
class Measured:
    """What is measured of a nucleus: `means` (C,) float64, `target` and `size_ratio`."""

    means: np.ndarray
    target: float
    size_ratio: float


def cut(
    well: RawWell,
    nuclei: Nuclei,
    which: int,
    frame: Frame,
    *,
    fit: Fit,
    target: int,
    target_background: float | None,
) -> Measured:
    """Cut the crop of one nucleus of a well into `frame`.

    Means and target are of all measured pixels, also those that a crop does not show.

    Parameters
    ----------
    well
        The pixels; they may be memory-mapped.
    nuclei
        Of the same well, from `group_pixels`.
    which
        Position in `nuclei`.
    frame
        Its dtype must hold every pixel without loss.
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
        Where the nucleus has two pixels at one place, or the frame's dtype cannot hold a pixel.
    """
    rows = slice(nuclei.start[which], nuclei.start[which] + nuclei.area[which])
    own = nuclei.order[rows]
    v = nuclei.y[rows].astype(np.intp) - nuclei.y_min[which]
    u = nuclei.x[rows].astype(np.intp) - nuclei.x_min[which]
    height = int(nuclei.y_max[which]) - int(nuclei.y_min[which]) + 1
    width = int(nuclei.x_max[which]) - int(nuclei.x_min[which]) + 1
    if _any_twice(v, u, height, width):
        raise _two_at_one_place(well, nuclei.ids[which], own)
    values = take_rows(well.pixels, own)
    means = channel_sums(values) / len(values)
    mean = float(means[target])
    if target_background is not None:
        above = values[:, target].astype(np.float64) - target_background
        mean = float(np.maximum(above, 0).mean())
    size = len(frame.mask)
    if max(height, width) > size:
        shown, places = fit(v, u, size)
        values = values[shown]
    else:
        places = (v + margin(height, size)) * size + (u + margin(width, size))
    frame.fill(places, _lossless(values, frame.image.dtype, well))
    return Measured(means, mean, size_ratio(frame.mask))


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


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], *, threads: int
) -> Iterator[Result]:
    """Yield `work(item)` of each item in order, some items ahead, in several threads.

    NumPy and Blosc let go of the interpreter while they work, so threads share the cores.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
