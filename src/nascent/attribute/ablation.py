"""Channel ablation: how far the prediction falls when one channel says nothing of this example.

A channel either becomes its baseline, or is exchanged for the same channel of drawn training
examples, each fitted into the outline of the explained example (`nascent.attribute.references`):
pattern and intensities are then those of another example and out of step with the other channels.
The latter is permutation importance (Breiman: Random forests, Machine Learning 45, 2001) for one
example.

A map has one value a channel: it is (1 …, C), with an axis of length 1 for each axis of places.
"""

from collections.abc import Iterable, Iterator
from itertools import repeat

import numpy as np

from nascent.attribute.baselines import Baseline
from nascent.attribute.draws import stream
from nascent.attribute.evaluation import Point, outputs_at, points_of, predictions
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, baselines_of
from nascent.attribute.references import References
from nascent.attribute.results import Attributions, without_path


def ablation_to_baseline(
    explained: ExplainedModel, cells: CellBatch, baseline: Baseline, *, batch_size: int
) -> Attributions:
    """Return f(x) − f(x with channel c at its baseline), maps (n, 1 …, C) in prediction units."""
    starts = baselines_of(cells, baseline)
    others = ([start] for start in starts)
    maps, prediction = _drops(explained, cells, others, batch_size)
    return without_path(maps, prediction, predictions(explained, cells, batch_size, starts))


def ablation_by_permutation(
    explained: ExplainedModel,
    cells: CellBatch,
    references: References,
    *,
    samples: int,
    seed: int,
    batch_size: int,
) -> Attributions:
    """Return the mean of f(x) − f(x with channel c of another example), maps (n, 1 …, C).

    Parameters
    ----------
    explained, cells
        The model, and the examples to explain.
    references
        Training examples, among which each draw chooses; a draw exchanges each channel in turn for
        that of one and the same example.
    samples
        Draws n: n · C evaluations an example.
    seed
        With the example's id it fixes the draws.
    batch_size
        Images in one evaluation; bounds the memory.
    """

    def drawn() -> Iterator[Iterable[np.ndarray]]:
        for mask, example_id in zip(cells.masks, cells.ids, strict=True):
            numbers = stream(seed, example_id, "permutation").integers(
                len(references), size=samples
            )
            yield map(references.fitted, numbers, repeat(mask))

    maps, prediction = _drops(explained, cells, drawn(), batch_size)
    return without_path(maps, prediction)


def _drops(
    explained: ExplainedModel,
    cells: CellBatch,
    others: Iterable[Iterable[np.ndarray]],
    batch_size: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean drops (n, 1 …, C) over each example's other images, and the predictions."""
    prediction = predictions(explained, cells, batch_size)
    channels = cells.images.shape[-1]
    maps = np.empty((len(cells), *[1] * (cells.masks.ndim - 1), channels), np.float32)
    for cell, (point, images) in enumerate(zip(points_of(cells), others, strict=True)):
        points = _exchanged(point, images)
        values = np.fromiter(outputs_at(explained, points, batch_size), np.float64)
        maps[cell] = (prediction[cell] - values).reshape(-1, channels).mean(axis=0)
    return maps, prediction


def _exchanged(point: Point, images: Iterable[np.ndarray]) -> Iterator[Point]:
    for other in images:
        for channel in range(point.image.shape[-1]):
            changed = point.image.copy()
            changed[..., channel] = other[..., channel]
            yield point._replace(image=changed)
