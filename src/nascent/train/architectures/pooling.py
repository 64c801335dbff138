"""From a feature map to one vector a cell."""

from collections.abc import Callable, Mapping
from typing import Any

from nascent.errors import TrainError, did_you_mean
from nascent.frameworks import layers
from nascent.train.layers import MaskedAverage

POOLINGS: Mapping[str, Callable[[Any, Any], Any]] = {
    "average": lambda features, mask: layers.GlobalAveragePooling2D(name="average")(features),
    "masked_average": lambda features, mask: MaskedAverage(name="measured_average")(
        [features, mask]
    ),
    "flatten": lambda features, mask: layers.Flatten(name="flatten")(features),
}


def pool(features: Any, mask: Any, how: str) -> Any:
    """Return (n, F) of a symbolic feature map (n, h, w, F) and the cells' masks (n, S, S).

    `flatten` gives (n, h · w · F).

    Raises
    ------
    TrainError
        Where there is no such pooling (the nearest is named).
    """
    if how not in POOLINGS:
        raise TrainError(
            f"there is no pooling {how!r}",
            where="layers.pooling",
            mend=did_you_mean(how, POOLINGS),
        )
    return POOLINGS[how](features, mask)
