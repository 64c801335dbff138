"""Layers that Keras does not have; registered, so that saved models load with them."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="nascent")
class MaskedAverage(keras.layers.Layer):
    """Average each channel over the measured pixels alone.

    Takes [image (n, S, S, C), mask (n, S, S)] and gives (n, C). The average over the whole frame
    that it stands in for mixes a channel's level with the nucleus' area. A cell without a measured
    pixel gives zeros.
    """

    def call(self, inputs: list[Any]) -> Any:
        """Return the averages (n, C) of [image (n, S, S, C), mask (n, S, S)]."""
        image, mask = inputs
        weight = ops.expand_dims(ops.cast(mask, image.dtype), axis=-1)
        total = ops.sum(image * weight, axis=(1, 2))
        return total / ops.maximum(ops.sum(weight, axis=(1, 2)), 1)

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        """Return (n, C)."""
        image, _ = input_shape
        return image[0], image[3]
