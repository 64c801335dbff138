"""Occlusion: how far the prediction falls when a window of the image becomes its baseline.

Zeiler & Fergus: Visualizing and understanding convolutional networks, ECCV 2014. Windows are
squares of a plane, and likewise stretches of a line and cubes of a volume. They lie on a grid, the
last at the border of the frame. The change by a window is shared out evenly among its measured
pixels, and a pixel has the mean of its shares over the windows that hold it: a score is counts a
pixel, as in maps by other methods. Where windows do not overlap, the map sums to the changes by all
of them. Windows without a measured pixel change nothing and are left out, and unmeasured pixels are
zero.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np

from nascent.attribute.baselines import Baseline
from nascent.attribute.evaluation import Point, outputs_at, points_of, predictions
from nascent.attribute.evaluations import firsts
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, baselines_of
from nascent.attribute.results import Attributions, without_path

Window = tuple[slice, ...]
"""A slice an axis of places."""


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
    """Return f(x) − f(x with a window at its baseline) for each of its pixels.

    With f(x) − f(x with window w at its baseline) = D_w, and n_w measured pixels in the window, a
    measured pixel has the mean of D_w / n_w over the windows that hold it, in units of the
    prediction.

    Parameters
    ----------
    explained, cells, baseline
        The model, the examples, and what is put in place of their pixels.
    window, stride
        Edge of a window along every axis of places and distance between windows, in pixels. An axis
        shorter than a window is covered whole.
    channels
        `together`: all channels at once, maps (n, places …, 1). `each`: one channel at a time,
        maps (n, places …, C).
    batch_size
        Images in one evaluation; bounds the memory.
    """
    count = cells.images.shape[-1] if channels == "each" else 1
    layers = [slice(channel, channel + 1) for channel in range(count)]
    if channels == "together":
        layers = [slice(None)]
    starts = baselines_of(cells, baseline)
    prediction = predictions(explained, cells, batch_size)
    maps = np.zeros((*cells.masks.shape, count), np.float32)
    for cell, (point, start) in enumerate(zip(points_of(cells), starts, strict=True)):
        mask = point.mask
        windows = windows_of(mask, window, stride)
        points = _occluded(point, start, windows, layers)
        values = np.fromiter(outputs_at(explained, points, batch_size), np.float64)
        drops = (prediction[cell] - values).reshape(len(windows), count)
        total, covered = np.zeros((*mask.shape, count)), np.zeros((*mask.shape, 1))
        for here, drop in zip(windows, drops, strict=True):
            total[here] += drop / np.count_nonzero(mask[here])
            covered[here] += 1
        np.divide(total, covered, out=total, where=covered > 0)
        maps[cell] = total * mask[..., None]
    return without_path(maps, prediction, predictions(explained, cells, batch_size, starts))


def windows_of(mask: np.ndarray, window: int, stride: int) -> list[Window]:
    """Return the windows of the grid that hold a measured pixel of a mask (places …)."""
    lines = [
        [slice(first, first + min(window, size)) for first in firsts(size, window, stride)]
        for size in mask.shape
    ]
    return [here for here in product(*lines) if mask[here].any()]


def _occluded(
    point: Point, start: np.ndarray, windows: list[Window], layers: list[slice]
) -> Iterator[Point]:
    for window in windows:
        for layer in layers:
            changed = point.image.copy()
            changed[*window, layer] = start[*window, layer]
            yield point._replace(image=changed)
