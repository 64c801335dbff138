"""What of explanations is the toy's own."""

from collections.abc import Mapping
from typing import Any


def planted(study: Mapping[str, Any]) -> bool:
    """Return whether the truth is held against maps of pixels: these are no images."""
    return False
