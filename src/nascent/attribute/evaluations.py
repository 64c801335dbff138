"""How often each attribution method evaluates the model: known before any framework is loaded."""

from collections.abc import Mapping
from typing import Any


def evaluations(method: str, options: Mapping[str, Any], shape: tuple[int, int, int]) -> int:
    """Return the evaluations of the model a cell, at most.

    Parameters
    ----------
    method
        In `nascent.attribute.options.METHODS`.
    options
        Option → value, those that the method takes.
    shape
        (S, S, C) of an image.
    """
    match method:
        case "integrated_gradients":
            return _points(options)
        case "expected_gradients":
            return options["samples"] + options["references"]
        case "smoothgrad" | "smoothgrad_squared" | "vargrad":
            return options["samples"] * (_points(options) if "steps" in options else 1)
        case "occlusion":
            squares = len(firsts(shape[0], options["window"], options["stride"])) ** 2
            return squares * (shape[-1] if options["channels"] == "each" else 1)
        case "channel_ablation":
            return shape[-1] * options.get("samples", 1)
    return 1


def firsts(size: int, window: int, stride: int) -> list[int]:
    """Return the first pixel of each square along an edge of `size` pixels, the last one whole."""
    edge = min(window, size)
    return sorted({*range(0, size - edge + 1, stride), size - edge})


def _points(options: Mapping[str, Any]) -> int:
    """Return the evaluations of one path: with a tolerance, of all its tries."""
    return (1 if options["tolerance"] is None else 2) * (options["steps"] + 1)
