"""Which options attribution methods take: known before any framework is loaded."""

from collections.abc import Mapping
from typing import Any

from nascent.attribute.method import method_of
from nascent.errors import AttributionError, did_you_mean

OVER = ("gradient", "input_x_gradient", "integrated_gradients")
"""Maps of which noise draws can be made."""

_OF_BASELINE: Mapping[str, tuple[str, ...]] = {
    "blurred": ("blur",),
    "noise": ("baseline_sd",),
    "training_cells": ("references",),
}


def resolved(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given options with what null stands for in a method filled in."""
    usual = method_of(method).usual(given)
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
        In `nascent.attribute.method.known_methods`.
    given
        Option → value, resolved.
    """
    taken = tuple(method_of(method).taken(given))
    if "baseline" in taken:
        taken += _OF_BASELINE.get(given.get("baseline", ""), ())
    return (*taken, "batch_size")


def options_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that the method takes, null replaced by what it stands for.

    Raises
    ------
    AttributionError
        Where there is no such method, an option that it needs is missing, or one is given that it
        does not take; the nearest that it takes is named.
    """
    given = resolved(name, given)
    wanted = options_taken(name, given)
    for option in wanted:
        if option not in given:
            raise AttributionError(
                f"the method {name!r} needs the option {option!r}",
                where=f"attribute.methods.*.{option}",
            )
    for option in given:
        if option not in wanted:
            raise AttributionError(
                f"the method {name!r} takes no option {option!r} here",
                where=f"attribute.methods.*.{option}",
                mend=did_you_mean(option, wanted),
            )
    return {option: given[option] for option in wanted}


def axes_of(method: str, given: Mapping[str, Any]) -> str:
    """Return the kind of map that a method makes, in `nascent.attribute.maps.AXES`.

    Parameters
    ----------
    method
        In `nascent.attribute.method.known_methods`.
    given
        Option → value, resolved.
    """
    return method_of(method).axes(given)


def needs_training_cells(method: str, given: Mapping[str, Any]) -> bool:
    """Tell whether a method with these options compares with drawn training examples."""
    return "references" in options_taken(method, given)
