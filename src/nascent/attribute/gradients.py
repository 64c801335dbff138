"""Gradients of a model's output with respect to the image: the one thing only a backend can do.

Each backend has one function that turns a Keras model into a `GradientFunction`. Models are called
in inference mode, so that batch normalisation and dropout are fixed and the cells of a batch do not
touch each other: the gradient of the summed outputs is then each cell's own gradient. Of a model of
several targets the first is explained, and the others have no part in the gradient. Only the image
is differentiated; the mask is an input without a gradient.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from nascent.errors import AttributionError, did_you_mean

GradientFunction = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""(images (n, S, S, C) float32, masks (n, S, S)) → (outputs (n,), gradients (n, S, S, C)), both
float32."""


def output_and_gradients(model: keras.Model) -> GradientFunction:
    """Return a function that gives a model's outputs and their gradients at a batch of images.

    Parameters
    ----------
    model
        Takes {"image": (n, S, S, C), "mask": (n, S, S)} and returns (n, T), of which the first
        column is explained, or (n,).

    Raises
    ------
    AttributionError
        Where Keras runs on a backend that has no gradients here, or, at the first call, where the
        model does not return a row of values a cell.
    """
    backend = keras.backend.backend()
    if backend not in BACKENDS:
        raise AttributionError(
            f"the Keras backend {backend!r} cannot differentiate a model here",
            where="KERAS_BACKEND",
            mend=did_you_mean(backend, BACKENDS),
        )
    evaluate = BACKENDS[backend](model)

    def outputs_and_gradients(
        images: np.ndarray, masks: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        outputs, gradients = evaluate(
            np.ascontiguousarray(images, np.float32), np.ascontiguousarray(masks, np.float32)
        )
        if outputs.shape != (len(images),):
            raise AttributionError(
                f"the model returns {outputs.shape} for {len(images)} cells, not a row of values"
                " a cell",
                mend="Attribution needs a model whose outputs are (cells, targets).",
            )
        return outputs, gradients

    return outputs_and_gradients


def _first_target(outputs: Any) -> Any:
    """Return the first column of outputs (n, T); any other shape as it is."""
    return outputs[:, 0] if len(outputs.shape) == 2 else outputs


def _tensorflow(model: keras.Model) -> GradientFunction:
    import tensorflow as tf

    # The last batch is smaller than the others: reduce_retracing then leaves the batch axis open.
    @tf.function(reduce_retracing=True)
    def compiled(images: tf.Tensor, masks: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            outputs = _first_target(model({"image": images, "mask": masks}, training=False))
        gradients = tape.gradient(
            outputs, images, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        return outputs, gradients

    def evaluate(images: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        outputs, gradients = compiled(tf.constant(images), tf.constant(masks))
        return outputs.numpy(), gradients.numpy()

    return evaluate


def _jax(model: keras.Model) -> GradientFunction:
    import jax

    def total(images, trainable, non_trainable, masks):
        outputs, _ = model.stateless_call(
            trainable, non_trainable, {"image": images, "mask": masks}, training=False
        )
        outputs = _first_target(outputs)
        return outputs.sum(), outputs

    compiled = jax.jit(jax.value_and_grad(total, has_aux=True))

    def evaluate(images: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # Weights are arguments, not constants of the compiled function: they may change.
        trainable = [variable.value for variable in model.trainable_variables]
        non_trainable = [variable.value for variable in model.non_trainable_variables]
        (_, outputs), gradients = compiled(images, trainable, non_trainable, masks)
        return np.asarray(outputs), np.asarray(gradients)

    return evaluate


def _torch(model: keras.Model) -> GradientFunction:
    import torch

    def evaluate(images: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # Keras puts the tensor where the model's weights are; this makes it a leaf of the graph.
        points = keras.ops.convert_to_tensor(images).detach().requires_grad_(True)
        with torch.enable_grad():
            outputs = _first_target(
                model({"image": points, "mask": keras.ops.convert_to_tensor(masks)}, training=False)
            )
            (gradients,) = torch.autograd.grad(
                outputs.sum(), points, allow_unused=True, materialize_grads=True
            )
        return outputs.detach().cpu().numpy(), gradients.cpu().numpy()

    return evaluate


BACKENDS: Mapping[str, Callable[[keras.Model], GradientFunction]] = {
    "tensorflow": _tensorflow,
    "jax": _jax,
    "torch": _torch,
}
