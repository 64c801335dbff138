"""Build a model of an architecture; the architecture's file is imported here and not before."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from nascent.architecture_names import BACKBONES, known_names, minimum_size, source
from nascent.errors import TrainError, did_you_mean
from nascent.frameworks import keras
from nascent.train.architectures.options import USUAL, Layers
from nascent.train.architectures.penalties import penalise_biases, penalise_kernels
from nascent.train.architectures.pooling import pool

PACKAGE = "nascent.train.architectures"


def build(
    name: str,
    *,
    size: int,
    channels: int,
    target_mean: float | Sequence[float] = 0.0,
    target_sd: float | Sequence[float] = 1.0,
    layers: Layers = USUAL,
) -> keras.Model:
    """Return an untrained model that predicts the training mean for every cell.

    The last layer with weights works in units of each target's SD around its mean and starts at
    zero; a rescaling without weights turns its output into raw units. So no epoch is spent on
    moving the bias to the mean, whatever the target's scale. Both compute in float32, whatever the
    precision of the layers before.

    Parameters
    ----------
    name
        Of the architecture, see `nascent.architecture_names`.
    size
        Edge S of a crop, in pixels.
    channels
        Number C of input channels.
    target_mean, target_sd
        Of the training cells' target, in raw units; one number each, or one a target (T).
    layers
        Pooling, head and penalties.

    Returns
    -------
    keras.Model
        From {"image": (n, S, S, C) float32 normalised, zero where not measured,
        "mask": (n, S, S) bool} to (n, T) float32 in raw units.

    Raises
    ------
    TrainError
        Where there is no such architecture or pooling (the nearest is named), the crop is too
        small, or widths are given for an architecture that takes none.
    """
    body, pooling, head = _architecture(name, size, layers)
    image = keras.Input((size, size, channels), name="image")
    mask = keras.Input((size, size), name="mask", dtype="bool")
    try:
        features = body(image)
    except ValueError as error:
        raise TrainError(
            f"{name} cannot be built for crops of {size} x {size} x {channels} ({error})",
            where=name,
            mend="Raise crops.size, or give fewer widths.",
        ) from error
    pooled = pool(features, mask, pooling)
    embedded = _embed(pooled, head, layers)
    outputs = max(np.size(target_mean), np.size(target_sd))
    standardised = keras.layers.Dense(
        outputs, kernel_initializer="zeros", name="output", dtype="float32"
    )(embedded)
    counts = keras.layers.Rescaling(
        _plain(target_sd), _plain(target_mean), name="counts", dtype="float32"
    )(standardised)
    model = keras.Model({"image": image, "mask": mask}, counts, name=name)
    _penalise(model, keras.Model(image, features).layers, layers)
    return model


def _architecture(
    name: str, size: int, layers: Layers
) -> tuple[Callable[[Any], Any], str, Sequence[int]]:
    """Return the body, pooling and head of a model, by its architecture and the options."""
    if name not in known_names():
        raise TrainError(
            f"there is no architecture {name!r}",
            where="train",
            mend=did_you_mean(name, known_names()),
        )
    if size < minimum_size(name):
        raise TrainError(
            f"crops of {size} x {size} are too small: {name} takes no less than"
            f" {minimum_size(name)} x {minimum_size(name)}",
            where=name,
            mend="Raise crops.size or choose another architecture.",
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
    return (
        body,
        module.POOLING if layers.pooling is None else layers.pooling,
        module.HEAD if layers.head is None else layers.head,
    )


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


def _plain(values: float | Sequence[float]) -> float | list[float]:
    """Return numbers as JSON, and so a saved model, can hold them."""
    return np.asarray(values, dtype=np.float64).tolist()
