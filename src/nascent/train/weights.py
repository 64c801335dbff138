"""Starting a model from weights that were learnt before, from a local file."""

import logging
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

import h5py
import numpy as np

from nascent.errors import TrainError
from nascent.frameworks import keras
from nascent.train.architectures.penalties import leaves
from nascent.train.layer_names import canonical_names

logger = logging.getLogger(__name__)

Kept = Mapping[str, list[np.ndarray]]


def start_from(model: keras.Model, path: str | Path, *, freeze: bool = False) -> list[str]:
    """Give a model the weights of a file, layer by layer of the same name.

    Layers that the file does not have stay as they are. A first convolution over another number of
    channels is adapted, see `spread`.

    Parameters
    ----------
    model
        Freshly built, not yet compiled.
    path
        A `.keras` file; or weights of it or of a backbone of `keras.applications`, `.weights.h5` or
        the older `.h5`.
    freeze
        Whether the layers that were given weights stay as they are in training. Their batch
        normalisation then uses the statistics of the file.

    Returns
    -------
    list[str]
        Names of the layers that were given weights.

    Raises
    ------
    TrainError
        Where the file is missing or unreadable, no layer has a name in it, or weights do not fit
        (the layer and both shapes are named). The model is then as it was.
    """
    kept, legacy = _read(Path(path))
    layers = {layer.name: layer for layer in (model.layers if legacy else leaves(model.layers))}
    layers = {name: layer for name, layer in layers.items() if layer.weights}
    in_file = {plain: name for name, plain in canonical_names(kept).items()}
    shared = {
        name: kept[in_file[plain]]
        for name, plain in canonical_names(layers).items()
        if plain in in_file
    }
    if not shared:
        raise TrainError(
            f"no layer of {model.name} has a name in the file, which holds {_some(kept)}",
            where=path,
            mend=f"Give weights of the same architecture; its layers are {_some(layers)}.",
        )
    first = _first_convolution(model)
    given = []
    for name, arrays in shared.items():
        variables = _variables(layers[name])
        if len(arrays) == len(variables):
            arrays = [
                spread(array, variable.shape[-2]) if variable is first else array
                for array, variable in zip(arrays, variables, strict=True)
            ]
        wanted = [tuple(variable.shape) for variable in variables]
        found = [array.shape for array in arrays]
        if found != wanted:
            raise TrainError(
                f"the weights of layer {name!r} do not fit: the file has {_shapes(found)},"
                f" the model {_shapes(wanted)}",
                where=path,
                mend="Give weights of a model with the same layers, outputs and crop size.",
            )
        given += zip(variables, arrays, strict=True)
    for variable, array in given:
        variable.assign(array)
    if freeze:
        for name in shared:
            layers[name].trainable = False
        if not model.trainable_weights:
            logger.warning("every layer of %s is frozen: training changes nothing", model.name)
    fresh = [name for name in layers if name not in shared]
    logger.info("%d layers start from %s, fresh are %s", len(shared), path, _some(fresh))
    return list(shared)


def spread(kernel: np.ndarray, channels: int) -> np.ndarray:
    """Return a convolution's kernel for C input channels, made from one for c of them.

    Each channel gets the mean kernel over the old ones, times c / C. An image whose channels are
    all equal then excites the layer as it did before, whatever C; without the factor the response
    to 33 channels would be 11 times that to RGB.

    Parameters
    ----------
    kernel
        (size …, c, filters), with a size along each axis of places.
    channels
        C; where it is c, the kernel stays as it is, channel by channel.

    Returns
    -------
    numpy.ndarray
        (size …, C, filters).
    """
    if kernel.ndim < 3 or kernel.shape[-2] == channels:
        return kernel
    return np.repeat(kernel.sum(axis=-2, keepdims=True) / channels, channels, axis=-2)


def _first_convolution(model: keras.Model) -> Any:
    """Return the kernel that reads the image, where the first layer with weights convolves it."""
    first = next((layer for layer in leaves(model.layers) if layer.weights), None)
    kinds = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
    return first.kernel if type(first) in kinds else None


def _variables(layer: Any) -> list[Any]:
    """Return a layer's weights in the order in which files of Keras keep them."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _read(path: Path) -> tuple[Kept, bool]:
    """Return name → weights of the layers in a file, and whether it is of the older kind.

    The older kind names the layers of the model alone, not those inside of them.
    """
    if not path.is_file():
        raise TrainError(
            "there is no such file of weights",
            where=path,
            mend="nascent downloads nothing: save the weights there first.",
        )
    try:
        with _opened(path) as file:
            if "layer_names" in file.attrs:
                return dict(_legacy(file)), True
            if "model_weights" in file:
                return dict(_legacy(file["model_weights"])), True
            return dict(_named(file)), False
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise TrainError(
            f"the file is truncated or holds no weights of Keras ({error})",
            where=path,
            mend="Give a .keras, .weights.h5 or .h5 file.",
        ) from error


def _opened(path: Path) -> h5py.File:
    if not is_zipfile(path):
        return h5py.File(path, "r")
    with ZipFile(path) as archive:
        return h5py.File(BytesIO(archive.read("model.weights.h5")), "r")


def _named(group: h5py.Group) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield the layers with weights of a file of Keras 3, whose groups `vars` bear their names."""
    for key, inner in group.items():
        if not isinstance(inner, h5py.Group) or key == "optimizer":
            continue
        if key == "vars" and "name" in inner.attrs:
            numbered = sorted(inner.items(), key=lambda item: int(item[0]))
            if numbered:
                yield inner.attrs["name"], [_array(array) for _, array in numbered]
        else:
            yield from _named(inner)


def _array(data: h5py.Dataset) -> np.ndarray:
    if data.attrs.get("dtype") == "bfloat16":
        # HDF5 has no such type: Keras stores the bits as whole numbers.
        raise ValueError("weights in bfloat16 cannot be read")
    return np.asarray(data)


def _legacy(file: h5py.Group) -> Iterator[tuple[str, list[np.ndarray]]]:
    for name in map(_text, file.attrs["layer_names"]):
        weights = file[name]
        arrays = [np.asarray(weights[_text(key)]) for key in weights.attrs["weight_names"]]
        if arrays:
            yield name, arrays


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _some(names: Any, most: int = 5) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return (", ".join(listed[:most]) or "none") + more


def _shapes(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes)) or "none"
