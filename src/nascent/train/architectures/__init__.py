"""Models by name.

An architecture is one file with one function, from the symbolic image (n, S, S, C) and mask
(n, S, S) to features (n, F); the inputs before it and the output behind it are the same for all.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from nascent.errors import TrainError, did_you_mean
from nascent.train.architectures import linear, simple_cnn

ARCHITECTURES: Mapping[str, Callable[[Any, Any], Any]] = {
    "linear": linear.features,
    "simple_cnn": simple_cnn.features,
}


def build(
    name: str, *, size: int, channels: int, target_mean: float = 0.0, target_sd: float = 1.0
) -> keras.Model:
    """Return an untrained model that predicts the training mean for every cell.

    The last layer with weights works in units of the target's SD around its mean and starts at
    zero; a rescaling without weights turns its output into raw counts. So no epoch is spent on
    moving the bias to the mean, whatever the target's scale.

    Parameters
    ----------
    name
        Of the architecture.
    size
        Edge S of a crop, in pixels.
    channels
        Number C of input channels.
    target_mean, target_sd
        Of the training cells' target, in raw counts.

    Returns
    -------
    keras.Model
        From {"image": (n, S, S, C) float32 normalised, zero where not measured,
        "mask": (n, S, S) bool} to (n, 1) float32 in raw counts.

    Raises
    ------
    TrainError
        Where there is no such architecture (the nearest is named), or the crop is too small for it.
    """
    if name not in ARCHITECTURES:
        raise TrainError(
            f"there is no architecture {name!r}",
            where="train",
            mend=did_you_mean(name, ARCHITECTURES),
        )
    image = keras.Input((size, size, channels), name="image")
    mask = keras.Input((size, size), name="mask", dtype="bool")
    try:
        features = ARCHITECTURES[name](image, mask)
    except ValueError as error:
        raise TrainError(
            f"{name} cannot be built for crops of {size} x {size} x {channels} ({error})",
            where="train",
            mend="Raise crops.size or choose another architecture.",
        ) from error
    standardised = keras.layers.Dense(1, kernel_initializer="zeros", name="output")(features)
    counts = keras.layers.Rescaling(target_sd, target_mean, name="counts")(standardised)
    return keras.Model({"image": image, "mask": mask}, counts, name=name)
