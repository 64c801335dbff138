"""The gradient along a path, see `nascent.attribute.integrated_gradients`."""

from typing import TYPE_CHECKING

from nascent.attribute.method import Method, Options, Prepared
from nascent.attribute.methods import _path

if TYPE_CHECKING:
    from nascent.attribute.explained import ExplainedModel
    from nascent.attribute.inputs import MethodData


def _prepare(explained: "ExplainedModel", data: "MethodData", options: Options) -> Prepared:
    from nascent.attribute.inputs import baselines_of
    from nascent.attribute.integrated_gradients import PathIntegrator, integrated_gradients

    baseline = data.baseline(options)
    how = {name: options[name] for name in _path.OF_INTEGRAL}
    integrator = PathIntegrator(explained)
    return lambda cells: integrated_gradients(
        integrator, cells, baselines_of(cells, baseline), **how
    )


METHOD = Method(
    _prepare,
    taken=lambda given: _path.TAKEN,
    evaluations=lambda options, shape: _path.points(options),
)
