"""Linear regression by gradient descent, on the mean of each feature over the measured places.

Of an input that has no mask, such as a sequence, each feature of each place counts on its own.
"""

from typing import Any

MINIMUM = 1
POOLING = "masked_average"
UNMASKED = "flatten"
HEAD = ()


def body(image: Any, prefix: str = "") -> Any:
    """Return the input itself (n, places …, C)."""
    return image
