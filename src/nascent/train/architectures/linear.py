"""Linear regression on the mean intensities of the measured pixels, by gradient descent."""

from typing import Any

MINIMUM = 1
POOLING = "masked_average"
HEAD = ()


def body(image: Any) -> Any:
    """Return the images themselves (n, S, S, C)."""
    return image
