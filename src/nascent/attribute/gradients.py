"""What only a backend can do: differentiate, and run a computation compiled.

Everything else of attribution is written once, over the tensors of `keras.ops`. A backend supplies
four functions. `differentiate` gives a function's value and its gradient at a point; it is called
within a compiled computation and sees tensors. `fused` makes one loop of a step that is bound by
memory. `compiled` turns a computation over tensors into one that takes NumPy arrays or tensors and
gives tensors, and that reads a model's weights anew at each call, for they may change;
`compiled_by_shape` does so for computations that need to know all shapes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nascent.attribute.elementwise import Step
from nascent.errors import AttributionError, did_you_mean
from nascent.frameworks import keras

Computation = Callable[..., Any]


@dataclass(frozen=True)
class Backend:
    """The four functions of a backend.

    Attributes
    ----------
    differentiate : callable
        (function, point, cotangent or None) → (value, gradient of ⟨cotangent, value⟩ at the point);
        a cotangent of None stands for ones. A function that does not depend on the point has the
        gradient zero.
    fused : callable
        (step) → its value as a function, of which only the first argument can be differentiated.
    compiled, compiled_by_shape : callable
        (computation, layers and models whose weights it reads) → the same computation, compiled.
        A computation may return a tensor or a tuple of them.
    """

    differentiate: Callable[[Computation, Any, Any], tuple[Any, Any]]
    fused: Callable[[Step], Computation]
    compiled: Callable[[Computation, Sequence[Any]], Computation]
    compiled_by_shape: Callable[[Computation, Sequence[Any]], Computation]


def backend() -> Backend:
    """Return the functions of the backend that Keras runs on.

    Raises
    ------
    AttributionError
        Where nothing is known of it.
    """
    name = keras.backend.backend()
    if name not in BACKENDS:
        raise AttributionError(
            f"the Keras backend {name!r} cannot differentiate a model here",
            where="KERAS_BACKEND",
            mend=did_you_mean(name, BACKENDS),
        )
    return BACKENDS[name]()


def array(tensor: Any) -> np.ndarray:
    """Return a tensor of any backend as a NumPy array."""
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def float_type() -> np.dtype:
    """Return the type that Keras computes in: float32, where `keras.config` says nothing else."""
    return np.dtype(keras.config.floatx())


def _tensorflow() -> Backend:
    import tensorflow as tf

    def differentiate(function: Computation, point: Any, cotangent: Any) -> tuple[Any, Any]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(point)
            value = function(point)
        gradient = tape.gradient(
            value,
            point,
            output_gradients=cotangent,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return value, gradient

    def fused(step: Step) -> Computation:
        # XLA makes one loop of elementwise steps, which TensorFlow alone runs one by one; its
        # convolutions are slower than TensorFlow's on CPUs, so only these steps go there.
        value = tf.function(step.value, jit_compile=True)
        pull = tf.function(step.pull, jit_compile=True)

        def call(first: Any, *others: Any) -> Any:
            @tf.custom_gradient
            def of_first(first: Any) -> tuple[Any, Computation]:
                return value(first, *others), lambda cotangent: pull(cotangent, first, *others)

            return of_first(first)

        return call

    def compiled(computation: Computation, layers: Sequence[Any]) -> Computation:
        # Variables are read where they are used, so their layers need not be known. Batches differ
        # in size: reduce_retracing then leaves that axis open.
        return tf.function(computation, reduce_retracing=True)

    def compiled_by_shape(computation: Computation, layers: Sequence[Any]) -> Computation:
        known: dict[tuple, Computation] = {}

        def call(*arguments: Any) -> Any:
            shapes = tuple(tuple(each.shape) for each in tf.nest.flatten(arguments))
            if shapes not in known:
                known[shapes] = tf.function(computation)
            return known[shapes](*arguments)

        return call

    return Backend(differentiate, fused, compiled, compiled_by_shape)


def _jax() -> Backend:
    import jax

    def differentiate(function: Computation, point: Any, cotangent: Any) -> tuple[Any, Any]:
        value, pull = jax.vjp(function, point)
        (gradient,) = pull(jax.numpy.ones_like(value) if cotangent is None else cotangent)
        return value, gradient

    def fused(step: Step) -> Computation:
        # The whole computation goes through XLA anyway; its own derivative would share a gradient
        # among equal values.
        call = jax.custom_vjp(step.value)

        def forward(*arguments: Any) -> tuple[Any, tuple]:
            return step.value(*arguments), arguments

        def backward(arguments: tuple, cotangent: Any) -> tuple:
            return step.pull(cotangent, *arguments), *[None] * (len(arguments) - 1)

        call.defvjp(forward, backward)
        return call

    def compiled(computation: Computation, layers: Sequence[Any]) -> Computation:
        variables = list({id(v): v for layer in layers for v in layer.variables}.values())

        # Weights are arguments and no constants of the compiled computation: they may change.
        @jax.jit
        def stateless(values: list[Any], arguments: tuple[Any, ...]) -> Any:
            with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
                return computation(*arguments)

        def call(*arguments: Any) -> Any:
            return stateless([variable.value for variable in variables], arguments)

        return call

    return Backend(differentiate, fused, compiled, compiled)


def _torch() -> Backend:
    import torch

    def differentiate(function: Computation, point: Any, cotangent: Any) -> tuple[Any, Any]:
        leaf = point.detach().requires_grad_(True)
        with torch.enable_grad():
            value = function(leaf)
            if not value.requires_grad:
                return value, torch.zeros_like(leaf)
            (gradient,) = torch.autograd.grad(
                value,
                leaf,
                torch.ones_like(value) if cotangent is None else cotangent,
                allow_unused=True,
                materialize_grads=True,
            )
        return value.detach(), gradient

    def fused(step: Step) -> Computation:
        class Fused(torch.autograd.Function):
            @staticmethod
            def forward(context: Any, *arguments: Any) -> Any:
                context.save_for_backward(*arguments)
                return step.value(*arguments)

            @staticmethod
            def backward(context: Any, cotangent: Any) -> tuple:
                arguments = context.saved_tensors
                return step.pull(cotangent, *arguments), *[None] * (len(arguments) - 1)

        return Fused.apply

    def compiled(computation: Computation, layers: Sequence[Any]) -> Computation:
        def call(*arguments: Any) -> Any:
            # Keras puts a tensor where the model's weights are.
            tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, arguments)
            with torch.no_grad():
                return computation(*tensors)

        return call

    return Backend(differentiate, fused, compiled, compiled)


BACKENDS: Mapping[str, Callable[[], Backend]] = {
    "tensorflow": _tensorflow,
    "jax": _jax,
    "torch": _torch,
}
