"""Expected Gradients: Integrated Gradients averaged over training examples as baselines.

Erion, Janizek, Sturmfels, Lundberg, Lee: Improving performance of deep learning models with
axiomatic attribution priors and expected gradients, Nature Machine Intelligence 2021, equation 3:

    EG = E over x′ and α ~ U(0, 1) of (x − x′) ∇f(x′ + α (x − x′)).

Each draw is one training example, fitted into the outline of the explained one
(`nascent.attribute.references`), and one random point of the path from it.
"""

import numpy as np

from nascent.attribute.draws import stream
from nascent.attribute.evaluation import Point, outputs_at, points_of, predictions, repeated
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch
from nascent.attribute.references import References
from nascent.attribute.results import Attributions


def expected_gradients(
    explained: ExplainedModel,
    cells: CellBatch,
    references: References,
    *,
    samples: int,
    seed: int,
    batch_size: int,
    ends: bool = True,
) -> Attributions:
    """Attribute predictions to the difference from drawn training examples.

    Parameters
    ----------
    explained, cells
        The model, and the examples to explain.
    references
        Among which every draw chooses, with the same chance.
    samples
        Draws an example, one gradient evaluation each.
    seed
        Of examples and points; with the example's id it fixes them.
    batch_size
        Images in one evaluation; bounds the memory.
    ends
        Whether the drawn baselines are predicted, one evaluation for each different one.

    Returns
    -------
    Attributions
        `prediction_baseline` is the mean prediction of the drawn baselines, so that the
        completeness gap shows the Monte-Carlo error of the points alone. Without `ends` both are
        NaN.
    """
    maps = np.empty(cells.images.shape, np.float32)
    mean_baseline, total = np.full(len(cells), np.nan), np.empty(len(cells))
    for cell, ((image, mask, others), example_id) in enumerate(
        zip(points_of(cells), cells.ids, strict=True)
    ):
        drawn = stream(seed, example_id, "expected_gradients")
        numbers = drawn.integers(len(references), size=samples)
        alphas = drawn.random(samples).astype(np.float32)
        found = np.zeros(image.shape)
        for first in range(0, samples, batch_size):
            here = slice(first, first + batch_size)
            baselines = np.stack([references.fitted(number, mask) for number in numbers[here]])
            differences = image - baselines
            along = alphas[here].reshape(-1, *[1] * image.ndim)
            points = baselines + along * differences
            _, gradients = explained.gradients(points, *repeated(len(points), mask, others))
            found += np.einsum("n...,n...->...", differences, gradients)
        found /= samples
        maps[cell], total[cell] = found, found.sum()
        if not ends:
            continue
        different, counts = np.unique(numbers, return_counts=True)
        origins = (Point(references.fitted(number, mask), mask, others) for number in different)
        values = list(outputs_at(explained, origins, batch_size))
        mean_baseline[cell] = np.average(values, weights=counts)
    prediction = predictions(explained, cells, batch_size)
    gap = total - (prediction - mean_baseline)
    unused = np.zeros(len(cells), np.int64)
    return Attributions(maps, prediction, mean_baseline, gap, unused, np.ones(len(cells), bool))
