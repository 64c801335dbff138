"""The eight ways to lay a square crop: flips and quarter turns, without chance."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nascent.errors import TrainError
from nascent.frameworks import keras, ops


def variants(inputs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the eight variants of a batch, the first as it comes.

    Parameters
    ----------
    inputs
        `image` (n, S, S, C) and `mask` (n, S, S), arrays or tensors; further inputs stay as they
        are.

    Yields
    ------
    dict
        The inputs as they are, then flipped left to right, each by 0, 1, 2 and 3 quarter turns
        counter-clockwise.

    Raises
    ------
    TrainError
        Where there is no image with a mask.
    """
    if not {"image", "mask"} <= inputs.keys():
        raise TrainError(
            f"there is no image to flip and turn, but {', '.join(inputs)}",
            where="prediction",
            mend="Set prediction and validation to plain.",
        )
    image, mask = inputs["image"], inputs["mask"]
    image, mask = ops.convert_to_tensor(image), ops.convert_to_tensor(mask)
    for flipped in (False, True):
        if flipped:
            image, mask = ops.flip(image, axis=2), ops.flip(mask, axis=2)
        for turns in range(4):
            yield {
                **inputs,
                "image": ops.rot90(image, turns, axes=(1, 2)),
                "mask": ops.rot90(mask, turns, axes=(1, 2)),
            }


def predict_eight_fold(model: keras.Model, inputs: Mapping[str, Any]) -> np.ndarray:
    """Return the mean of a model's predictions for the eight variants of a batch.

    Parameters
    ----------
    model
        From inputs by name to (n, T).
    inputs
        See `variants`.

    Returns
    -------
    numpy.ndarray
        (n, T) float64.
    """
    predictions = [model.predict_on_batch(variant) for variant in variants(inputs)]
    return np.mean(predictions, axis=0, dtype=np.float64)
