"""Occlusion: how far the prediction falls when a square of the nucleus becomes its baseline.

Zeiler & Fergus: Visualizing and understanding convolutional networks, ECCV 2014. Squares lie on a
grid, the last at the border of the frame. The change by a square is shared out evenly among its
measured pixels, and a pixel has the mean of its shares over the squares that hold it: a score is
counts a pixel, as in maps by other methods. Where squares do not overlap, the map sums to the
changes by all of them. Squares without a measured pixel change nothing and are left out, and
unmeasured pixels are zero.
"""

from collections.abc import Iterator

import numpy as np

from nascent.attribute.baselines import Baseline
from nascent.attribute.evaluation import Point, outputs_at, predictions
from nascent.attribute.evaluations import firsts
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, baselines_of
from nascent.attribute.results import Attributions, without_path

Square = tuple[slice, slice]


def occlusion(
    explained: ExplainedModel,
    cells: CellBatch,
    baseline: Baseline,
    *,
    window: int,
    stride: int,
    channels: str,
    batch_size: int,
) -> Attributions:
    """Return f(x) − f(x with a square at its baseline) for each of its pixels.

    With f(x) − f(x with square w at its baseline) = D_w, and n_w measured pixels in the square, a
    measured pixel has the mean of D_w / n_w over the squares that hold it, in units of the
    prediction.

    Parameters
    ----------
    explained, cells, baseline
        The model, the cells, and what is put in place of their pixels.
    window, stride
        Edge of a square and distance between squares, in pixels.
    channels
        `together`: all channels at once, maps (n, S, S, 1). `each`: one channel at a time, maps
        (n, S, S, C).
    batch_size
        Images in one evaluation; bounds the memory.
    """
    count = cells.images.shape[-1] if channels == "each" else 1
    layers = [slice(channel, channel + 1) for channel in range(count)]
    if channels == "together":
        layers = [slice(None)]
    starts = baselines_of(cells, baseline)
    prediction = predictions(explained, cells.images, cells.masks, batch_size)
    maps = np.zeros((*cells.masks.shape, count), np.float32)
    for cell, (image, mask, start) in enumerate(
        zip(cells.images, cells.masks, starts, strict=True)
    ):
        squares = squares_of(mask, window, stride)
        points = _occluded(image, mask, start, squares, layers)
        values = np.fromiter(outputs_at(explained, points, batch_size), np.float64)
        drops = (prediction[cell] - values).reshape(len(squares), count)
        total, covered = np.zeros((*mask.shape, count)), np.zeros((*mask.shape, 1))
        for square, drop in zip(squares, drops, strict=True):
            total[square] += drop / np.count_nonzero(mask[square])
            covered[square] += 1
        np.divide(total, covered, out=total, where=covered > 0)
        maps[cell] = total * mask[..., None]
    return without_path(maps, prediction, predictions(explained, starts, cells.masks, batch_size))


def squares_of(mask: np.ndarray, window: int, stride: int) -> list[Square]:
    """Return the squares of the grid that hold a measured pixel of a mask (S, S)."""
    size = len(mask)
    edge = min(window, size)
    lines = [slice(first, first + edge) for first in firsts(size, window, stride)]
    return [(row, column) for row in lines for column in lines if mask[row, column].any()]


def _occluded(
    image: np.ndarray,
    mask: np.ndarray,
    start: np.ndarray,
    squares: list[Square],
    layers: list[slice],
) -> Iterator[Point]:
    for rows, columns in squares:
        for layer in layers:
            changed = image.copy()
            changed[rows, columns, layer] = start[rows, columns, layer]
            yield changed, mask
