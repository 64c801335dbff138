"""Images evaluated in batches as they come, so that memory depends on the batch alone."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from nascent.attribute.explained import NOTHING, ExplainedModel, Others
from nascent.attribute.inputs import CellBatch


class Point(NamedTuple):
    """An image (places …, C), its mask (places …), and the model's other inputs of one example."""

    image: np.ndarray
    mask: np.ndarray
    others: Others = NOTHING


def points_of(cells: CellBatch, images: np.ndarray | None = None) -> Iterator[Point]:
    """Yield the points of a batch, with other images (n, places …, C) where some are given."""
    given = cells.images if images is None else images
    for number, (image, mask) in enumerate(zip(given, cells.masks, strict=True)):
        yield Point(image, mask, cells.others_of(number))


def repeated(count: int, mask: np.ndarray, others: Others) -> tuple[np.ndarray, Others]:
    """Return the mask and the others of one example for each of several images, (count, …)."""
    return (
        np.broadcast_to(mask, (count, *mask.shape)),
        {name: np.repeat(values[None], count, axis=0) for name, values in others.items()},
    )


def batches(
    points: Iterable[Point], batch_size: int
) -> Iterator[tuple[np.ndarray, np.ndarray, Others]]:
    """Yield images (b, places …, C), masks and others (b, …) of at most `batch_size` points."""
    left = iter(points)
    while batch := list(islice(left, batch_size)):
        images, masks = (np.stack([point[part] for point in batch]) for part in range(2))
        names = batch[0].others
        yield images, masks, {name: np.stack([one.others[name] for one in batch]) for name in names}


def outputs_at(
    explained: ExplainedModel, points: Iterable[Point], batch_size: int
) -> Iterator[float]:
    """Yield the prediction at each point."""
    for batch in batches(points, batch_size):
        yield from explained.outputs(*batch).tolist()


def gradients_at(
    explained: ExplainedModel, points: Iterable[Point], batch_size: int
) -> Iterator[tuple[float, np.ndarray]]:
    """Yield the prediction at each point and its gradient (places …, C) float32 there."""
    for batch in batches(points, batch_size):
        yield from zip(*explained.gradients(*batch), strict=True)


def predictions(
    explained: ExplainedModel,
    cells: CellBatch,
    batch_size: int,
    images: np.ndarray | None = None,
) -> np.ndarray:
    """Return the predictions (n,) float64 of examples, with other images where some are given."""
    found = outputs_at(explained, points_of(cells, images), batch_size)
    return np.fromiter(found, np.float64, len(cells))
