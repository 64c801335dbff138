"""Any backbone of `keras.applications` as the body of a model for C channels."""

import inspect
import warnings
from collections.abc import Callable
from typing import Any

from nascent.frameworks import keras
from nascent.train.layer_names import canonical_names

POOLING = "average"
HEAD = (256, 128)


def backbone(image: Any, name: str) -> Any:
    """Return the feature map of a backbone with fresh weights, before its own pooling and classes.

    Pixels come in normalised. A backbone's own preprocessing, made for 0 to 255, is left out: a
    z-score divided by 255 would drown in the ε of its first batch normalisation.

    Parameters
    ----------
    image
        Symbolic (n, S, S, C), S no smaller than the backbone's minimum.
    name
        Of the class in `keras.applications`.
    """
    make = getattr(keras.applications, name)
    options = {"include_preprocessing": False} if _has_preprocessing(make) else {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="This model usually expects 1 or 3 input")
        model = make(weights=None, include_top=False, input_shape=image.shape[1:], **options)
    names = canonical_names(operation.name for operation in model.operations)

    def copy(layer: Any) -> Any:
        name = names[layer.name]
        if isinstance(layer, keras.layers.Rescaling | keras.layers.Normalization):
            return keras.layers.Identity(name=name)
        return layer.__class__.from_config(layer.get_config() | {"name": name})

    return keras.models.clone_model(model, input_tensors=image, clone_function=copy).output


def _has_preprocessing(make: Callable[..., keras.Model]) -> bool:
    return "include_preprocessing" in inspect.signature(make).parameters
