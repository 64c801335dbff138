"""Grad-CAM and HiResCAM: which places of a layer's feature maps speak for the prediction.

With features A_k (h, w) of a layer, or of any other number of places, and g_k = ∂f/∂A_k:

    Grad-CAM   ReLU(Σ_k mean(g_k) · A_k)    Selvaraju et al., ICCV 2017
    HiResCAM   Σ_k g_k · A_k                Draelos & Carin, 2020 (arXiv:2011.08891)

The map is brought to the size of the crop by interpolation that is linear along every axis, in a
plane bilinear. It covers the whole frame: what falls outside the example is not cut away.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nascent.attribute.evaluation import batches, points_of
from nascent.attribute.explained import ExplainedModel, LayerOutputs
from nascent.attribute.graph import upto
from nascent.attribute.inputs import CellBatch
from nascent.attribute.results import Attributions, without_path
from nascent.errors import AttributionError, did_you_mean
from nascent.frameworks import layers


def grad_cam(layer: LayerOutputs, cells: CellBatch, *, sign: str, batch_size: int) -> Attributions:
    """Return the Grad-CAM maps (n, places …, 1) of a layer; with `sign` both, without the ReLU."""

    def weigh(features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        means = gradients.mean(axis=tuple(range(1, gradients.ndim - 1)))
        return np.einsum("n...f,nf->n...", features, means)

    return _maps(layer, cells, weigh, sign, batch_size)


def hirescam(layer: LayerOutputs, cells: CellBatch, *, sign: str, batch_size: int) -> Attributions:
    """Return the HiResCAM maps (n, places …, 1) of a layer; with `sign` positive, behind a ReLU."""

    def weigh(features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        return np.einsum("n...f,n...f->n...", features, gradients)

    return _maps(layer, cells, weigh, sign, batch_size)


def layer_of(explained: ExplainedModel, name: str | None) -> LayerOutputs:
    """Return a layer that has places, or the last one where no name is given.

    Raises
    ------
    AttributionError
        Where there is no such layer (the nearest that has places is named), it gives no map of
        features (as many axes as the image), or the prediction goes by ways around it.
    """
    model, where = explained.model, "attribute.methods.*.layer"
    rank = len(explained.entrance.shape)
    # An input of features alone has no places.
    having = [
        layer.name
        for layer in model.layers
        if _rank(layer) == rank > 2 and _sees_no_other_input(layer, explained)
    ]
    if not having:
        raise AttributionError(f"no layer of {model.name} gives a map of features", where=where)
    if name is None:
        return explained.at_layer(having[-1])
    if name in having:
        return explained.at_layer(name)
    if name in {layer.name for layer in model.layers}:
        what = f"the layer {name!r} of {model.name} gives no map of features"
    else:
        what = f"the model {model.name} has no layer {name!r}"
    raise AttributionError(what, where=where, mend=did_you_mean(name, having))


def upsampled(maps: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Return maps (n, places …) at another shape by linear interpolation between pixels' middles.

    Along each axis of places in turn: bilinear in a plane, trilinear in a volume.
    """
    lines = [_interpolation(*sizes) for sizes in zip(shape, maps.shape[1:], strict=True)]
    given, wanted = "hwd"[: len(lines)], "stu"[: len(lines)]
    matrices = [new + old for new, old in zip(wanted, given, strict=True)]
    first, *rest = lines
    subscripts = ",".join([matrices[0], f"n{given}", *matrices[1:]])
    return np.einsum(f"{subscripts}->n{wanted}", first, maps, *rest, optimize=True)


def _sees_no_other_input(layer: Any, explained: ExplainedModel) -> bool:
    """Return whether a layer's features are of the explained input, not of another one."""
    own = explained.context_names[: explained.takes_mask]
    if explained.context_names == own and explained.enters is None:
        return True
    try:
        upto(explained.model, explained.entrance, layer.output, own)
    except ValueError:
        return False
    return not isinstance(layer, layers.InputLayer) or layer.name == explained.name


def _rank(layer: Any) -> int:
    # A layer that is used twice has no one output.
    return len(getattr(getattr(layer, "output", None), "shape", ()))


def _interpolation(size: int, places: int) -> np.ndarray:
    """Return the matrix (size, places) that interpolates along one axis."""
    middles = (np.arange(size) + 0.5) * places / size - 0.5
    middles = middles.clip(0, places - 1)
    low = np.minimum(middles.astype(int), max(places - 2, 0))
    share = middles - low
    matrix = np.zeros((size, places))
    matrix[np.arange(size), low] = 1 - share
    matrix[np.arange(size), np.minimum(low + 1, places - 1)] += share
    return matrix


def _maps(
    layer: LayerOutputs,
    cells: CellBatch,
    weigh: Callable[[np.ndarray, np.ndarray], np.ndarray],
    sign: str,
    batch_size: int,
) -> Attributions:
    shape = cells.masks.shape[1:]
    maps = np.empty((*cells.masks.shape, 1), np.float32)
    outputs = np.empty(len(cells))
    first = 0
    for images, masks, others in batches(points_of(cells), batch_size):
        here = slice(first, first + len(images))
        features = layer.features(images, masks, others)
        outputs[here], gradients = layer.gradients(features, masks, others)
        found = weigh(features, gradients)
        maps[here, ..., 0] = upsampled(np.maximum(found, 0) if sign == "positive" else found, shape)
        first = here.stop
    return without_path(maps, outputs)
