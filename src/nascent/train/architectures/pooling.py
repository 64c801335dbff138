"""From a feature map to one vector an example."""

from collections.abc import Callable, Mapping
from typing import Any

from nascent.errors import TrainError, did_you_mean
from nascent.frameworks import layers
from nascent.train.layers import MaskedAverage

MASKED = "masked_average"


def _average(features: Any, mask: Any, prefix: str) -> Any:
    kinds = {
        3: layers.GlobalAveragePooling1D,
        4: layers.GlobalAveragePooling2D,
        5: layers.GlobalAveragePooling3D,
    }
    return kinds[len(features.shape)](name=f"{prefix}average")(features)


def _masked_average(features: Any, mask: Any, prefix: str) -> Any:
    if mask is None:
        raise TrainError(
            f"an input without a mask cannot be pooled by {MASKED}",
            where="layers.pooling",
            mend="Choose average or flatten.",
        )
    return MaskedAverage(name=f"{prefix}measured_average")([features, mask])


def _flatten(features: Any, mask: Any, prefix: str) -> Any:
    return layers.Flatten(name=f"{prefix}flatten")(features)


POOLINGS: Mapping[str, Callable[[Any, Any, str], Any]] = {
    "average": _average,
    MASKED: _masked_average,
    "flatten": _flatten,
}


def pool(features: Any, mask: Any, how: str, *, prefix: str = "") -> Any:
    """Return (n, F) of a symbolic feature map (n, places …, F).

    Parameters
    ----------
    features
        With one to three axes of places.
    mask
        Of the examples' objects, (n, places …) of the input; None where it has none.
    how
        In POOLINGS; `flatten` gives (n, product of places · F).
    prefix
        Of the layer's name.

    Raises
    ------
    TrainError
        Where there is no such pooling (the nearest is named), or there is no mask to pool over.
    """
    if how not in POOLINGS:
        raise TrainError(
            f"there is no pooling {how!r}",
            where="layers.pooling",
            mend=did_you_mean(how, POOLINGS),
        )
    return POOLINGS[how](features, mask, prefix)
