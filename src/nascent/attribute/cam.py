"""Grad-CAM and HiResCAM: which places of a layer's feature maps speak for the prediction.

With features A_k (h, w) of a layer and g_k = ∂f/∂A_k:

    Grad-CAM   ReLU(Σ_k mean(g_k) · A_k)    Selvaraju et al., ICCV 2017
    HiResCAM   Σ_k g_k · A_k                Draelos & Carin, 2020 (arXiv:2011.08891)

The map (h, w) is brought to the size of the crop by bilinear interpolation. It covers the whole
frame: what falls outside the nucleus is told and not cut away.
"""

from collections.abc import Callable

import numpy as np

from nascent.attribute.evaluation import batches
from nascent.attribute.explained import ExplainedModel, LayerOutputs
from nascent.attribute.inputs import CellBatch
from nascent.attribute.results import Attributions, without_path
from nascent.errors import AttributionError, did_you_mean


def grad_cam(layer: LayerOutputs, cells: CellBatch, *, sign: str, batch_size: int) -> Attributions:
    """Return the Grad-CAM maps (n, S, S, 1) of a layer; with `sign` both, without the ReLU."""

    def weigh(features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        return np.einsum("nhwf,nf->nhw", features, gradients.mean(axis=(1, 2)))

    return _maps(layer, cells, weigh, sign, batch_size)


def hirescam(layer: LayerOutputs, cells: CellBatch, *, sign: str, batch_size: int) -> Attributions:
    """Return the HiResCAM maps (n, S, S, 1) of a layer; with `sign` positive, behind a ReLU."""

    def weigh(features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        return np.einsum("nhwf,nhwf->nhw", features, gradients)

    return _maps(layer, cells, weigh, sign, batch_size)


def layer_of(explained: ExplainedModel, name: str | None) -> LayerOutputs:
    """Return a layer that has places, or the last one where no name is given.

    Raises
    ------
    AttributionError
        Where there is no such layer (the nearest that has places is named), it gives no map of
        features, or the prediction goes by ways around it.
    """
    model, where = explained.model, "attribute.methods.*.layer"
    having = [layer.name for layer in model.layers if len(getattr(layer.output, "shape", ())) == 4]
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


def upsampled(maps: np.ndarray, size: int) -> np.ndarray:
    """Return maps (n, h, w) at size × size by bilinear interpolation between pixels' middles."""
    rows, columns = (_interpolation(size, places) for places in maps.shape[1:])
    return np.einsum("sh,nhw,tw->nst", rows, maps, columns, optimize=True)


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
    size = cells.images.shape[1]
    maps = np.empty((len(cells), size, size, 1), np.float32)
    outputs = np.empty(len(cells))
    first = 0
    for images, masks in batches(zip(cells.images, cells.masks, strict=True), batch_size):
        here = slice(first, first + len(images))
        features = layer.features(images, masks)
        outputs[here], gradients = layer.gradients(features, masks)
        found = weigh(features, gradients)
        maps[here, ..., 0] = upsampled(np.maximum(found, 0) if sign == "positive" else found, size)
        first = here.stop
    return without_path(maps, outputs)
