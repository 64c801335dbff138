"""The part of the frame that an example reaches, on its way through local layers.

A convolution network that pools over the whole frame spends most of its work on places that see no
example and that are the same in every image. A `Reach` says which features a pixel can touch; the
window around an example is computed, and what lies outside it is known once and for all.
"""

from dataclasses import dataclass

import numpy as np

GRAIN = 16
SIZES = 8
"""The edge of a window is a multiple of an eighth of the frame, and of no less than 16 pixels: each
size needs compiling."""
LARGE = 128
"""Pixels of a frame from which on compiling another shape costs less than computing a square."""


@dataclass(frozen=True)
class Reach:
    """How far a feature sees.

    Attributes
    ----------
    stride
        Pixels from one feature to the next.
    margin
        Pixels that a feature sees beyond its own `stride` pixels, on each side.
    """

    stride: int = 1
    margin: int = 0

    def convolved(self, kernel: int) -> "Reach":
        """Return the reach behind a convolution of odd kernel, stride 1 and padding `same`."""
        return Reach(self.stride, self.margin + (kernel // 2) * self.stride)

    def pooled(self, pool: int) -> "Reach":
        """Return the reach behind a pooling over pool × pool places that do not overlap."""
        return Reach(self.stride * pool, self.margin)


@dataclass(frozen=True)
class Window:
    """A part of the frame, in features of one stride; square where the frame is small.

    Attributes
    ----------
    rows, columns
        Features to compute: those below, and around them what their computation needs.
    inner_rows, inner_columns
        Features that a pixel of the example can touch, and that are right when the window is
        computed on its own.
    stride
        Pixels a feature.
    """

    rows: range
    columns: range
    inner_rows: range
    inner_columns: range
    stride: int

    @property
    def pixels(self) -> tuple[slice, slice]:
        """The rows and columns of the image."""
        return tuple(
            slice(line.start * self.stride, line.stop * self.stride)
            for line in (self.rows, self.columns)
        )

    @property
    def inner(self) -> tuple[slice, slice]:
        """The inner features, by their places in the whole feature map."""
        return (
            slice(self.inner_rows.start, self.inner_rows.stop),
            slice(self.inner_columns.start, self.inner_columns.stop),
        )


def window_of(support: np.ndarray, reach: Reach) -> Window:
    """Return the window of the pixels that are not zero.

    Parameters
    ----------
    support
        (S, S) bool; S a multiple of the stride.
    reach
        Of the features.
    """
    size = support.shape[0]
    lines = [_touched(np.flatnonzero(support.any(axis=axis)), size, reach) for axis in (1, 0)]
    # At the frame's own edge the padding is the true one; elsewhere features near the window's
    # edge see a padding that is not there, and are not used.
    halo = -(-reach.margin // reach.stride)
    grain = -(-max(GRAIN, size // SIZES) // reach.stride)
    edges = [-(-(len(line) + 2 * halo) // grain) * grain for line in lines]
    if size < LARGE:
        edges = [max(edges)] * 2
    features = size // reach.stride
    rows, columns = (
        _placed(line, halo, min(edge, features), features)
        for line, edge in zip(lines, edges, strict=True)
    )
    inner = [
        range(
            0 if line.start == 0 else line.start + halo,
            features if line.stop == features else line.stop - halo,
        )
        for line in (rows, columns)
    ]
    return Window(rows, columns, *inner, reach.stride)


def _touched(taken: np.ndarray, size: int, reach: Reach) -> range:
    """Return the features that pixels of these rows or columns reach."""
    first, last = (int(taken[0]), int(taken[-1])) if taken.size else (size // 2, size // 2)
    return range(
        max(0, (first - reach.margin) // reach.stride),
        min(size // reach.stride, (last + reach.margin) // reach.stride + 1),
    )


def _placed(touched: range, halo: int, edge: int, features: int) -> range:
    """Return a line of `edge` features, around those touched and a halo, within the frame."""
    start = max(0, min(touched.start - halo, features - edge))
    return range(start, start + edge)
