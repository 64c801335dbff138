"""What an attribution method is, and the methods there are, found by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
        before any example is read, and compiles once for all examples. `ready` is what to call.
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
        """Return the function of examples that `prepare` gives, for models of any number of inputs.

        Each example of a model with further inputs is explained on its own: the others are held at
        what they are in that example, wherever a method moves the explained one.
        """
        from nascent.attribute.results import joined

        attribute = self.prepare(explained, data, options)
        if len(explained.context_names) == explained.takes_mask:
            return attribute

        def one_by_one(cells: "CellBatch") -> "Attributions":
            found = []
            for number in range(len(cells)):
                one = cells.one(number)
                explained.others = {name: values[0] for name, values in one.others.items()}
                found.append(attribute(one))
            return joined(found)

        return one_by_one


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
