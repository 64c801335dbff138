"""A model's prediction as a function of one input: its values, its gradients, and its layers.

Models are called in inference mode, so that batch normalisation and dropout are fixed and the
examples of a batch do not touch each other: the gradient of the summed outputs is then each one's
own. Only the explained input, the *image* below whatever its places, is differentiated; its mask
and the other inputs stay as they are.
"""

from collections.abc import Sequence
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
        Takes its inputs by name and returns (n, T) or (n,).
    target
        Column of the outputs that is explained; the others have no part in the gradient.
    name
        Of the explained input, (n, places …, C).
    mask
        Name under which the model takes the mask (n, places …) of that input, if it takes one.

    Attributes
    ----------
    context_names : tuple of str
        Of the inputs besides the explained one: its mask first, where the model takes it.
    takes_mask : bool
        Whether the model takes the mask of the explained input.
    others : dict
        Those but the mask, of the one example that is explained: name → (…). Empty where the model
        has none.

    Raises
    ------
    AttributionError
        Where Keras runs on a backend that has no gradients here, or the model has no such input or
        column.
    """

    def __init__(
        self, model: keras.Model, target: int = 0, *, name: str = "image", mask: str | None = "mask"
    ) -> None:
        self.model, self.target, self.name = model, target, name
        if name not in model.input:
            raise AttributionError(
                f"the model {model.name} has no input {name!r}",
                where="attribute",
                mend=did_you_mean(name, model.input),
            )
        taken = (mask,) if mask in model.input else ()
        further = [each for each in model.input if each not in (name, *taken)]
        self.takes_mask = bool(taken)
        self.context_names = (*taken, *further)
        self.others: dict[str, np.ndarray] = {}
        columns = _columns(model)
        if not 0 <= target < columns:
            raise AttributionError(
                f"the model predicts {columns} targets; there is no number {target}",
                where="attribute",
                mend="Explain one of the targets that it was trained on.",
            )
        engine = backend()

        def outputs(images: Any, *context: Any) -> Any:
            return self.column(model(self.named(images, context), training=False))

        def gradients(images: Any, *context: Any) -> tuple[Any, Any]:
            return engine.differentiate(lambda points: outputs(points, *context), images, None)

        self._outputs = engine.compiled(outputs, [model])
        self._gradients = engine.compiled(gradients, [model])

    def column(self, outputs: Any) -> Any:
        """Return the explained column (n,) of a tensor (n, T) or (n,)."""
        return outputs[:, self.target] if len(outputs.shape) == 2 else outputs

    def named(self, images: Any, context: Sequence[Any]) -> dict[str, Any]:
        """Return the inputs of the model by name, of images and context."""
        return {self.name: images} | dict(zip(self.context_names, context, strict=True))

    def context(self, masks: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return what the model is given besides images (n, …), which have these masks.

        Raises
        ------
        AttributionError
            Where the model has further inputs, and the example's are not in `others`.
        """
        own = (np.ascontiguousarray(masks, bool),) if self.takes_mask else ()
        further = self.context_names[len(own) :]
        if missing := [name for name in further if name not in self.others]:
            raise AttributionError(
                f"the model {self.model.name} also takes {', '.join(missing)}",
                where="attribute",
                mend="Give all inputs of the examples that are explained.",
            )
        return own + tuple(np.repeat(self.others[name][None], len(masks), 0) for name in further)

    def outputs(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """Return the predictions (n,) float32 of images (n, places …, C) and their masks."""
        return array(self._outputs(_float(images), *self.context(masks)))

    def gradients(self, images: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the predictions (n,) and their gradients (n, places …, C), both float32."""
        outputs, gradients = self._gradients(_float(images), *self.context(masks))
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
            rest = behind(model, output, explained.context_names)
        except ValueError as error:
            raise AttributionError(
                f"the prediction of {model.name} does not depend on the image through the layer"
                f" {name!r} alone",
                where="attribute.methods.*.layer",
                mend="Choose a layer that everything passes through.",
            ) from error
        engine, self._explained = backend(), explained

        def features(images: Any, *context: Any) -> Any:
            return body(explained.named(images, context), training=False)

        def gradients(features: Any, *context: Any) -> tuple[Any, Any]:
            return engine.differentiate(
                lambda points: explained.column(rest([points, *context], training=False)),
                features,
                None,
            )

        self._features = engine.compiled(features, [body])
        self._gradients = engine.compiled(gradients, [rest])

    def features(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """Return what the layer gives (n, places …, F) float32 for images and masks."""
        return array(self._features(_float(images), *self._explained.context(masks)))

    def gradients(self, features: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the predictions (n,) and their gradients by the features (n, places …, F)."""
        outputs, gradients = self._gradients(_float(features), *self._explained.context(masks))
        return array(outputs), array(gradients)


def _columns(model: keras.Model) -> int:
    shape = tuple(model.output.shape)
    if len(shape) not in (1, 2):
        raise AttributionError(
            f"the model returns {shape}, not a row of values a cell",
            mend="Attribution needs a model whose outputs are (cells, targets).",
        )
    return shape[1] if len(shape) == 2 else 1


def _float(images: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(images, float_type())
