"""Integrated Gradients: the gradient summed along the straight line from baseline to image.

Sundararajan, Taly, Yan: Axiomatic attribution for deep networks, ICML 2017, equation 3. With m
steps there are m + 1 equally spaced points α_k = k/m, and the trapezoid rule gives

    IG = (x − x′) · (1/m) · Σ_{k<m} (g_k + g_{k+1}) / 2,    g_k = ∇f(x′ + α_k (x − x′)).

The sum is kept running: of a batch of gradients nothing outlives the batch, and the points of
several paths share batches, so memory depends neither on m nor on the number of paths.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from nascent.attribute.baselines import baseline_of
from nascent.attribute.gradients import GradientFunction
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError


@dataclass(frozen=True)
class AttributionPath:
    """The straight line from `baseline` to `image`, both (S, S, C), under one mask (S, S)."""

    image: np.ndarray
    baseline: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True)
class PathIntegral:
    """The attribution (S, S, C) float64 of one path, and the model's output at its two ends."""

    attribution: np.ndarray
    prediction: float
    prediction_baseline: float

    @property
    def completeness_gap(self) -> float:
        """Sum of the attribution − (prediction − prediction_baseline)."""
        return float(self.attribution.sum()) - (self.prediction - self.prediction_baseline)


def integrated_gradients(
    gradient: GradientFunction,
    images: np.ndarray,
    masks: np.ndarray,
    *,
    steps: int = 70,
    baseline: str = "black",
    batch_size: int = 32,
) -> Attributions:
    """Attribute the predictions of some cells by Integrated Gradients.

    Parameters
    ----------
    gradient
        See `nascent.attribute.gradients.output_and_gradients`.
    images
        (n, S, S, C) float32, normalised.
    masks
        (n, S, S) bool, the measured pixels.
    steps
        m of the trapezoid rule: m + 1 evaluations a cell.
    baseline
        Name in `nascent.attribute.baselines`.
    batch_size
        Gradient evaluations at a time; bounds the memory.
    """
    start = baseline_of(baseline)
    paths = (
        AttributionPath(image, start(image), mask)
        for image, mask in zip(images, masks, strict=True)
    )
    maps = np.empty(images.shape, np.float32)
    ends = np.empty((3, len(images)))
    for cell, integral in enumerate(
        integrate_paths(gradient, paths, steps=steps, batch_size=batch_size)
    ):
        maps[cell] = integral.attribution
        ends[:, cell] = (
            integral.prediction,
            integral.prediction_baseline,
            integral.completeness_gap,
        )
    return Attributions(maps, *ends)


def integrate_paths(
    gradient: GradientFunction,
    paths: Iterable[AttributionPath],
    *,
    steps: int,
    batch_size: int,
) -> Iterator[PathIntegral]:
    """Yield the path integral of each path, in their order, by the trapezoid rule.

    At most as many paths are open at once as one batch touches.

    Raises
    ------
    AttributionError
        Where `steps` or `batch_size` is below 1.
    """
    if steps < 1 or batch_size < 1:
        raise AttributionError(
            f"steps is {steps} and batch_size is {batch_size}", mend="Both must be at least 1."
        )
    alphas = np.linspace(0.0, 1.0, steps + 1, dtype=np.float32)
    # Halves and ones are exact in float32; the division by m waits for float64.
    weights = np.ones(steps + 1, np.float32)
    weights[[0, -1]] = 0.5
    room: _Room | None = None
    for batch in _batches(paths, steps + 1, batch_size):
        room = room or _Room.of(batch_size, batch[0].path.difference.shape)
        first = 0
        for part in batch:
            last = first + part.count
            part.path.place(alphas[part.points], room.points[first:last], room.masks[first:last])
            first = last
        outputs, gradients = gradient(room.points[:first], room.masks[:first])
        first = 0
        for part in batch:
            last = first + part.count
            part.path.total += np.tensordot(weights[part.points], gradients[first:last], axes=1)
            if part.points.start == 0:
                part.path.prediction_baseline = float(outputs[first])
            if part.points.stop == steps + 1:
                yield part.path.integral(steps, prediction=float(outputs[last - 1]))
            first = last


@dataclass(frozen=True)
class _Room:
    """Memory of one batch, used again and again: fresh memory costs more than filling it."""

    points: np.ndarray
    masks: np.ndarray

    @classmethod
    def of(cls, batch_size: int, shape: tuple[int, ...]) -> "_Room":
        return cls(
            np.empty((batch_size, *shape), np.float32), np.empty((batch_size, *shape[:2]), bool)
        )


class _OpenPath:
    """A path of which some points have been evaluated."""

    def __init__(self, path: AttributionPath) -> None:
        self.baseline = np.asarray(path.baseline, np.float32)
        self.difference = np.asarray(path.image, np.float32) - self.baseline
        self.mask = path.mask
        self.total = np.zeros(self.difference.shape)
        self.prediction_baseline = np.nan

    def place(self, alphas: np.ndarray, points: np.ndarray, masks: np.ndarray) -> None:
        """Write the points at `alphas` and their masks where the batch holds them."""
        np.multiply(alphas[:, None, None, None], self.difference, out=points)
        if self.baseline.any():
            points += self.baseline
        masks[...] = self.mask

    def integral(self, steps: int, *, prediction: float) -> PathIntegral:
        return PathIntegral(
            self.total / steps * self.difference, prediction, self.prediction_baseline
        )


@dataclass(frozen=True)
class _Part:
    """The points of one path that go into one batch."""

    path: _OpenPath
    points: slice

    @property
    def count(self) -> int:
        return self.points.stop - self.points.start


def _batches(
    paths: Iterable[AttributionPath], points: int, batch_size: int
) -> Iterator[list[_Part]]:
    batch: list[_Part] = []
    room = batch_size
    for path in paths:
        opened, start = _OpenPath(path), 0
        while start < points:
            stop = min(points, start + room)
            batch.append(_Part(opened, slice(start, stop)))
            room -= stop - start
            start = stop
            if room == 0:
                yield batch
                batch, room = [], batch_size
    if batch:
        yield batch
