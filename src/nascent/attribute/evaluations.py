"""How often an attribution method evaluates the model: known before any framework is loaded."""

from collections.abc import Mapping
from typing import Any

from nascent.attribute.method import method_of


def evaluations(method: str, options: Mapping[str, Any], shape: tuple[int, ...]) -> int:
    """Return the evaluations of the model an example, at most.

    Parameters
    ----------
    method
        In `nascent.attribute.method.known_methods`.
    options
        Option → value, those that the method takes.
    shape
        (places …, C) of an image.
    """
    return method_of(method).evaluations(options, shape)


def firsts(size: int, window: int, stride: int) -> list[int]:
    """Return the first pixel of each window along an axis of `size` pixels, the last one whole."""
    edge = min(window, size)
    return sorted({*range(0, size - edge + 1, stride), size - edge})
