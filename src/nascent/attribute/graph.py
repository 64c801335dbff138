"""How a model's image flows: the one tensor after another through which all of it passes.

Up to the first layer that is not affine in the image, a path between two images stays a straight
line: that part of a model need not be evaluated at every point of the path.
"""

from collections.abc import Sequence
from typing import Any

from nascent.frameworks import keras, layers

AFFINE = (
    layers.Conv1D,
    layers.Conv2D,
    layers.Conv3D,
    layers.DepthwiseConv1D,
    layers.DepthwiseConv2D,
    layers.SeparableConv1D,
    layers.SeparableConv2D,
    layers.BatchNormalization,
    layers.ZeroPadding1D,
    layers.ZeroPadding2D,
    layers.ZeroPadding3D,
    layers.AveragePooling1D,
    layers.AveragePooling2D,
    layers.AveragePooling3D,
    layers.GlobalAveragePooling1D,
    layers.GlobalAveragePooling2D,
    layers.GlobalAveragePooling3D,
    layers.Rescaling,
    layers.Normalization,
    layers.Flatten,
    layers.Identity,
    layers.Dropout,
    layers.Dense,
)
"""Layers that are affine in inference mode, where they have no activation."""


def trunk(model: keras.Model, tensor: Any) -> list[Any]:
    """Return the layers, from a tensor on, that each take the one before and feed the next alone.

    It ends where the input's information branches, meets another input, or leaves the model.
    """
    found = []
    while len(after := consumers(model, tensor)) == 1:
        (layer,) = after
        if isinstance(layer.input, list | tuple | dict):
            break
        found.append(layer)
        tensor = layer.output
    return found


def affine_prefix(model: keras.Model, tensor: Any) -> list[Any]:
    """Return the first layers of the trunk that are affine in a tensor; the last layer is none."""
    prefix = []
    for layer in trunk(model, tensor):
        linear = getattr(layer, "activation", None) in (None, keras.activations.linear)
        if not (isinstance(layer, AFFINE) and linear) or layer.output is model.output:
            break
        prefix.append(layer)
    return prefix


def behind(model: keras.Model, tensor: Any, others: Sequence[str] = ("mask",)) -> keras.Model:
    """Return the rest of a model, from [such a tensor, other inputs …] to its outputs.

    Raises
    ------
    ValueError
        Where the outputs depend on a further input, by ways around the tensor.
    """
    return upto(model, tensor, model.output, others)


def upto(model: keras.Model, tensor: Any, output: Any, others: Sequence[str]) -> keras.Model:
    """Return the part of a model from [such a tensor, other inputs …] to an output of a layer.

    Raises
    ------
    ValueError
        Where the output depends on a further input, by ways around the tensor.
    """
    return keras.Model([tensor, *(model.input[name] for name in others)], output)


def apply(steps: Sequence[Any], tensor: Any) -> Any:
    """Return what layers, one after another in inference mode, make of a tensor."""
    for layer in steps:
        trained_otherwise = isinstance(layer, layers.BatchNormalization | layers.Dropout)
        tensor = layer(tensor, training=False) if trained_otherwise else layer(tensor)
    return tensor


def consumers(model: keras.Model, tensor: Any) -> list[Any]:
    """Return the layers of a model that take a tensor."""
    return [
        layer
        for layer in model.layers
        if not isinstance(layer, layers.InputLayer)
        and any(given is tensor for given in keras.tree.flatten(layer.input))
    ]
