"""Images evaluated in batches as they come, so that memory depends on the batch alone."""

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np

from nascent.attribute.explained import ExplainedModel

Point = tuple[np.ndarray, np.ndarray]
"""An image (places …, C) and its mask (places …)."""


def batches(points: Iterable[Point], batch_size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield images (b, places …, C) and masks (b, places …) of at most `batch_size` points."""
    left = iter(points)
    while batch := list(islice(left, batch_size)):
        yield np.stack([image for image, _ in batch]), np.stack([mask for _, mask in batch])


def outputs_at(
    explained: ExplainedModel, points: Iterable[Point], batch_size: int
) -> Iterator[float]:
    """Yield the prediction at each point."""
    for images, masks in batches(points, batch_size):
        yield from explained.outputs(images, masks).tolist()


def gradients_at(
    explained: ExplainedModel, points: Iterable[Point], batch_size: int
) -> Iterator[tuple[float, np.ndarray]]:
    """Yield the prediction at each point and its gradient (places …, C) float32 there."""
    for images, masks in batches(points, batch_size):
        yield from zip(*explained.gradients(images, masks), strict=True)


def predictions(
    explained: ExplainedModel, images: np.ndarray, masks: np.ndarray, batch_size: int
) -> np.ndarray:
    """Return the predictions (n,) float64 of images (n, places …, C)."""
    points = zip(images, masks, strict=True)
    return np.fromiter(outputs_at(explained, points, batch_size), np.float64, len(images))
