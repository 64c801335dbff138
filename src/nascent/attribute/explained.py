"""A model's prediction as a function of the image: its values, its gradients, and its layers.

Models are called in inference mode, so that batch normalisation and dropout are fixed and the cells
of a batch do not touch each other: the gradient of the summed outputs is then each cell's own. Only
the image is differentiated; the mask is an input without a gradient.
"""

from typing import Any

import numpy as np

from nascent.attribute.gradients import array, backend, float_type
from nascent.attribute.graph import behind
from nascent.errors import AttributionError, did_you_mean
from nascent.frameworks import keras


class ExplainedModel:
    """One output of a Keras model, with its gradients, as functions of NumPy arrays.

    Parameters
    ----------
    model
        Takes {"image": (n, places …, C), "mask": (n, places …)} and returns (n, T) or (n,).
    target
        Column of the outputs that is explained; the others have no part in the gradient.

    Raises
    ------
    AttributionError
        Where Keras runs on a backend that has no gradients here, or the model has no such column.
    """

    def __init__(self, model: keras.Model, target: int = 0) -> None:
        self.model, self.target = model, target
        columns = _columns(model)
        if not 0 <= target < columns:
            raise AttributionError(
                f"the model predicts {columns} targets; there is no number {target}",
                where="attribute",
                mend="Explain one of the targets that it was trained on.",
            )
        engine = backend()

        def outputs(images: Any, masks: Any) -> Any:
            return self.column(model({"image": images, "mask": masks}, training=False))

        def gradients(images: Any, masks: Any) -> tuple[Any, Any]:
            return engine.differentiate(lambda points: outputs(points, masks), images, None)

        self._outputs = engine.compiled(outputs, [model])
        self._gradients = engine.compiled(gradients, [model])

    def column(self, outputs: Any) -> Any:
        """Return the explained column (n,) of a tensor (n, T) or (n,)."""
        return outputs[:, self.target] if len(outputs.shape) == 2 else outputs

    def outputs(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """Return the predictions (n,) float32 of images (n, places …, C) and their masks."""
        return array(self._outputs(*_given(images, masks)))

    def gradients(self, images: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the predictions (n,) and their gradients (n, places …, C), both float32."""
        outputs, gradients = self._gradients(*_given(images, masks))
        return array(outputs), array(gradients)

    def at_layer(self, name: str) -> "LayerOutputs":
        """Return what a layer gives, and the prediction as a function of it.

        Raises
        ------
        AttributionError
            Where the model has no such layer (the nearest is named), or the prediction depends on
            the image by ways around it.
        """
        return LayerOutputs(self, name)


class LayerOutputs:
    """A model cut behind one layer.

    Attributes
    ----------
    name : str
        Of the layer.
    """

    def __init__(self, explained: ExplainedModel, name: str) -> None:
        self.name = name
        model = explained.model
        layers = {layer.name: layer for layer in model.layers}
        if name not in layers:
            raise AttributionError(
                f"the model {model.name} has no layer {name!r}",
                where="attribute.methods.*.layer",
                mend=did_you_mean(name, layers),
            )
        output = layers[name].output
        body = keras.Model(model.input, output)
        try:
            rest = behind(model, output)
        except ValueError as error:
            raise AttributionError(
                f"the prediction of {model.name} does not depend on the image through the layer"
                f" {name!r} alone",
                where="attribute.methods.*.layer",
                mend="Choose a layer that everything passes through.",
            ) from error
        engine = backend()

        def features(images: Any, masks: Any) -> Any:
            return body({"image": images, "mask": masks}, training=False)

        def gradients(features: Any, masks: Any) -> tuple[Any, Any]:
            return engine.differentiate(
                lambda points: explained.column(rest([points, masks], training=False)),
                features,
                None,
            )

        self._features = engine.compiled(features, [body])
        self._gradients = engine.compiled(gradients, [rest])

    def features(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """Return what the layer gives (n, places …, F) float32 for images and masks."""
        return array(self._features(*_given(images, masks)))

    def gradients(self, features: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the predictions (n,) and their gradients by the features (n, places …, F)."""
        outputs, gradients = self._gradients(*_given(features, masks))
        return array(outputs), array(gradients)


def _columns(model: keras.Model) -> int:
    shape = tuple(model.output.shape)
    if len(shape) not in (1, 2):
        raise AttributionError(
            f"the model returns {shape}, not a row of values a cell",
            mend="Attribution needs a model whose outputs are (cells, targets).",
        )
    return shape[1] if len(shape) == 2 else 1


def _given(images: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.ascontiguousarray(images, float_type()), np.ascontiguousarray(masks, bool)
