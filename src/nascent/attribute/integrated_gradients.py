"""Integrated Gradients: the gradient summed along the straight line from baseline to image.

Sundararajan, Taly, Yan: Axiomatic attribution for deep networks, ICML 2017, equation 3. With points
α_k and weights w_k of a quadrature rule,

    IG = (x − x′) · Σ_k w_k ∇f(x′ + α_k (x − x′)).

The sum is kept running: of a batch of gradients nothing outlives the batch, so memory depends
neither on m nor on the number of paths. What of the model need not be evaluated at every point is
told by `nascent.attribute.plans`; the sum is the same but for its rounding.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nascent.attribute.explained import ExplainedModel, Others
from nascent.attribute.gradients import array, float_type
from nascent.attribute.inputs import CellBatch
from nascent.attribute.plans import Frame, Parameters, Plan, plan_of
from nascent.attribute.quadrature import points_and_weights
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError

SMALLEST_STEPS = 8
"""Steps with which the search for enough of them begins; each further try doubles them."""

POINTS = 8
"""Points of a path that are evaluated together, whatever its steps: what is compiled for one number
of points serves all. Further room of a batch is for further paths."""


@dataclass(frozen=True)
class AttributionPath:
    """The straight line from `baseline` to `image`, (places …, C), under one mask (places …).

    The model's other inputs, by name, stay as they are.
    """

    image: np.ndarray
    baseline: np.ndarray
    mask: np.ndarray
    others: Others = field(default_factory=dict)


@dataclass(frozen=True)
class PathIntegral:
    """The attribution (places …, C) of one path, and the model's output at its two ends."""

    attribution: np.ndarray
    prediction: float
    prediction_baseline: float

    @property
    def completeness_gap(self) -> float:
        """Sum of the attribution − (prediction − prediction_baseline)."""
        total = float(self.attribution.sum(dtype=np.float64))
        return total - (self.prediction - self.prediction_baseline)

    @property
    def relative_gap(self) -> float:
        """|completeness gap| over |prediction − prediction_baseline|; 0 where there is no gap."""
        gap, change = abs(self.completeness_gap), abs(self.prediction - self.prediction_baseline)
        return gap / change if change else (np.inf if gap else 0.0)


