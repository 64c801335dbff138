"""What an attribution method is, and the methods there are, found by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nascent import by_name
from nascent.errors import AttributionError

if TYPE_CHECKING:
    import numpy as np

    from nascent.attribute.explained import ExplainedModel
    from nascent.attribute.inputs import CellBatch, MethodData
    from nascent.attribute.references import References
    from nascent.attribute.results import Attributions

PACKAGE = "nascent.attribute.methods"

Options = Mapping[str, Any]
Prepared = Callable[["CellBatch"], "Attributions"]


def _none(given: Options) -> Sequence[str]:
    return ()


def _nothing(given: Options) -> Options:
    return {}


def _entry(options: Options) -> str:
    return "entry"


def _once(options: Options, shape: tuple[int, ...]) -> int:
    return 1


@dataclass(frozen=True)
class Method:
    """How a method is called, what it makes and what that costs.

    Attributes
    ----------
    prepare : callable
        (explained model, data, options) → function of examples. Refuses what the model cannot do
        before any example is read, and compiles once for all examples. The function keeps nothing
        of the model's weights, which may change between its calls. `ready` is what to call.
    taken : callable
        Given options, null replaced → names of those that the method takes, without those that its
        baseline takes and without `batch_size`, which every method takes.
    usual : callable
        Given options → option → what stands for null.
    axes : callable
        Options → kind of its maps, in `nascent.attribute.maps.AXES`.
    evaluations : callable
        (options, shape (places …, C) of an image) → evaluations of the model an example, at most.
    """

    prepare: Callable[["ExplainedModel", "MethodData", Options], Prepared]
    taken: Callable[[Options], Sequence[str]] = _none
    usual: Callable[[Options], Options] = _nothing
    axes: Callable[[Options], str] = _entry
    evaluations: Callable[[Options, tuple[int, ...]], int] = _once

    def attribute(
        self,
        explained: "ExplainedModel",
        cells: "CellBatch",
        seed: int,
        options: Options,
        *,
        training_mean: "np.ndarray | None" = None,
        references: "References | None" = None,
    ) -> "Attributions":
        """Return the attributions of some examples, once; `prepare` serves for many batches."""
        from nascent.attribute.inputs import MethodData

        data = MethodData(seed, training_mean, references)
        return self.ready(explained, data, options)(cells)

    def ready(self, explained: "ExplainedModel", data: "MethodData", options: Options) -> Prepared:
        """Return the function of examples that `prepare` gives, whatever their input enters by.

        What else a model takes stays as it is in each example, wherever a method moves the
        explained input. An input that enters by a layer is explained behind it.
        """
        if explained.enters is None:
            return self.prepare(explained, data, options)
        attribute = self.prepare(explained, replace(data, enter=explained.entered), options)
        return lambda cells: attribute(cells.entered(explained.entered))


def known_methods() -> tuple[str, ...]:
    """Return the names of the methods."""
    return by_name.known_names(PACKAGE)


def method_of(name: str) -> Method:
    """Return the method of that name.

    Raises
    ------
    AttributionError
        Where there is none; the nearest is named.
    """
    return by_name.load(PACKAGE, name, AttributionError, "attribute.methods").METHOD


def file_of_method(name: str) -> Path:
    """Return the file of a method, on which what is made by it stands.

    Raises
    ------
    AttributionError
        Where there is none; the nearest is named.
    """
    return by_name.file_of(PACKAGE, name, AttributionError, "attribute.methods")
