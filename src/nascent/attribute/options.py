"""Which options each attribution method takes: known before any framework is loaded."""

from collections.abc import Mapping
from typing import Any

METHODS = (
    "gradient",
    "input_x_gradient",
    "integrated_gradients",
    "expected_gradients",
    "smoothgrad",
    "smoothgrad_squared",
    "vargrad",
    "grad_cam",
    "hirescam",
    "occlusion",
    "channel_ablation",
)
OVER = ("gradient", "input_x_gradient", "integrated_gradients")

# What stands for an option that is given as null, by method.
_USUAL: Mapping[str, Mapping[str, Any]] = {
    "smoothgrad": {"over": "gradient"},
    "smoothgrad_squared": {"over": "gradient"},
    "vargrad": {"over": "integrated_gradients"},
    "grad_cam": {"sign": "positive"},
    "hirescam": {"sign": "both"},
}
_PATH = ("steps", "tolerance", "rule", "baseline")
_OF_BASELINE: Mapping[str, tuple[str, ...]] = {
    "blurred": ("blur",),
    "noise": ("baseline_sd",),
    "training_cells": ("references",),
}


def resolved(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given options with what null stands for in a method filled in."""
    usual = dict(_USUAL.get(method, {}))
    if method == "occlusion":
        usual["stride"] = given.get("window")
    return {
        option: usual.get(option) if value is None else value for option, value in given.items()
    }


def options_taken(method: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the options that a method takes, where some of them have the given values.

    The baseline decides whether there is a `blur`, and so on: what is not taken has no part in a
    map, and a change of it must not make the map anew.

    Parameters
    ----------
    method
        In METHODS.
    given
        Option → value, resolved.
    """
    taken = _taken_by(method, given)
    if "baseline" in taken:
        taken += _OF_BASELINE.get(given.get("baseline", ""), ())
    return (*taken, "batch_size")


def axes_of(method: str, given: Mapping[str, Any]) -> str:
    """Return the kind of map that a method makes, in `nascent.attribute.maps.AXES`.

    Parameters
    ----------
    method
        In METHODS.
    given
        Option → value, resolved.
    """
    match method:
        case "grad_cam" | "hirescam":
            return "space"
        case "occlusion":
            return "pixel" if given["channels"] == "each" else "space"
        case "channel_ablation":
            return "channel"
    return "pixel"


def needs_training_cells(method: str, given: Mapping[str, Any]) -> bool:
    """Tell whether a method with these options compares with drawn training cells."""
    return "references" in options_taken(method, given)


def _taken_by(method: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    match method:
        case "integrated_gradients":
            return _PATH
        case "expected_gradients":
            return ("samples", "references")
        case "smoothgrad" | "smoothgrad_squared" | "vargrad":
            over = _PATH if given.get("over") == "integrated_gradients" else ()
            statistic = ("statistic",) if method == "vargrad" else ()
            return ("over", "samples", "sigma", *statistic, *over)
        case "grad_cam" | "hirescam":
            return ("layer", "sign")
        case "occlusion":
            return ("window", "stride", "channels", "baseline")
        case "channel_ablation":
            permuted = given.get("to") == "permutation"
            return ("to", "samples", "references") if permuted else ("to", "baseline")
    return ()
