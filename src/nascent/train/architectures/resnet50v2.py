"""Residual network of 50 layers with pre-activation (He et al. 2016, ECCV)."""

from typing import Any

from nascent.train.architectures.backbones import backbone

MINIMUM = 32
POOLING = "average"
HEAD = (256, 128)


def body(image: Any) -> Any:
    """Return the feature map (n, S / 32, S / 32, 2048), rounded up."""
    return backbone(image, "ResNet50V2")
