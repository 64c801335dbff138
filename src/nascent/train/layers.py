"""Layers that Keras does not have; registered, so that saved models load with them."""

from typing import Any

import numpy as np

from nascent.frameworks import keras, ops


@keras.saving.register_keras_serializable(package="nascent")
class MaskedAverage(keras.layers.Layer):
    """Average each channel over the measured pixels alone.

    Takes [image (n, h, w, C), mask (n, S, S)] and gives (n, C). The average over the whole frame
    that it stands in for mixes a channel's level with the nucleus' area. A feature map coarser than
    the mask is weighted by the share of each of its places that was measured, as if it divided the
    crop into h x w equal places. A cell without a measured pixel gives zeros. Sums are float32,
    whatever the precision: those of float16 end at 65,504.
    """

    def call(self, inputs: list[Any]) -> Any:
        """Return the averages (n, C) of [image (n, h, w, C), mask (n, S, S)]."""
        image, mask = inputs
        weight = ops.cast(mask, "float32")
        rows, columns = (shares(mask.shape[axis], image.shape[axis]) for axis in (1, 2))
        if rows is not None:
            weight = ops.einsum("is,nst->nit", rows, weight)
        if columns is not None:
            weight = ops.einsum("jt,nit->nij", columns, weight)
        weight = ops.expand_dims(weight, axis=-1)
        total = ops.sum(ops.cast(image, "float32") * weight, axis=(1, 2))
        measured = ops.sum(weight, axis=(1, 2))
        return ops.cast(total / ops.where(measured > 0, measured, 1), self.compute_dtype)

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        """Return (n, C)."""
        image, _ = input_shape
        return image[0], image[3]


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
