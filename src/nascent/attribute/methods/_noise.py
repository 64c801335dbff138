"""What methods over noise draws have in common, see `nascent.attribute.noise`."""

from typing import TYPE_CHECKING

from nascent.attribute.method import Method, Options, Prepared
from nascent.attribute.methods import _path

if TYPE_CHECKING:
    from nascent.attribute.explained import ExplainedModel
    from nascent.attribute.inputs import MethodData
    from nascent.attribute.noise import Base


def method_over_noise(statistic: str | None, *, over: str) -> Method:
    """Return a statistic over noise draws of a map.

    Parameters
    ----------
    statistic
        In `nascent.attribute.noise.STATISTICS`; None: the one in the options.
    over
        The map of which noise draws are usually made, in `nascent.attribute.options.OVER`.
    """

    def prepare(explained: "ExplainedModel", data: "MethodData", options: Options) -> Prepared:
        from nascent.attribute.noise import STATISTICS, over_noise

        how = {name: options[name] for name in ("samples", "sigma", "batch_size")}
        base = _base(explained, options)
        baseline = data.baseline(options) if "baseline" in options else None
        chosen = STATISTICS[statistic or options["statistic"]]
        return lambda cells: over_noise(
            explained, cells, base, chosen, baseline=baseline, seed=data.seed, **how
        )

    def taken(given: Options) -> tuple[str, ...]:
        path = _path.TAKEN if given.get("over") == "integrated_gradients" else ()
        return ("over", "samples", "sigma", *(() if statistic else ("statistic",)), *path)

    return Method(prepare, taken, lambda given: {"over": over}, evaluations=_evaluations)


def _base(explained: "ExplainedModel", options: Options) -> "Base":
    from nascent.attribute import noise

    size = {"batch_size": options["batch_size"]}
    if options["over"] == "gradient":
        return noise.over_gradient(explained, **size)
    if options["over"] == "input_x_gradient":
        return noise.over_input_x_gradient(explained, **size)
    how = {name: options[name] for name in _path.OF_INTEGRAL}
    return noise.over_integrated_gradients(explained, **how)


def _evaluations(options: Options, shape: tuple[int, ...]) -> int:
    return options["samples"] * (_path.points(options) if "steps" in options else 1)
