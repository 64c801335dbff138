"""Maps of the image alone: what a map shows that has seen no model.

What lies on bright structures is found without knowing anything of the rate, and a method that
multiplies by the image follows the image whatever the weights are. So a claim about a model is held
against maps that are made of the normalised image z and the mask alone:

- `brightness`: max(z, 0). z = 0 is the training mean; what is darker is not bright.
- `magnitude`: |z|, where the dark counts as much as the bright.
- `spots`: max(z − the Gaussian mean of z around the pixel, 0), what is brighter than around it.
- `contrast`: the magnitude of the same difference.
- `edge`: the length of the gradient of z.

No one of them is the right null for every measure: the strongest of the set is. Which that is, is
told by the same examples, which favours the nulls.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from math import gamma

import numpy as np

from nascent.smoothing import smoothed

BRIGHTNESS, MAGNITUDE, SPOTS, CONTRAST, EDGE = (
    "brightness",
    "magnitude",
    "spots",
    "contrast",
    "edge",
)

SURROUNDINGS = 0.2
"""SD of the Gaussian mean around a pixel, in radii of a disc (ball) of as many pixels as the
example has; of a line, in halves of its length."""

EDGE_SMOOTHING = 1.0
"""SD of the Gaussian before the gradient is taken, pixels."""


def brightness(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return max(z, 0), see `image_map`."""
    return np.maximum(_measured(image, mask), 0)


def image_map(name: str, image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return a map of the image alone, none of whose values is below 0.

    Means and gradients are of measured pixels alone (normalised convolution, Knutsson & Westin
    1993), so that the outline of the example is no edge and nothing flows in from outside.

    Parameters
    ----------
    name
        In `IMAGE_MAPS`.
    image
        (places …, C), normalised.
    mask
        (places …) bool.

    Returns
    -------
    (places …, C) float64
        Zero outside of the mask.
    """
    return IMAGE_MAPS[name](image, mask)


def _measured(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return np.where(mask[..., None], image, 0).astype(np.float64)


def _above_surroundings(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    radius = _radius(np.count_nonzero(mask), mask.ndim)
    return _measured(image, mask) - smoothed(image, mask, SURROUNDINGS * radius)


def _edge(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return √(∂z/∂row² + ∂z/∂column² …) by differences of neighbours that are both measured."""
    even = smoothed(image, mask, EDGE_SMOOTHING)
    slopes = [
        np.moveaxis(_slope(np.moveaxis(even, axis, 0), np.moveaxis(mask, axis, 0)), 0, axis)
        for axis in range(mask.ndim)
    ]
    return np.where(mask[..., None], np.abs(reduce(np.hypot, slopes)), 0)


def _radius(count: int, axes: int) -> float:
    """Return the radius of a ball in a space of some axes that holds as many pixels."""
    unit = np.pi ** (axes / 2) / gamma(axes / 2 + 1)
    return float(np.power([count / unit], 1 / axes)[0])


def _slope(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the mean difference to the measured neighbours along the first axis; 0 without one."""
    both = mask[1:] & mask[:-1]
    steps = np.where(both[..., None], np.diff(values, axis=0), 0)
    total, number = np.zeros(values.shape), np.zeros(mask.shape)
    total[1:] += steps
    total[:-1] += steps
    number[1:] += both
    number[:-1] += both
    return total / np.maximum(number, 1)[..., None]


IMAGE_MAPS: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    BRIGHTNESS: brightness,
    MAGNITUDE: lambda image, mask: np.abs(_measured(image, mask)),
    SPOTS: lambda image, mask: np.maximum(_above_surroundings(image, mask), 0),
    CONTRAST: lambda image, mask: np.abs(_above_surroundings(image, mask)),
    EDGE: _edge,
}
"""Name → (image (places …, C), its mask) → map; the set of which the strongest is the null."""
