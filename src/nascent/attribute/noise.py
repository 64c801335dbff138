"""What becomes of a map when the example is made noisy: its mean and its spread over draws.

For draws i = 1 … n, noise ε_i ~ N(0, σ²) is added to the measured pixels, and a map a_i is made of
x + ε_i: the gradient, input × gradient, or Integrated Gradients against the baseline without noise.

    smoothgrad           mean of a_i                 Smilkov et al. 2017 (arXiv:1706.03825)
    smoothgrad_squared   mean of a_i²                Hooker et al., NeurIPS 2019
    vargrad              spread of a_i (ddof 0)      Adebayo et al. 2018 (arXiv:1810.03307)

The noise of a draw depends on (seed, example, draw) alone, so neither the batch an example falls
into nor the point where a killed job goes on changes it; it is the same for all three.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nascent.attribute.baselines import Baseline
from nascent.attribute.draws import measured_noise, stream
from nascent.attribute.evaluation import Point, gradients_at, points_of, predictions
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, baselines_of
from nascent.attribute.integrated_gradients import (
    AttributionPath,
    PathIntegrator,
    enough_steps,
)
from nascent.attribute.moments import RunningMoments
from nascent.attribute.results import Attributions

Statistic = Callable[[Iterable[np.ndarray]], np.ndarray]
"""Maps (places …, C) of one example as they come → their statistic (places …, C) float64."""


@dataclass(frozen=True)
class CellMaps:
    """The maps of noisy images of one example, and how they were made.

    Attributes
    ----------
    maps : iterator of (places …, C)
        In the order of the images.
    steps : int
        Of each path; 0 without paths.
    converged : bool
        False where a tolerance was not met on the path of the image without noise.
    """

    maps: Iterator[np.ndarray]
    steps: int = 0
    converged: bool = True


Base = Callable[[AttributionPath, Iterable[np.ndarray]], CellMaps]
"""(path of the image without noise, noisy images) → their maps."""


def over_gradient(explained: ExplainedModel, *, batch_size: int) -> Base:
    """Return the base whose maps are gradients."""

    def maps(path: AttributionPath, images: Iterable[np.ndarray]) -> CellMaps:
        points = (Point(image, path.mask, path.others) for image in images)
        return CellMaps(found for _, found in gradients_at(explained, points, batch_size))

    return maps


def over_input_x_gradient(explained: ExplainedModel, *, batch_size: int) -> Base:
    """Return the base whose maps are noisy image × gradient."""

    def times_image(path: AttributionPath, images: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        waiting: list[np.ndarray] = []

        def points() -> Iterator[Point]:
            for image in images:
                waiting.append(image)
                yield Point(image, path.mask, path.others)

        for _, found in gradients_at(explained, points(), batch_size):
            yield waiting.pop(0) * found

    return lambda path, images: CellMaps(times_image(path, images))


def over_integrated_gradients(
    explained: ExplainedModel,
    *,
    steps: int,
    rule: str,
    tolerance: float | None,
    batch_size: int,
) -> Base:
    """Return the base whose maps are Integrated Gradients.

    With a tolerance, the m that meets it on the image without noise is taken for all draws of the
    example, and `steps` is the most that are tried.
    """
    integrator = PathIntegrator(explained)

    def maps(path: AttributionPath, images: Iterable[np.ndarray]) -> CellMaps:
        taken, converged = steps, True
        if tolerance is not None:
            taken, converged = enough_steps(
                integrator,
                path,
                tolerance=tolerance,
                largest=steps,
                rule=rule,
                batch_size=batch_size,
            )
        paths = (replace(path, image=image) for image in images)
        found = integrator.integrate(paths, steps=taken, rule=rule, batch_size=batch_size)
        return CellMaps((integral.attribution for integral in found), taken, converged)

    return maps


def over_noise(
    explained: ExplainedModel,
    cells: CellBatch,
    base: Base,
    statistic: Statistic,
    *,
    baseline: Baseline | None,
    samples: int,
    sigma: float,
    seed: int,
    batch_size: int,
) -> Attributions:
    """Return a statistic of the maps of noisy images.

    Parameters
    ----------
    explained, cells
        The model, and the examples to explain.
    base
        What makes a map of a noisy image.
    statistic
        In STATISTICS.
    baseline
        Where paths begin; None for a base without paths.
    samples
        Draws n, at least 1.
    sigma
        SD of the noise, in units of the normalised channel.
    seed
        With the example's id and the number of the draw it fixes the noise.
    batch_size
        Images in one evaluation; bounds the memory.

    Returns
    -------
    Attributions
        Predictions are those of the image without noise. The completeness gap is NaN: these maps
        are not meant to sum to anything.
    """
    maps = np.empty(cells.images.shape, np.float32)
    steps, converged = np.zeros(len(cells), np.int64), np.ones(len(cells), bool)
    starts = np.zeros_like(cells.images) if baseline is None else baselines_of(cells, baseline)
    for cell, ((image, mask, others), example_id) in enumerate(
        zip(points_of(cells), cells.ids, strict=True)
    ):
        noisy = (
            image
            + measured_noise(mask, image.shape[-1], sigma, stream(seed, example_id, "noise", draw))
            for draw in range(samples)
        )
        made = base(AttributionPath(image, starts[cell], mask, others), noisy)
        maps[cell] = statistic(made.maps)
        steps[cell], converged[cell] = made.steps, made.converged
    missing = np.full(len(cells), np.nan)
    at_baseline = missing
    if baseline is not None:
        at_baseline = predictions(explained, cells, batch_size, starts)
    prediction = predictions(explained, cells, batch_size)
    return Attributions(maps, prediction, at_baseline, missing, steps, converged)


def _moments(maps: Iterable[np.ndarray]) -> RunningMoments:
    left = iter(maps)
    first = next(left)
    moments = RunningMoments(first.shape)
    moments.add(first)
    for values in left:
        moments.add(values)
    return moments


STATISTICS: Mapping[str, Statistic] = {
    "mean": lambda maps: _moments(maps).mean,
    "mean_square": lambda maps: _moments(np.square(values, dtype=float) for values in maps).mean,
    "sd": lambda maps: _moments(maps).population_sd(),
    "variance": lambda maps: _moments(maps).population_variance(),
}
