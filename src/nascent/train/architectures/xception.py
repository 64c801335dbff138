"""Depthwise separable convolutions with residual connections (Chollet 2017, CVPR)."""

from typing import Any

from nascent.train.architectures.backbones import backbone

MINIMUM = 71
POOLING = "average"
HEAD = (256, 128)


def body(image: Any) -> Any:
    """Return the feature map (n, about S / 32, about S / 32, 2048)."""
    return backbone(image, "Xception")
