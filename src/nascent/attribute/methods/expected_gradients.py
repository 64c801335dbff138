"""The gradient on paths from training examples, see `nascent.attribute.expected_gradients`."""

from typing import TYPE_CHECKING

from nascent.attribute.method import Method, Options, Prepared

if TYPE_CHECKING:
    from nascent.attribute.explained import ExplainedModel
    from nascent.attribute.inputs import MethodData


def _prepare(explained: "ExplainedModel", data: "MethodData", options: Options) -> Prepared:
    from nascent.attribute.expected_gradients import expected_gradients

    data.drawn_references()  # Refused before an example is read, where none were given.
    how = {name: options[name] for name in ("samples", "batch_size")}
    return lambda cells: expected_gradients(
        explained, cells, data.drawn_references(), seed=data.seed, ends=data.ends, **how
    )


METHOD = Method(
    _prepare,
    taken=lambda given: ("samples", "references"),
    evaluations=lambda options, shape: options["samples"] + options["references"],
)
