"""Models whose weights are drawn anew, layer by layer from the output to the input."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from nascent.frameworks import keras

_ONES = ("gamma", "moving_variance")
_ZEROS = ("beta", "bias", "moving_mean")


@dataclass(frozen=True)
class Stage:
    """How far down a model is redrawn.

    Attributes
    ----------
    number : int
        From 1, at the output.
    layer : str
        Down to which layer, this one included.
    weights : float
        Share of the model's weights that are redrawn.
    """

    number: int
    layer: str
    weights: float


def cascade(model: "keras.Model", stages: int, stream: np.random.Generator) -> Iterator[Stage]:
    """Redraw more and more of a model's layers in place, the output first, and yield after each.

    What is redrawn stays so at the later stages (Adebayo et al.: Sanity checks for saliency maps,
    NeurIPS 2018, "cascading randomization"). When all is done, or the iterator is closed, the model
    has its own weights again. Computations that were compiled for the model see the new weights.

    Parameters
    ----------
    model
        Trained.
    stages
        Most stages; the blocks of `blocks` are shared out among them as evenly as can be.
    stream
        Of the weights.
    """
    trained, total, redrawn = model.get_weights(), model.count_params(), 0
    try:
        for number, group in enumerate(_shared_out(blocks(model), stages), start=1):
            for layer in group:
                redraw(layer, stream)
                redrawn += layer.count_params()
            yield Stage(number, group[-1].name, redrawn / total)
    finally:
        model.set_weights(trained)


def blocks(model: "keras.Model") -> list[list[Any]]:
    """Return the layers with weights from output to input, in groups that are redrawn together.

    A layer without a kernel, such as a batch normalisation, goes with the layer with a kernel
    that it follows: the last of a group has a kernel, but for layers that no kernel precedes.
    """
    found: list[list[Any]] = []
    waiting: list[Any] = []
    for layer in reversed([layer for layer in model.layers if layer.weights]):
        waiting.append(layer)
        if any(len(weight.shape) > 1 for weight in layer.weights):
            found.append(waiting)
            waiting = []
    return found + ([waiting] if waiting else [])


def redraw(layer: Any, stream: np.random.Generator) -> None:
    """Give a layer the weights of one that has learnt nothing.

    Arrays of two axes or more, the kernels, come from Glorot and Bengio's uniform law (AISTATS
    2010), whatever the layer's own initialiser: that of an output layer may be zero, and a zero
    kernel has no gradient. Scales (and running variances) become 1, offsets, biases and running
    means 0; any other array keeps its values in a random order.
    """
    layer.set_weights(
        [
            _redrawn(weight.name, np.asarray(values), stream)
            for weight, values in zip(layer.weights, layer.get_weights(), strict=True)
        ]
    )


def _redrawn(name: str, values: np.ndarray, stream: np.random.Generator) -> np.ndarray:
    if values.ndim > 1:
        places = int(np.prod(values.shape[:-2]))
        limit = np.sqrt(6 / (places * (values.shape[-2] + values.shape[-1])))
        return stream.uniform(-limit, limit, values.shape).astype(values.dtype)
    if name in _ONES or name in _ZEROS:
        return np.full_like(values, float(name in _ONES))
    return stream.permutation(values)


def _shared_out(groups: Sequence[list[Any]], stages: int) -> Iterator[list[Any]]:
    for part in np.array_split(np.arange(len(groups)), min(stages, len(groups))):
        yield [layer for index in part for layer in groups[index]]