class PathIntegrator:
    """Integrates paths through one model.

    Parameters
    ----------
    explained
        The model and the target that is explained. Its weights are read when `integrate` begins.
    """

    def __init__(self, explained: ExplainedModel) -> None:
        self._plan = plan_of(explained)

    def integrate(
        self,
        paths: Iterable[AttributionPath],
        *,
        steps: int,
        rule: str = "trapezoid",
        batch_size: int = 32,
    ) -> Iterator[PathIntegral]:
        """Yield the path integral of each path, in their order.

        Parameters
        ----------
        paths
            Read as they are needed.
        steps, rule
            See `nascent.attribute.quadrature.points_and_weights`.
        batch_size
            Points evaluated at a time, of one path or of several; bounds the memory.

        Raises
        ------
        AttributionError
            Where the rule is unknown, or `steps` or `batch_size` is below 1.
        """
        alphas, weights = points_and_weights(rule, steps)
        if batch_size < 1:
            raise AttributionError(f"batch_size is {batch_size}", mend="It must be at least 1.")
        points = min(POINTS, batch_size, len(alphas))
        parameters = self._plan.parameters()
        segments = _segments(alphas, weights, points)
        for group in _alike(self._framed(paths, parameters), batch_size // points):
            yield from _integrals(self._plan, parameters.tensors, group, alphas, segments)

    def _framed(
        self, paths: Iterable[AttributionPath], parameters: Parameters
    ) -> Iterator["_FramedPath"]:
        for path in paths:
            support = (path.image != 0).any(axis=-1) | (path.baseline != 0).any(axis=-1)
            yield _FramedPath(path, self._plan.frame(parameters, support, path.mask, path.others))


def integrated_gradients(
    integrator: PathIntegrator,
    cells: CellBatch,
    baselines: np.ndarray,
    *,
    steps: int = 70,
    rule: str = "trapezoid",
    tolerance: float | None = None,
    batch_size: int = 32,
) -> Attributions:
    """Attribute the predictions of some examples by Integrated Gradients.

    Parameters
    ----------
    integrator
        Of the model and the target that are explained; one for many calls compiles once.
    cells
        The examples.
    baselines
        (n, places …, C) float32, where the paths begin.
    steps
        m of the rule; with a tolerance, the largest that is tried.
    rule
        See `nascent.attribute.quadrature.points_and_weights`.
    tolerance
        Share of |f(x) − f(x′)| that the completeness gap may have: each example's m is doubled
        until it is met. None keeps m fixed.
    batch_size
        Gradient evaluations at a time; bounds the memory.
    """
    images = cells.images
    maps = np.empty(images.shape, np.float32)
    ends = np.empty((3, len(images)))
    taken, converged = np.full(len(images), steps), np.ones(len(images), bool)
    left = np.arange(len(images))
    for m in [steps] if tolerance is None else steps_tried(steps):
        paths = (
            AttributionPath(images[i], baselines[i], cells.masks[i], cells.others_of(i))
            for i in left
        )
        found = integrator.integrate(paths, steps=m, rule=rule, batch_size=batch_size)
        gaps = np.empty(len(left))
        for place, (cell, integral) in enumerate(zip(left, found, strict=True)):
            maps[cell] = integral.attribution
            ends[:, cell] = (
                integral.prediction,
                integral.prediction_baseline,
                integral.completeness_gap,
            )
            gaps[place] = integral.relative_gap
        taken[left] = m
        if tolerance is not None:
            converged[left] = gaps <= tolerance
            left = left[gaps > tolerance]
    return Attributions(maps, *ends, taken, converged)


def steps_tried(largest: int) -> list[int]:
    """Return the numbers of steps that are tried for a tolerance: doubling, up to `largest`."""
    tried = []
    steps = min(SMALLEST_STEPS, largest)
    while steps < largest:
        tried.append(steps)
        steps *= 2
    return [*tried, largest]


def enough_steps(
    integrator: PathIntegrator,
    path: AttributionPath,
    *,
    tolerance: float,
    largest: int,
    rule: str,
    batch_size: int,
) -> tuple[int, bool]:
    """Return the first m that meets a tolerance on a path, and whether it does.

    For methods that integrate many paths of one example, which take one m for all of them.
    """
    for steps in steps_tried(largest):
        (found,) = integrator.integrate([path], steps=steps, rule=rule, batch_size=batch_size)
        if found.relative_gap <= tolerance:
            return steps, True
    return largest, False


@dataclass(frozen=True)
class _FramedPath:
    path: AttributionPath
    frame: Frame


def _alike(paths: Iterable[_FramedPath], together: int) -> Iterator[list[_FramedPath]]:
    """Yield runs of `together` paths whose frames have one shape, and what is left one by one."""
    group: list[_FramedPath] = []
    for path in paths:
        if group and path.frame.shape != group[0].frame.shape:
            yield from ([each] for each in group)
            group = []
        group.append(path)
        if len(group) == together:
            yield group
            group = []
    yield from ([each] for each in group)


def _integrals(
    plan: Plan,
    tensors: Any,
    group: Sequence[_FramedPath],
    alphas: np.ndarray,
    segments: Sequence[tuple[np.ndarray, np.ndarray]],
) -> Iterator[PathIntegral]:
    images, baselines = (
        np.stack([getattr(each.path, name)[each.frame.pixels] for each in group]).astype(
            float_type(), copy=False
        )
        for name in ("image", "baseline")
    )
    context = tuple(
        np.stack(arrays) for arrays in zip(*(each.frame.context for each in group), strict=True)
    )
    start, difference = plan.ends(tensors, images, baselines)
    total, outputs = 0.0, []
    for part_alphas, part_weights in segments:
        found, sums = plan.segment(tensors, start, difference, part_alphas, part_weights, context)
        total = total + sums
        outputs.append(array(found))
    gradients = array(plan.pull(tensors, images, total))
    at_points = np.concatenate(outputs, axis=1)
    first = at_points[:, 0] if alphas[0] == 0 else array(plan.values(tensors, start, context))
    last = (
        at_points[:, len(alphas) - 1]
        if alphas[-1] == 1
        else array(plan.values(tensors, start + difference, context))
    )
    for number, each in enumerate(group):
        attribution = np.zeros(each.path.image.shape, float_type())
        attribution[each.frame.pixels] = gradients[number] * (images[number] - baselines[number])
        yield PathIntegral(attribution, float(last[number]), float(first[number]))


def _segments(
    alphas: np.ndarray, weights: np.ndarray, size: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return points and weights in parts of one size.

    The last part is filled up with its last point, which weighs nothing there.
    """
    spare = -len(alphas) % size
    points = np.concatenate([alphas, np.repeat(alphas[-1:], spare)]).astype(float_type())
    weigh = np.concatenate([weights, np.zeros(spare)]).astype(float_type())
    return list(zip(points.reshape(-1, size), weigh.reshape(-1, size), strict=True))
