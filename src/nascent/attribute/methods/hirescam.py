"""A layer's features, weighed by their gradients place by place, see `nascent.attribute.cam`."""

from typing import TYPE_CHECKING, Any

from nascent.attribute.methods._layer import method_at_layer

if TYPE_CHECKING:
    from nascent.attribute.explained import LayerOutputs
    from nascent.attribute.inputs import CellBatch
    from nascent.attribute.results import Attributions


def _maps(layer: "LayerOutputs", cells: "CellBatch", **how: Any) -> "Attributions":
    from nascent.attribute.cam import hirescam

    return hirescam(layer, cells, **how)


METHOD = method_at_layer(_maps, sign="both")
