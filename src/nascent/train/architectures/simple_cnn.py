"""Two convolution blocks and two dense layers: 161,281 weights for 33 channels.

The network of Becker (2021, master's thesis, TU Munich) that its interpretation rests on.
"""

from typing import Any

from keras import layers


def features(image: Any, mask: Any) -> Any:
    """Return the features (n, 128); the pooling averages over the whole frame, mask or not."""
    x = image
    for number, width in enumerate((64, 128), start=1):
        x = layers.Conv2D(width, 3, padding="same", name=f"conv_{number}")(x)
        x = layers.BatchNormalization(name=f"conv_{number}_norm")(x)
        x = layers.ReLU(name=f"conv_{number}_relu")(x)
        x = layers.MaxPooling2D(2, name=f"conv_{number}_pool")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    for number, width in enumerate((256, 128), start=1):
        x = layers.Dense(width, name=f"dense_{number}")(x)
        x = layers.BatchNormalization(name=f"dense_{number}_norm")(x)
        x = layers.ReLU(name=f"dense_{number}_relu")(x)
    return x
