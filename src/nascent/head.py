"""The last layers of a network: from features to what it puts out, in the unit of the answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def head(features: Any, means: float | Sequence[float], units: float | Sequence[float]) -> Any:
    """Return outputs that start at `means`, whatever the features.

    The layer with weights works in units around the means and starts at zero; a rescaling without
    weights brings its outputs to where they belong. So no epoch is spent on moving a bias, whatever
    the scale. Both compute in float32, whatever the precision of the layers before.

    Parameters
    ----------
    features
        (n, …, f), symbolic; where there are places, each gets its own outputs.
    means, units
        One number each, or one an output.

    Returns
    -------
    (n, …, outputs) float32, symbolic
    """
    from nascent.frameworks import keras

    outputs = max(np.size(means), np.size(units))
    standardised = keras.layers.Dense(
        outputs, kernel_initializer="zeros", name="output", dtype="float32"
    )(features)
    return keras.layers.Rescaling(_plain(units), _plain(means), name="counts", dtype="float32")(
        standardised
    )


def _plain(values: float | Sequence[float]) -> float | list[float]:
    """Return numbers as JSON, and so a saved model, can hold them."""
    return np.asarray(values, dtype=np.float64).tolist()
