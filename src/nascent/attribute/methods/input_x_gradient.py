"""The image times the gradient at it, see `nascent.attribute.gradient_maps`."""

from typing import TYPE_CHECKING

from nascent.attribute.method import Method, Options, Prepared

if TYPE_CHECKING:
    from nascent.attribute.explained import ExplainedModel
    from nascent.attribute.inputs import MethodData


def _prepare(explained: "ExplainedModel", data: "MethodData", options: Options) -> Prepared:
    from nascent.attribute.gradient_maps import input_x_gradient

    return lambda cells: input_x_gradient(explained, cells, **options)


METHOD = Method(_prepare)
