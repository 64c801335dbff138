"""Ways to go along a path with less work than evaluating the whole model at every point.

The straight line x′ + α (x − x′) stays straight through everything affine before a model's first
non-linearity: there its two ends are enough, z(α) = z′ + α (z − z′). And since the derivative of
something affine is the same everywhere, the gradients of all points are summed behind it, and
brought back to the image once. That changes the order of summation, not what is summed.

Of a chain of convolution blocks more is known: see `nascent.attribute.chain`.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from nascent.attribute.chain import Block, Chain, chain_of
from nascent.attribute.elementwise import (
    Step,
    entrance,
    rectified_maximum,
    weighted_average,
)
from nascent.attribute.explained import ExplainedModel, Others
from nascent.attribute.gradients import array, backend, float_type
from nascent.attribute.graph import affine_prefix, apply, behind
from nascent.attribute.window import window_of
from nascent.frameworks import ops


@dataclass(frozen=True)
class Frame:
    """The part of the frame in which a path runs.

    Attributes
    ----------
    pixels
        A slice an axis of places.
    context
        What the model needs besides the points, as arrays.
    """

    pixels: tuple[slice, ...]
    context: tuple[np.ndarray, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Pixels along each axis."""
        return tuple(line.stop - line.start for line in self.pixels)


@dataclass(frozen=True)
class Parameters:
    """What a plan knows of a model's weights, as they are when a run of paths begins.

    Attributes
    ----------
    tensors
        For the computations.
    empty
        Features (h, w, F) float64 of a frame without an example, where the plan uses them.
    """

    tensors: Any = ()
    empty: np.ndarray | None = None


class Plan(Protocol):
    """How the paths of one model are computed, by four computations over tensors.

    P paths of frames of one shape go together; `context` has the arrays of their frames, stacked.
    The first argument of each is `Parameters.tensors`.

    Attributes
    ----------
    ends : callable
        (tensors, images, baselines (P, h, w, C)) → the lifted baselines, and the lifted images
        less these.
    segment : callable
        (tensors, start, difference, alphas, weights (A,), context) → outputs (P, A) at the
        points start + alpha · difference, and the weighted sums of their gradients there.
    values : callable
        (tensors, lifted points, context) → outputs (P,).
    pull : callable
        (tensors, images, sums) → sums of gradients, brought back to the images.
    """

    ends: Any
    segment: Any
    values: Any
    pull: Any

    def parameters(self) -> Parameters:
        """Return what the computations need of the model's weights as they are now."""

    def frame(
        self, parameters: Parameters, support: np.ndarray, mask: np.ndarray, others: Others
    ) -> Frame:
        """Return the frame for a path whose ends are zero wherever `support` (places …) is not.

        The mask is (places …); the others are what else the model takes, by name.
        """


def plan_of(explained: ExplainedModel) -> Plan:
    """Return the plan that takes least work for a model."""
    # A chain knows the mask of the input, and nothing else that a model could take.
    alone = len(explained.context_names) == explained.takes_mask and explained.enters is None
    chain = chain_of(explained.model, explained.name) if alone else None
    return PrefixPlan(explained) if chain is None else ChainPlan(explained, chain)


class PrefixPlan:
    """Any model, cut behind its affine beginning, which may be empty.

    Points cover the whole frame, of any number of places. The context of a path is its mask, where
    the model takes one, and its other inputs.
    """

    def __init__(self, explained: ExplainedModel) -> None:
        engine, model = backend(), explained.model
        self._explained = explained
        prefix = affine_prefix(model, explained.entrance)
        start = prefix[-1].output if prefix else explained.entrance
        rest = behind(model, start, explained.context_names)

        def ends(tensors: Any, images: Any, baselines: Any) -> tuple[Any, Any]:
            start = apply(prefix, baselines)
            return start, apply(prefix, images) - start

        def values(tensors: Any, points: Any, context: Any) -> Any:
            return explained.read_out.of(rest([points, *context], training=False))

        def segment(
            tensors: Any, start: Any, difference: Any, alphas: Any, weights: Any, context: Any
        ) -> tuple[Any, Any]:
            count = ops.shape(alphas)[0]
            everywhere = [ops.repeat(each, count, axis=0) for each in context]
            along = ops.reshape(alphas, (1, -1, *[1] * (len(start.shape) - 1)))
            points = start[:, None] + along * difference[:, None]
            shape = ops.shape(points)
            outputs, gradients = engine.differentiate(
                lambda given: values(tensors, given, everywhere),
                ops.reshape(points, (-1, *shape[2:])),
                None,
            )
            sums = ops.einsum("a,pa...->p...", weights, ops.reshape(gradients, shape))
            return ops.reshape(outputs, shape[:2]), sums

        def pull(tensors: Any, images: Any, sums: Any) -> Any:
            return engine.differentiate(lambda given: apply(prefix, given), images, sums)[1]

        self.ends = engine.compiled(ends, prefix)
        self.segment = engine.compiled(segment, [rest])
        self.values = engine.compiled(values, [rest])
        self.pull = engine.compiled(pull, prefix)

    def parameters(self) -> Parameters:
        """Return nothing: the layers' own weights are read."""
        return Parameters()

    def frame(
        self, parameters: Parameters, support: np.ndarray, mask: np.ndarray, others: Others
    ) -> Frame:
        """Return the whole frame, and what the model is given besides."""
        one = {name: values[None] for name, values in others.items()}
        context = tuple(each[0] for each in self._explained.context(mask[None], one))
        return Frame(tuple(slice(0, size) for size in mask.shape), context)


