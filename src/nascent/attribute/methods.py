"""Attribution methods by their name in the config, all called the same way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nascent.attribute import ablation, cam, gradient_maps, noise
from nascent.attribute.evaluations import evaluations
from nascent.attribute.expected_gradients import expected_gradients
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, MethodData, baselines_of
from nascent.attribute.integrated_gradients import PathIntegrator, integrated_gradients
from nascent.attribute.occlusion import occlusion
from nascent.attribute.options import axes_of, options_taken, resolved
from nascent.attribute.references import References
from nascent.attribute.results import Attributions
from nascent.errors import AttributionError, did_you_mean

Options = Mapping[str, Any]
Prepared = Callable[[CellBatch], Attributions]


@dataclass(frozen=True)
class Method:
    """How a method is called, and what it costs.

    Attributes
    ----------
    name : str
        In the config.
    prepare : callable
        (explained model, data, options) → function of cells. Refuses what the model cannot do
        before any cell is read, and compiles once for all cells.
    """

    name: str
    prepare: Callable[[ExplainedModel, MethodData, Options], Prepared]

    def evaluations(self, options: Options, shape: tuple[int, int, int]) -> int:
        """Return the evaluations of the model a cell, at most, of images (S, S, C)."""
        return evaluations(self.name, options, shape)

    def axes(self, options: Options) -> str:
        """Return the kind of its maps, in `nascent.attribute.maps.AXES`."""
        return axes_of(self.name, options)

    def attribute(
        self,
        explained: ExplainedModel,
        cells: CellBatch,
        seed: int,
        options: Options,
        *,
        training_mean: np.ndarray | None = None,
        references: References | None = None,
    ) -> Attributions:
        """Return the attributions of some cells, once; `prepare` serves for many batches."""
        data = MethodData(seed, training_mean, references)
        return self.prepare(explained, data, options)(cells)


def _gradient(explained: ExplainedModel, data: MethodData, options: Options) -> Prepared:
    return lambda cells: gradient_maps.gradient(explained, cells, **options)


def _input_x_gradient(explained: ExplainedModel, data: MethodData, options: Options) -> Prepared:
    return lambda cells: gradient_maps.input_x_gradient(explained, cells, **options)


def _integrated_gradients(
    explained: ExplainedModel, data: MethodData, options: Options
) -> Prepared:
    baseline = data.baseline(options)
    how = {name: options[name] for name in ("steps", "rule", "tolerance", "batch_size")}
    integrator = PathIntegrator(explained)
    return lambda cells: integrated_gradients(
        integrator, cells.images, cells.masks, baselines_of(cells, baseline), **how
    )


def _expected_gradients(explained: ExplainedModel, data: MethodData, options: Options) -> Prepared:
    references = data.drawn_references()
    how = {name: options[name] for name in ("samples", "batch_size")}
    return lambda cells: expected_gradients(explained, cells, references, seed=data.seed, **how)


def _over_noise(statistic: str | None) -> Callable[..., Prepared]:
    """Return what prepares a statistic over noise draws; None: the one in the options."""

    def prepare(explained: ExplainedModel, data: MethodData, options: Options) -> Prepared:
        how = {name: options[name] for name in ("samples", "sigma", "batch_size")}
        base = _BASES[options["over"]](explained, options)
        baseline = data.baseline(options) if "baseline" in options else None
        chosen = noise.STATISTICS[statistic or options["statistic"]]
        return lambda cells: noise.over_noise(
            explained, cells, base, chosen, baseline=baseline, seed=data.seed, **how
        )

    return prepare


def _noisy_paths(explained: ExplainedModel, options: Options) -> noise.Base:
    how = {name: options[name] for name in ("steps", "rule", "tolerance", "batch_size")}
    return noise.over_integrated_gradients(explained, **how)


_BASES: Mapping[str, Callable[[ExplainedModel, Options], noise.Base]] = {
    "gradient": lambda explained, options: noise.over_gradient(
        explained, batch_size=options["batch_size"]
    ),
    "input_x_gradient": lambda explained, options: noise.over_input_x_gradient(
        explained, batch_size=options["batch_size"]
    ),
    "integrated_gradients": _noisy_paths,
}


def _at_layer(maps: Callable[..., Attributions]) -> Callable[..., Prepared]:
    def prepare(explained: ExplainedModel, data: MethodData, options: Options) -> Prepared:
        layer = cam.layer_of(explained, options["layer"])
        how = {name: options[name] for name in ("sign", "batch_size")}
        return lambda cells: maps(layer, cells, **how)

    return prepare


def _occlusion(explained: ExplainedModel, data: MethodData, options: Options) -> Prepared:
    baseline = data.baseline(options)
    how = {name: options[name] for name in ("window", "stride", "channels", "batch_size")}
    return lambda cells: occlusion(explained, cells, baseline, **how)


def _channel_ablation(explained: ExplainedModel, data: MethodData, options: Options) -> Prepared:
    size = {"batch_size": options["batch_size"]}
    if options["to"] == "baseline":
        baseline = data.baseline(options)
        return lambda cells: ablation.ablation_to_baseline(explained, cells, baseline, **size)
    references = data.drawn_references()
    return lambda cells: ablation.ablation_by_permutation(
        explained, cells, references, samples=options["samples"], seed=data.seed, **size
    )


METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method("gradient", _gradient),
        Method("input_x_gradient", _input_x_gradient),
        Method("integrated_gradients", _integrated_gradients),
        Method("expected_gradients", _expected_gradients),
        Method("smoothgrad", _over_noise("mean")),
        Method("smoothgrad_squared", _over_noise("mean_square")),
        Method("vargrad", _over_noise(None)),
        Method("grad_cam", _at_layer(cam.grad_cam)),
        Method("hirescam", _at_layer(cam.hirescam)),
        Method("occlusion", _occlusion),
        Method("channel_ablation", _channel_ablation),
    )
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


def options_of(name: str, given: Options) -> dict[str, Any]:
    """Return the options that the method takes, null replaced by what it stands for.

    Raises
    ------
    AttributionError
        Where an option that the method needs is missing, or one is given that it does not take;
        the nearest that it takes is named.
    """
    method_of(name)
    given = resolved(name, given)
    wanted = options_taken(name, given)
    for option in wanted:
        if option not in given:
            raise AttributionError(
                f"the method {name!r} needs the option {option!r}",
                where=f"attribute.methods.*.{option}",
            )
    for option in given:
        if option not in wanted:
            raise AttributionError(
                f"the method {name!r} takes no option {option!r} here",
                where=f"attribute.methods.*.{option}",
                mend=did_you_mean(option, wanted),
            )
    return {option: given[option] for option in wanted}
