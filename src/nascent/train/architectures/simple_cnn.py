"""Blocks of one convolution: with its head 161,281 weights for 33 channels.

The network of Becker (2021, master's thesis, TU Munich) that its interpretation rests on.
"""

from collections.abc import Sequence
from typing import Any

from nascent.frameworks import layers

MINIMUM = 4
POOLING = "average"
HEAD = (256, 128)


def body(image: Any, widths: Sequence[int] = (64, 128)) -> Any:
    """Return the feature map (n, S / 2^k, S / 2^k, last width) of k blocks, one a width."""
    x = image
    for number, width in enumerate(widths, start=1):
        x = layers.Conv2D(width, 3, padding="same", name=f"conv_{number}")(x)
        x = layers.BatchNormalization(name=f"conv_{number}_norm")(x)
        x = layers.ReLU(name=f"conv_{number}_relu")(x)
        x = layers.MaxPooling2D(2, name=f"conv_{number}_pool")(x)
    return x
