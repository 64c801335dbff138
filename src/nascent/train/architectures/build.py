"""Build a model of an architecture; the architecture's file is imported here and not before."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from nascent.architecture_names import BACKBONES, known_names, minimum_size, source
from nascent.errors import TrainError, did_you_mean
from nascent.examples import InputSpec, mask_inputs
from nascent.frameworks import keras
from nascent.head import head
from nascent.train.architectures.options import USUAL, Layers
from nascent.train.architectures.penalties import penalise_biases, penalise_kernels
from nascent.train.architectures.pooling import pool

PACKAGE = "nascent.train.architectures"


@dataclass(frozen=True)
class _Architecture:
    """What an architecture and the options of its layers say.

    Attributes
    ----------
    body
        From one symbolic input to its feature map.
    pooling, unmasked
        How features are pooled, and those of an input that has no mask.
    head
        Units of the dense layers behind it.
    """

    name: str
    body: Callable[[Any], Any]
    pooling: str
    unmasked: str
    head: Sequence[int]

    def branch(self, number: int) -> Callable[[Any], Any]:
        """Return the body of the input of that number among those that have places."""
        if not number:
            return self.body
        if "prefix" not in inspect.signature(self.body).parameters:
            raise TrainError(
                f"{self.name} takes one input that has places, and there are more",
                where=self.name,
                mend="Choose simple_cnn or linear.",
            )
        return partial(self.body, prefix=f"input_{number + 1}_")


def build(
    name: str,
    inputs: Sequence[InputSpec],
    *,
    target_mean: float | Sequence[float] = 0.0,
    target_sd: float | Sequence[float] = 1.0,
    layers: Layers = USUAL,
    outputs: Callable[[Any, Any, Any], Any] = head,
) -> keras.Model:
    """Return an untrained model that predicts the training mean for every example.

    Each input that has places goes through a body of its own and is pooled; what is left of all
    inputs, plain columns as they are, is joined before the head.

    Parameters
    ----------
    name
        Of the architecture, see `nascent.architecture_names`.
    inputs
        What the model is given.
    target_mean, target_sd
        Of the training examples' target, in raw units; one number each, or one a target (T).
    layers
        Pooling, head and penalties.
    outputs
        The last layers, see `nascent.task.Task.head`: (features, means, units) → what it puts out.

    Returns
    -------
    keras.Model
        From input → (n, …) float32, normalised, and the masks that `nascent.examples.mask_inputs`
        names → (n, places …) bool, to (n, T) float32 in raw units.

    Raises
    ------
    TrainError
        Where there is no such architecture or pooling (the nearest is named), an input is too
        small or has other axes than the architecture takes, or widths are given for one that takes
        none.
    """
    chosen = _architecture(name, inputs, layers)
    given = {one.name: keras.Input(one.shape, name=one.name) for one in inputs}
    masks = {
        mask: keras.Input(one.places, name=mask, dtype="bool")
        for one in inputs
        if (mask := mask_inputs(inputs).get(one.name))
    }
    placed = [one for one in inputs if one.places]
    features = {
        one.name: _features(chosen.branch(number), given[one.name], one, name)
        for number, one in enumerate(placed)
    }
    pooled = [
        pool(
            features[one.name],
            masks.get(mask_inputs(inputs).get(one.name)),
            chosen.pooling if one.masks else chosen.unmasked,
            prefix=f"input_{number + 1}_" if number else "",
        )
        for number, one in enumerate(placed)
    ]
    pooled += [given[one.name] for one in inputs if not one.places]
    joined = pooled[0] if len(pooled) == 1 else keras.layers.Concatenate(name="joined")(pooled)
    embedded = _embed(joined, chosen.head, layers)
    predicted = outputs(embedded, target_mean, target_sd)
    model = keras.Model(given | masks, predicted, name=name)
    bodies = keras.Model(given, list(features.values()) or list(given.values()))
    _penalise(model, bodies.layers, layers)
    return model


def _architecture(name: str, inputs: Sequence[InputSpec], layers: Layers) -> _Architecture:
    """Return what an architecture is, by its file and the options."""
    if name not in known_names():
        raise TrainError(
            f"there is no architecture {name!r}",
            where="train",
            mend=did_you_mean(name, known_names()),
        )
    least = minimum_size(name)
    for one in inputs:
        if one.places and min(one.places) < least:
            raise TrainError(
                f"{_shape(one.places)} places of {one.name!r} are too few: {name} takes no less"
                f" than {_shape([least] * len(one.places))}",
                where=name,
                mend="Make the examples larger or choose another architecture.",
            )
    module = import_module(f"{PACKAGE}.{source(name).stem}")
    body = partial(module.backbone, name=name) if name in BACKBONES else module.body
    if layers.widths is not None:
        if "widths" not in inspect.signature(body).parameters:
            raise TrainError(
                f"{name} takes no widths",
                where="layers.widths",
                mend="Leave them out, or choose simple_cnn.",
            )
        body = partial(body, widths=tuple(layers.widths))
    pooling = module.POOLING if layers.pooling is None else layers.pooling
    return _Architecture(
        name,
        body,
        pooling,
        getattr(module, "UNMASKED", pooling) if layers.pooling is None else layers.pooling,
        module.HEAD if layers.head is None else layers.head,
    )


def _features(body: Callable[[Any], Any], given: Any, spec: InputSpec, name: str) -> Any:
    try:
        return body(given)
    except ValueError as error:
        raise TrainError(
            f"{name} cannot be built for the input {spec.name!r} of {_shape(spec.shape)} ({error})",
            where=name,
            mend="Make the examples larger, give fewer widths, or choose another architecture.",
        ) from error


def _shape(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _embed(pooled: Any, head: Sequence[int], layers: Layers) -> Any:
    """Return what the output layer sees: the pooled features behind the head and embedding."""
    x = pooled
    for number, units in enumerate(head, start=1):
        x = keras.layers.Dense(units, name=f"head_{number}")(x)
        x = keras.layers.BatchNormalization(name=f"head_{number}_norm")(x)
        x = keras.layers.ReLU(name=f"head_{number}_relu")(x)
        if layers.dropout:
            x = keras.layers.Dropout(layers.dropout, name=f"head_{number}_dropout")(x)
    if layers.embedding is not None:
        x = keras.layers.Dense(layers.embedding, name="embedding")(x)
    return x


def _penalise(model: keras.Model, body: Sequence[Any], layers: Layers) -> None:
    """Put the penalties of the options on a model, whose first layers are those of `body`."""
    output = model.get_layer("output")
    head = [layer for layer in model.layers if layer not in body and layer is not output]
    output_l1 = layers.head_l1 if layers.output_l1 is None else layers.output_l1
    output_l2 = layers.head_l2 if layers.output_l2 is None else layers.output_l2
    penalise_kernels(body, layers.body_l1, layers.body_l2)
    penalise_kernels(head, layers.head_l1, layers.head_l2)
    penalise_kernels([output], output_l1, output_l2)
    penalise_biases(model.layers, layers.bias_l1, layers.bias_l2)
