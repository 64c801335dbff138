"""Attribution methods by their name in the config, all called the same way."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nascent.attribute.gradients import GradientFunction
from nascent.attribute.integrated_gradients import integrated_gradients
from nascent.attribute.results import Attributions
from nascent.attribute.vargrad import vargrad
from nascent.errors import AttributionError, did_you_mean


@dataclass(frozen=True)
class CellBatch:
    """Cells to explain: images (n, S, S, C) float32 normalised, masks (n, S, S) bool, ids (n,)."""

    images: np.ndarray
    masks: np.ndarray
    cell_ids: Sequence[Hashable]


@dataclass(frozen=True)
class Method:
    """How a method is called, and what it costs.

    Attributes
    ----------
    options : tuple of str
        The options it takes; all must be given.
    evaluations : callable
        Options → gradient evaluations a cell.
    attribute : callable
        (gradient function, cells, seed, options) → Attributions.
    """

    options: tuple[str, ...]
    evaluations: Callable[[Mapping[str, Any]], int]
    attribute: Callable[[GradientFunction, CellBatch, int, Mapping[str, Any]], Attributions]


def _integrated_gradients(
    gradient: GradientFunction, cells: CellBatch, seed: int, options: Mapping[str, Any]
) -> Attributions:
    del seed  # Nothing is drawn.
    return integrated_gradients(gradient, cells.images, cells.masks, **options)


def _vargrad(
    gradient: GradientFunction, cells: CellBatch, seed: int, options: Mapping[str, Any]
) -> Attributions:
    return vargrad(gradient, cells.images, cells.masks, cells.cell_ids, seed=seed, **options)


METHODS: Mapping[str, Method] = {
    "integrated_gradients": Method(
        ("steps", "baseline", "batch_size"),
        lambda options: options["steps"] + 1,
        _integrated_gradients,
    ),
    "vargrad": Method(
        ("steps", "samples", "sigma", "baseline", "batch_size"),
        lambda options: options["samples"] * (options["steps"] + 1),
        _vargrad,
    ),
}


def method_of(name: str) -> Method:
    """Return the method of that name.

    Raises
    ------
    AttributionError
        Where there is none; the nearest is named.
    """
    if name not in METHODS:
        raise AttributionError(
            f"there is no attribution method {name!r}",
            where="attribute.methods",
            mend=did_you_mean(name, METHODS),
        )
    return METHODS[name]


def options_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the given options that the method takes.

    Every method may be given the options of all: σ means nothing to Integrated Gradients, and a
    change of it must not make its maps anew.

    Raises
    ------
    AttributionError
        Where an option that the method needs is missing.
    """
    wanted = method_of(name).options
    for option in wanted:
        if option not in given:
            raise AttributionError(
                f"the method {name!r} needs the option {option!r}",
                where=f"attribute.methods.*.{option}",
            )
    return {option: given[option] for option in wanted}
