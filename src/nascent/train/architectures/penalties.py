"""L1 and L2 penalties on weights of layers that are there already."""

from collections.abc import Iterable, Iterator
from typing import Any

from nascent.frameworks import keras

# Variable of a layer → the attribute with its regulariser, under which Keras saves it. A depthwise
# convolution calls its kernel `kernel` and the regulariser `depthwise_regularizer`.
KERNELS = {
    "kernel": ("depthwise_regularizer", "kernel_regularizer"),
    "depthwise_kernel": ("depthwise_regularizer",),
    "pointwise_kernel": ("pointwise_regularizer",),
}
BIASES = {"bias": ("bias_regularizer",)}


def penalise_kernels(layers: Iterable[Any], l1: float, l2: float) -> None:
    """Add l1 · Σ|w| + l2 · Σw² over all kernels of layers to the loss.

    Kernels are those of convolutions (depthwise and separable ones too) and of dense layers; scales
    of normalisations are none.
    """
    _penalise(layers, KERNELS, l1, l2)


def penalise_biases(layers: Iterable[Any], l1: float, l2: float) -> None:
    """Add l1 · Σ|b| + l2 · Σb² over all biases of layers to the loss."""
    _penalise(layers, BIASES, l1, l2)


def _penalise(
    layers: Iterable[Any], weights: dict[str, tuple[str, ...]], l1: float, l2: float
) -> None:
    if not (l1 or l2):
        return
    for layer in leaves(layers):
        for variable, attributes in weights.items():
            found = [attribute for attribute in attributes if hasattr(layer, attribute)]
            if not found or getattr(layer, variable, None) is None:
                continue
            penalty = keras.regularizers.L1L2(l1, l2)
            # The attribute is what is saved, the variable's own what counts in this process.
            setattr(layer, found[0], penalty)
            getattr(layer, variable).regularizer = penalty


def leaves(layers: Iterable[Any]) -> Iterator[Any]:
    """Yield layers in order; where one is made of layers (a `Sequential`), these in its place."""
    for layer in layers:
        if inner := getattr(layer, "layers", None):
            yield from leaves(inner)
        else:
            yield layer
