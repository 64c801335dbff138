"""What a prediction loses with each window, see `nascent.attribute.occlusion`."""

from math import prod
from typing import TYPE_CHECKING

from nascent.attribute.evaluations import firsts
from nascent.attribute.method import Method, Options, Prepared

if TYPE_CHECKING:
    from nascent.attribute.explained import ExplainedModel
    from nascent.attribute.inputs import MethodData


def _prepare(explained: "ExplainedModel", data: "MethodData", options: Options) -> Prepared:
    from nascent.attribute.occlusion import occlusion

    baseline = data.baseline(options)
    how = {name: options[name] for name in ("window", "stride", "channels", "batch_size")}
    return lambda cells: occlusion(explained, cells, baseline, **how)


def _evaluations(options: Options, shape: tuple[int, ...]) -> int:
    windows = prod(len(firsts(size, options["window"], options["stride"])) for size in shape[:-1])
    return windows * (shape[-1] if options["channels"] == "each" else 1)


METHOD = Method(
    _prepare,
    taken=lambda given: ("window", "stride", "channels", "baseline"),
    usual=lambda given: {"stride": given.get("window")},
    axes=lambda options: "entry" if options["channels"] == "each" else "place",
    evaluations=_evaluations,
)
