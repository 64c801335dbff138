"""Layers that Keras does not have; registered, so that saved models load with them."""

from typing import Any

import numpy as np

from nascent.frameworks import keras, ops


@keras.saving.register_keras_serializable(package="nascent")
class MaskedAverage(keras.layers.Layer):
    """Average each channel over the measured pixels alone.

    Takes [image (n, h, w, C), mask (n, S, S)] and gives (n, C), and likewise with any number of
    places. The average over the whole frame that it stands in for mixes a channel's level with the
    example's area. A feature map coarser than
    the mask is weighted by the share of each of its places that was measured, as if it divided the
    crop into h x w equal places. An example without a measured pixel gives zeros. Sums are float32,
    whatever the precision: those of float16 end at 65,504.
    """

    def call(self, inputs: list[Any]) -> Any:
        """Return the averages (n, C) of [image (n, h, w, C), mask (n, S, S)]."""
        image, mask = inputs
        weight = ops.cast(mask, "float32")
        places = tuple(range(1, len(mask.shape)))
        for axis in places:
            parts = shares(mask.shape[axis], image.shape[axis])
            if parts is not None:
                weight = ops.einsum(averaged_along(axis, len(mask.shape)), parts, weight)
        weight = ops.expand_dims(weight, axis=-1)
        total = ops.sum(ops.cast(image, "float32") * weight, axis=places)
        measured = ops.sum(weight, axis=places)
        return ops.cast(total / ops.where(measured > 0, measured, 1), self.compute_dtype)

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        """Return (n, C)."""
        image, _ = input_shape
        return image[0], image[-1]


def averaged_along(axis: int, axes: int) -> str:
    """Return the subscripts of an einsum of `shares` and an array, along one of its axes."""
    given = "nstu"[:axes]
    return f"i{given[axis]},{given}->{given.replace(given[axis], 'i')}"


def shares(pixels: int | None, places: int | None) -> np.ndarray | None:
    """Return the matrix (places, pixels) that averages a line of pixels over equal places.

    Place i reaches from i · pixels / places to (i + 1) · pixels / places; a pixel across a border
    counts in both by its parts. None where there is nothing to average.
    """
    if pixels == places or pixels is None or places is None:
        return None
    edges = np.arange(places + 1) * pixels / places
    pixel = np.arange(pixels)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return (np.maximum(overlap, 0) * places / pixels).astype(np.float32)
