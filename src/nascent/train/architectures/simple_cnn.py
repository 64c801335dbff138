"""Blocks of one convolution: with its head 161,281 weights for 33 channels of an image.

The network of Becker (2021, master's thesis, TU Munich) that its interpretation rests on, and its
like for lines and volumes.
"""

from collections.abc import Sequence
from typing import Any

from nascent.frameworks import layers

MINIMUM = 4
POOLING = "average"
HEAD = (256, 128)


def body(image: Any, widths: Sequence[int] = (64, 128), prefix: str = "") -> Any:
    """Return the feature map (n, places / 2^k …, last width) of k blocks, one a width.

    Parameters
    ----------
    image
        (n, places …, C): positions of a line, pixels of a plane, or voxels.
    widths
        Of the blocks.
    prefix
        Of the layers' names.
    """
    convolution, pooling = {
        3: (layers.Conv1D, layers.MaxPooling1D),
        4: (layers.Conv2D, layers.MaxPooling2D),
        5: (layers.Conv3D, layers.MaxPooling3D),
    }[len(image.shape)]
    x = image
    for number, width in enumerate(widths, start=1):
        name = f"{prefix}conv_{number}"
        x = convolution(width, 3, padding="same", name=name)(x)
        x = layers.BatchNormalization(name=f"{name}_norm")(x)
        x = layers.ReLU(name=f"{name}_relu")(x)
        x = pooling(2, name=f"{name}_pool")(x)
    return x
