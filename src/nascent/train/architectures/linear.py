"""Linear regression on the mean intensities of the measured pixels, by gradient descent."""

from typing import Any

from nascent.train.layers import MaskedAverage


def features(image: Any, mask: Any) -> Any:
    """Return the mean of each channel over the measured pixels: (n, C)."""
    return MaskedAverage(name="measured_average")([image, mask])
