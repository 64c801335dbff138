"""Models that are a chain of convolution blocks, a pooling over places, and dense layers.

Of such a model two things can be known beforehand. A feature sees few pixels, so that what lies far
from the example is the same in every image (`nascent.attribute.window`). And batch normalisation in
inference mode is affine, so that it goes into the kernel of the convolution before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nascent.attribute.gradients import array, float_type
from nascent.attribute.graph import consumers, trunk
from nascent.attribute.window import Reach
from nascent.frameworks import keras, layers
from nascent.train.layers import MaskedAverage, shares


@dataclass(frozen=True)
class Block:
    """Convolution with batch normalisation, ReLU and max pooling of one block.

    Attributes
    ----------
    convolution
        The layer, stride 1 and padding `same`.
    norm
        Its batch normalisation, or None.
    rectified
        Whether negative values become zero.
    pool
        Edge of the places that are pooled to their maximum; 1 for none.
    """

    convolution: layers.Conv2D
    norm: layers.BatchNormalization | None
    rectified: bool
    pool: int

    def kernel_and_bias(self) -> tuple[np.ndarray, np.ndarray]:
        """Return kernel (k, k, in, out) and bias (out,) float32 with the normalisation in them."""
        kernel = array(self.convolution.kernel.value).astype(np.float64)
        bias = array(self.convolution.bias.value) if self.convolution.use_bias else 0.0
        bias = np.broadcast_to(np.asarray(bias, np.float64), kernel.shape[-1:])
        if self.norm is not None:
            factor = 1 / np.sqrt(
                array(self.norm.moving_variance.value).astype(np.float64) + self.norm.epsilon
            )
            if self.norm.scale:
                factor = factor * array(self.norm.gamma.value)
            bias = (bias - array(self.norm.moving_mean.value)) * factor
            if self.norm.center:
                bias = bias + array(self.norm.beta.value)
            kernel = kernel * factor
        return kernel.astype(float_type()), bias.astype(float_type())


@dataclass(frozen=True)
class Chain:
    """A model read as blocks, a pooling, and what follows.

    Attributes
    ----------
    blocks
        At least one.
    head
        From the pooled features (n, F) to the outputs.
    masked
        Whether the pooling is over the example, and not over the whole frame.
    reach
        Of the features that are pooled.
    """

    blocks: tuple[Block, ...]
    head: keras.Model
    masked: bool
    reach: Reach

    def weights(self, mask: np.ndarray) -> np.ndarray:
        """Return the weight (h, w) float64 of each feature in the pooling, of sum 1.

        Parameters
        ----------
        mask
            (S, S) bool. An example without a measured pixel has the weights zero, where it counts.
        """
        size = mask.shape[0]
        features = size // self.reach.stride
        if not self.masked:
            return np.full((features, features), 1 / features**2)
        part = shares(size, features)
        weight = mask.astype(np.float64)
        weight = weight if part is None else part @ weight @ part.T
        return weight / (weight.sum() or 1.0)


def chain_of(model: keras.Model, name: str = "image") -> Chain | None:
    """Read a model as a chain of blocks on squares of an input; None where it is none.

    Windows are of a plane: models of lines and volumes take the way of any model.
    """
    shape = model.input[name].shape
    if len(shape) != 4:
        return None
    line = trunk(model, model.input[name])
    blocks: list[Block] = []
    reach, taken = Reach(), 0
    while (found := _block(line[taken:])) is not None:
        block, count = found
        blocks.append(block)
        taken += count
        reach = reach.convolved(block.convolution.kernel_size[0]).pooled(block.pool)
    height, width = shape[1:3]
    if not blocks or height != width or height % reach.stride:
        return None
    after = consumers(model, line[taken - 1].output)
    if len(after) != 1 or not _is_average(after[0]):
        return None
    try:
        head = keras.Model(after[0].output, model.output)
    except ValueError:  # The rest looks at the mask, too.
        return None
    return Chain(tuple(blocks), head, isinstance(after[0], MaskedAverage), reach)


def _block(line: Sequence[Any]) -> tuple[Block, int] | None:
    """Return the block that layers begin with, and how many layers it takes."""
    rest = list(line)
    if not (rest and _is_plain_convolution(rest[0])):
        return None
    convolution = rest.pop(0)
    norm = rest.pop(0) if rest and _is_norm_of_channels(rest[0]) else None
    rectified = bool(rest and _is_relu(rest[0]))
    rest = rest[rectified:]
    pool = 1
    if rest and isinstance(rest[0], layers.MaxPooling2D):
        pooling = rest.pop(0)
        edges = {*pooling.pool_size, *pooling.strides}
        plain = pooling.padding == "valid" and pooling.data_format == "channels_last"
        if len(edges) > 1 or not plain:
            return None
        (pool,) = edges
    return Block(convolution, norm, rectified, pool), len(line) - len(rest)


def _is_plain_convolution(layer: Any) -> bool:
    return (
        type(layer) is layers.Conv2D
        and layer.padding == "same"
        and layer.data_format == "channels_last"
        and layer.groups == 1
        and {*layer.strides, *layer.dilation_rate} == {1}
        and len({*layer.kernel_size}) == 1
        and layer.kernel_size[0] % 2 == 1
        and layer.activation is keras.activations.linear
        and layer.dtype_policy.compute_dtype == layer.dtype_policy.variable_dtype
    )


def _is_norm_of_channels(layer: Any) -> bool:
    """Return whether it scales each channel, the last axis: others do not go into the kernel."""
    return (
        type(layer) is layers.BatchNormalization
        and layer.axis in (-1, len(layer.output.shape) - 1)
        and layer.dtype_policy.compute_dtype == layer.dtype_policy.variable_dtype
    )


def _is_relu(layer: Any) -> bool:
    plain = isinstance(layer, layers.ReLU) and not (
        layer.max_value or layer.negative_slope or layer.threshold
    )
    return plain or (
        isinstance(layer, layers.Activation) and layer.activation is keras.activations.relu
    )


def _is_average(layer: Any) -> bool:
    whole = (
        isinstance(layer, layers.GlobalAveragePooling2D)
        and not layer.keepdims
        and layer.data_format == "channels_last"
    )
    return whole or isinstance(layer, MaskedAverage)
