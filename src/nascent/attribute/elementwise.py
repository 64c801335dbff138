"""The steps of a convolution chain that are bound by memory, each with its derivative written out.

Between two convolutions a block goes through its largest arrays several times: it interpolates,
pools, rectifies, and on the way back spreads gradients and sums them. Each of these is one pass
here, of which a backend can make one loop (`nascent.attribute.gradients.Backend.fused`).

The maximum of rectified values is the rectified maximum, so a block pools first and rectifies
fewer. Of equal values in a pool the first in reading order has the gradient, as in Keras' pooling;
a value of zero has none, as in Keras' ReLU.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nascent.frameworks import ops


@dataclass(frozen=True)
class Step:
    """A function of tensors and its derivative by the first of them.

    Attributes
    ----------
    value : callable
        (first, *others) → result.
    pull : callable
        (cotangent of the result, first, *others) → gradient by `first`.
    """

    value: Callable[..., Any]
    pull: Callable[..., Any]


def rectified_maximum(pool: int, *, floor: float) -> Step:
    """Return the step (n, h, w, F) → (n, h / pool, w / pool, F): the largest, or `floor` if larger.

    A floor of zero is ReLU, of minus infinity none.
    """

    def value(values: Any) -> Any:
        return _larger(_largest(_corners(values, pool)), floor)

    def pull(cotangent: Any, values: Any) -> Any:
        corners = _corners(values, pool)
        largest = _largest(corners)
        kept = ops.where(largest > floor, cotangent, 0.0)
        return _interleaved([ops.where(hit, kept, 0.0) for hit in _hits(corners, largest)], pool)

    return Step(value, pull)


def entrance(pool: int, *, floor: float) -> Step:
    """Return the step from the ends of P paths to what the first block makes of A points on each.

    (shift, start, difference (P, h, w, F), alphas, weights (A,)) → (P · A, h / pool, w / pool, F)
    at the points start + alpha · difference + weight · shift, for a shift of zero, which is not
    added. Its derivative by the shift is the weighted sum of the gradients at the points.
    """

    def value(shift: Any, start: Any, difference: Any, alphas: Any, weights: Any) -> Any:
        along = alphas[None, :, None, None, None]
        ends = zip(_corners(start, pool), _corners(difference, pool), strict=True)
        found = _largest([zero[:, None] + along * step[:, None] for zero, step in ends])
        return ops.reshape(_larger(found, floor), (-1, *found.shape[2:]))

    def pull(
        cotangent: Any, shift: Any, start: Any, difference: Any, alphas: Any, weights: Any
    ) -> Any:
        ends = list(zip(_corners(start, pool), _corners(difference, pool), strict=True))
        cotangent = ops.reshape(cotangent, (start.shape[0], -1, *cotangent.shape[1:]))
        sums = [0.0] * len(ends)
        # Unrolled: a reduction over the points would be a loop of its own, through memory.
        for point in range(alphas.shape[0]):
            corners = [zero + alphas[point] * step for zero, step in ends]
            largest = _largest(corners)
            kept = ops.where(largest > floor, weights[point] * cotangent[:, point], 0.0)
            sums = [
                total + ops.where(hit, kept, 0.0)
                for total, hit in zip(sums, _hits(corners, largest), strict=True)
            ]
        return _interleaved(sums, pool)

    return Step(value, pull)


def weighted_average() -> Step:
    """Return the step (features (P · A, h, w, F), weights (P, h, w)) → (P, A, F)."""

    def by_path(features: Any, weights: Any) -> Any:
        return ops.reshape(features, (weights.shape[0], -1, *features.shape[1:]))

    def value(features: Any, weights: Any) -> Any:
        return ops.sum(by_path(features, weights) * weights[:, None, :, :, None], axis=(2, 3))

    def pull(cotangent: Any, features: Any, weights: Any) -> Any:
        spread = cotangent[:, :, None, None, :] * weights[:, None, :, :, None]
        return ops.reshape(spread, features.shape)

    return Step(value, pull)


def _corners(values: Any, pool: int) -> list[Any]:
    """Return the pool² arrays (…, h / pool, w / pool, F) of one place of each pool."""
    return [
        values[..., row::pool, column::pool, :] for row in range(pool) for column in range(pool)
    ]


def _largest(corners: Sequence[Any]) -> Any:
    largest = corners[0]
    for corner in corners[1:]:
        largest = _larger(largest, corner)
    return largest


def _larger(values: Any, others: Any) -> Any:
    # Keras' own maximum makes float32 of float64 on backends other than TensorFlow.
    return ops.where(values >= others, values, others)


def _hits(corners: Sequence[Any], largest: Any) -> list[Any]:
    """Return where each corner is the first that reaches the largest value."""
    hits, left = [], None
    for corner in corners:
        hit = corner >= largest
        if left is not None:
            hit = ops.logical_and(hit, left)
        left = ops.logical_not(hit) if left is None else ops.logical_and(left, ops.logical_not(hit))
        hits.append(hit)
    return hits


def _interleaved(corners: Sequence[Any], pool: int) -> Any:
    """Return the array (n, h, w, F) whose `_corners` these are."""
    count, height, width, channels = corners[0].shape
    rows = [
        ops.reshape(
            ops.stack(corners[row * pool : (row + 1) * pool], axis=3),
            (count, height, width * pool, channels),
        )
        for row in range(pool)
    ]
    return ops.reshape(ops.stack(rows, axis=2), (count, height * pool, width * pool, channels))
