"""Baselines: the image that stands for "nothing to see", where a path of attribution begins."""

from collections.abc import Callable, Mapping

import numpy as np

from nascent.errors import AttributionError, did_you_mean


def black(image: np.ndarray) -> np.ndarray:
    """Return zeros of the normalised image (S, S, C).

    After z-scoring zero is the channel's mean over the training pixels, so this baseline means
    "a nucleus of average and even intensity", not "no signal".
    """
    return np.zeros_like(image)


BASELINES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {"black": black}


def baseline_of(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function image → baseline image of that name.

    Raises
    ------
    AttributionError
        Where there is no such baseline; the nearest is named.
    """
    if name not in BASELINES:
        raise AttributionError(
            f"there is no baseline {name!r}",
            where="attribute.methods.*.baseline",
            mend=did_you_mean(name, BASELINES),
        )
    return BASELINES[name]