class ChainPlan:
    """A chain of convolution blocks, computed in a window around the example.

    The context of a path is the weight (h, w) of each of the window's features in the pooling, and
    what the features outside it add (F,): they see neither image nor baseline. Batch normalisation
    is part of the kernels.
    """

    def __init__(self, explained: ExplainedModel, chain: Chain) -> None:
        engine = backend()
        self._chain = chain
        self._frame_shape = (1, *explained.model.input[explained.name].shape[1:])
        first, *later = chain.blocks
        rectify = [engine.fused(_rectified_maximum(block)) for block in later]
        leave = engine.fused(_rectified_maximum(first))
        enter = engine.fused(entrance(first.pool, floor=_floor(first)))
        average = engine.fused(weighted_average())

        def ends(kernels: Any, images: Any, baselines: Any) -> tuple[Any, Any]:
            start = _convolve(baselines, kernels[0])
            return start, _convolve(images, kernels[0]) - start

        def features(kernels: Any, entered: Any) -> Any:
            for kernel, rectified in zip(kernels[1:], rectify, strict=True):
                entered = rectified(_convolve(entered, kernel))
            return entered

        def outputs(kernels: Any, entered: Any, context: Any) -> Any:
            weights, outside = context
            pooled = average(features(kernels, entered), weights) + outside[:, None]
            pooled = ops.reshape(pooled, (-1, pooled.shape[-1]))
            return explained.read_out.of(chain.head(pooled, training=False))

        def values(kernels: Any, points: Any, context: Any) -> Any:
            return outputs(kernels, leave(points), context)

        def segment(
            kernels: Any, start: Any, difference: Any, alphas: Any, weights: Any, context: Any
        ) -> tuple[Any, Any]:
            found, sums = engine.differentiate(
                lambda shift: outputs(
                    kernels, enter(shift, start, difference, alphas, weights), context
                ),
                ops.zeros_like(start),
                None,
            )
            return ops.reshape(found, (start.shape[0], -1)), sums

        def pull(kernels: Any, images: Any, sums: Any) -> Any:
            return engine.differentiate(lambda given: _convolve(given, kernels[0]), images, sums)[1]

        def whole(kernels: Any, images: Any) -> Any:
            return features(kernels, leave(_convolve(images, kernels[0])))

        self.ends = engine.compiled_by_shape(ends, [])
        self.segment = engine.compiled_by_shape(segment, [chain.head])
        self.values = engine.compiled_by_shape(values, [chain.head])
        self.pull = engine.compiled_by_shape(pull, [])
        self._features = engine.compiled_by_shape(whole, [])

    def parameters(self) -> Parameters:
        """Return kernel and bias of each block, and the features (h, w, F) of an empty frame."""
        kernels = tuple(
            tuple(map(ops.convert_to_tensor, block.kernel_and_bias()))
            for block in self._chain.blocks
        )
        nothing = np.zeros(self._frame_shape, float_type())
        return Parameters(kernels, array(self._features(kernels, nothing))[0].astype(np.float64))

    def frame(
        self, parameters: Parameters, support: np.ndarray, mask: np.ndarray, others: Others
    ) -> Frame:
        """Return the window around the support."""
        window = window_of(support, self._chain.reach)
        weights = self._chain.weights(mask)
        inside = np.zeros_like(weights)
        inside[window.inner] = weights[window.inner]
        outside = np.tensordot(weights - inside, parameters.empty, axes=2)
        here = inside[tuple(slice(line.start, line.stop) for line in (window.rows, window.columns))]
        return Frame(window.pixels, (here.astype(float_type()), outside.astype(float_type())))


def _convolve(images: Any, kernel_and_bias: Any) -> Any:
    kernel, bias = kernel_and_bias
    return ops.conv(images, kernel, strides=1, padding="same") + bias


def _rectified_maximum(block: Block) -> Step:
    return rectified_maximum(block.pool, floor=_floor(block))


def _floor(block: Block) -> float:
    return 0.0 if block.rectified else -np.inf
