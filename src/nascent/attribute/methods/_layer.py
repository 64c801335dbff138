"""What methods that weigh a layer's features have in common, see `nascent.attribute.cam`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from nascent.attribute.method import Method, Options, Prepared

if TYPE_CHECKING:
    from nascent.attribute.explained import ExplainedModel
    from nascent.attribute.inputs import MethodData
    from nascent.attribute.results import Attributions


def method_at_layer(maps: Callable[..., "Attributions"], *, sign: str) -> Method:
    """Return a method of a layer's features.

    Parameters
    ----------
    maps
        (layer, examples, sign, batch size) → attributions.
    sign
        The usual one: `positive` or `both`.
    """

    def prepare(explained: "ExplainedModel", data: "MethodData", options: Options) -> Prepared:
        from nascent.attribute.cam import layer_of

        layer = layer_of(explained, options["layer"])
        how = {name: options[name] for name in ("sign", "batch_size")}
        return lambda cells: maps(layer, cells, **how)

    return Method(
        prepare,
        taken=lambda given: ("layer", "sign"),
        usual=lambda given: {"sign": sign},
        axes=lambda options: "place",
    )
